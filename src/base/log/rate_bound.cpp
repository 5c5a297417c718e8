// SPDX-License-Identifier: Apache-2.0
#include "base/log/rate_bound.hpp"

#include <algorithm>
#include <utility>

namespace base::log {

RateBound::RateBound(int burst, Milliseconds interval)
    : interval_(interval), most_(interval * (std::max(burst, 1) - 1)) {}

std::optional<std::uint64_t> RateBound::admit(SteadyTime now) {
    const std::lock_guard lock(mutex_);
    const SteadyTime due = std::max(due_, now);
    if (due - now > most_) {
        ++withheld_;
        return std::nullopt;
    }
    due_ = due + interval_;
    return std::exchange(withheld_, 0);
}

} // namespace base::log
