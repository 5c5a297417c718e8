// SPDX-License-Identifier: Apache-2.0
#pragma once
// A deadline that is set for every request and every wait, and seldom met: one timer for all the
// alarms of a loop, and moving one to a later time costs a store.

#include "base/async/awaitable.hpp"
#include "base/core/clock.hpp"

#include <cstddef>
#include <functional>

namespace base {

namespace detail {
class AlarmQueue;
}

/// Calls `ring` on its loop once `set` time has come: never before it, and up to 5 ms after it.
/// Lives on one loop, which it must not outlive. `ring` may set, clear or destroy any alarm, also
/// its own; it must not throw.
class Alarm {
public:
    Alarm(asio::execution_context& loop, std::function<void()> ring);
    ~Alarm();
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;

    /// Replaces the time that was set before.
    void set(SteadyTime at);
    /// It does not ring until it is set again.
    void clear() { at_ = SteadyTime::max(); }
    [[nodiscard]] bool is_set() const { return at_ != SteadyTime::max(); }

private:
    friend class detail::AlarmQueue;
    static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

    detail::AlarmQueue& queue_;
    std::function<void()> ring_;
    SteadyTime at_ = SteadyTime::max();
    SteadyTime queued_for_{};     ///< never later than at_: the queue looks again then
    std::size_t index_ = nowhere; ///< in the queue
};

} // namespace base
