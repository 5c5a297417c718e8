// SPDX-License-Identifier: Apache-2.0
#include "mpic/api/clients.hpp"

#include <algorithm>
#include <chrono>

namespace mpic::api {
namespace {

/// Keeps the sums below far from 2^63: 36 years in nanoseconds.
constexpr double longest_ns = 1'152'921'504'606'846'976.0;

std::int64_t as_ns(double ns) {
    return static_cast<std::int64_t>(std::clamp(ns, 0.0, longest_ns));
}

} // namespace

RateLimit::RateLimit(double per_second, double burst)
    : interval_ns_(as_ns(1e9 / per_second)),
      tolerance_ns_(as_ns(1e9 / per_second * (std::max(burst, 1.0) - 1))) {}

std::optional<base::SteadyTime::duration> RateLimit::take(base::SteadyTime now) {
    using std::chrono::nanoseconds;
    const std::int64_t now_ns =
        std::chrono::duration_cast<nanoseconds>(now.time_since_epoch()).count();
    std::int64_t arrival = theoretical_arrival_ns_.load(std::memory_order_relaxed);
    for (;;) {
        const std::int64_t due = std::max(arrival, now_ns);
        if (due - now_ns > tolerance_ns_)
            return nanoseconds(due - now_ns - tolerance_ns_);
        if (theoretical_arrival_ns_.compare_exchange_weak(arrival, due + interval_ns_,
                                                          std::memory_order_relaxed))
            return std::nullopt;
    }
}

} // namespace mpic::api
