// SPDX-License-Identifier: Apache-2.0
#pragma once
// A date of the test's choosing over a steady time that really runs, as timers and deadlines need.

#include "base/core/clock.hpp"

namespace test {

class SetClock final : public base::Clock {
public:
    explicit SetClock(base::WallTime wall) : wall_(wall) {}
    [[nodiscard]] base::WallTime wall() const override { return wall_; }
    [[nodiscard]] base::SteadyTime steady() const override {
        return std::chrono::steady_clock::now();
    }
    void set_wall(base::WallTime at) { wall_ = at; }

private:
    base::WallTime wall_;
};

} // namespace test
