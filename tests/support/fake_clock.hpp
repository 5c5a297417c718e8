// SPDX-License-Identifier: Apache-2.0
#pragma once
// A clock that stands still until it is moved. Any thread.

#include "base/core/clock.hpp"

#include <atomic>

namespace test {

class FakeClock final : public base::Clock {
public:
    /// 2026-11-22T13:55:23.041Z unless told otherwise.
    explicit FakeClock(base::WallTime wall = base::WallTime(
                           std::chrono::sys_days(std::chrono::November / 22 / 2026)
                           + std::chrono::hours(13) + std::chrono::minutes(55)
                           + std::chrono::seconds(23) + std::chrono::milliseconds(41)))
        : wall_(wall), steady_(base::SteadyTime(std::chrono::hours(1))) {}

    [[nodiscard]] base::WallTime wall() const override { return wall_.load(); }
    [[nodiscard]] base::SteadyTime steady() const override { return steady_.load(); }

    void set_wall(base::WallTime at) { wall_ = at; }
    void set_steady(base::SteadyTime at) { steady_ = at; }
    /// Moves both. Not atomic as a pair: a reader may see one moved before the other.
    void advance(std::chrono::microseconds by) {
        wall_ = wall_.load() + by;
        steady_ = steady_.load() + by;
    }

private:
    std::atomic<base::WallTime> wall_;
    std::atomic<base::SteadyTime> steady_;
};

} // namespace test
