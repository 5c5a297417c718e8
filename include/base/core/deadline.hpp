// SPDX-License-Identifier: Apache-2.0
#pragma once
// An instant after which nobody waits. A child's deadline is never later than its parent's: derive
// it with within(). The remaining budget, not the instant, is what travels to another machine.

#include "base/core/clock.hpp"

#include <algorithm>

namespace base {

class Deadline {
public:
    constexpr explicit Deadline(SteadyTime at) : at_(at) {}

    [[nodiscard]] static Deadline after(SteadyTime now, SteadyTime::duration budget) {
        return Deadline(now + budget);
    }
    /// The earlier of this deadline and `budget` from `now`.
    [[nodiscard]] Deadline within(SteadyTime now, SteadyTime::duration budget) const {
        return Deadline(std::min(at_, now + budget));
    }
    [[nodiscard]] Deadline earlier(Deadline other) const {
        return Deadline(std::min(at_, other.at_));
    }

    /// Never negative.
    [[nodiscard]] SteadyTime::duration remaining(SteadyTime now) const {
        return std::max(at_ - now, SteadyTime::duration::zero());
    }
    [[nodiscard]] bool passed(SteadyTime now) const { return now >= at_; }
    [[nodiscard]] SteadyTime at() const { return at_; }

    auto operator<=>(const Deadline&) const = default;

private:
    SteadyTime at_;
};

} // namespace base
