// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/core/clock.hpp"

#include <algorithm>
#include <atomic>

namespace base {

/// Another clock, whose wall time never goes back: it is the latest that was ever read, `floor`
/// included. For what a date brings into force and an adjustment of the machine's clock must not
/// take back. `clock` outlives it.
class MonotoneClock final : public Clock {
public:
    explicit MonotoneClock(const Clock& clock, WallTime floor = WallTime::min())
        : clock_(clock), latest_(floor.time_since_epoch().count()) {}

    [[nodiscard]] WallTime wall() const override {
        const auto now = clock_.wall().time_since_epoch().count();
        auto latest = latest_.load(std::memory_order_relaxed);
        while (latest < now
               && !latest_.compare_exchange_weak(latest, now, std::memory_order_relaxed)) {
        }
        return WallTime(WallTime::duration(std::max(latest, now)));
    }
    [[nodiscard]] SteadyTime steady() const override { return clock_.steady(); }

private:
    const Clock& clock_;
    mutable std::atomic<WallTime::rep> latest_; // what reading it teaches
};

} // namespace base
