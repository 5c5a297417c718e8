// SPDX-License-Identifier: Apache-2.0
#pragma once
// For events that somebody outside can cause at will: each is worth a line, a flood of them is not.

#include "base/core/clock.hpp"

#include <cstdint>
#include <mutex>
#include <optional>

namespace base::log {

/// `burst` lines at once, then one for each `interval`. Any thread; the lock is for such events
/// only.
class RateBound {
public:
    RateBound(int burst, Milliseconds interval);
    RateBound() : RateBound(20, Milliseconds{5'000}) {}

    /// For an event that may be logged: how many were withheld since the last such one, to be said
    /// with it. Nothing: withhold this one.
    [[nodiscard]] std::optional<std::uint64_t> admit(SteadyTime now);

private:
    const SteadyTime::duration interval_;
    const SteadyTime::duration most_; ///< how far `due_` may lie ahead
    std::mutex mutex_;
    SteadyTime due_ = SteadyTime::min();
    std::uint64_t withheld_ = 0;
};

} // namespace base::log
