// SPDX-License-Identifier: Apache-2.0
#include "base/core/clock.hpp"
#include "base/core/deadline.hpp"
#include "support/fake_clock.hpp"

#include <gtest/gtest.h>

namespace {

using base::Deadline;
using base::SteadyTime;
using namespace std::chrono_literals;

TEST(SystemClock, IsTheSystemsClock) {
    const base::SystemClock clock;
    const auto before = std::chrono::system_clock::now();
    const auto wall = clock.wall();
    EXPECT_GE(wall + 1us, before);
    EXPECT_LE(wall, std::chrono::system_clock::now());
    const auto first = clock.steady();
    EXPECT_GE(clock.steady(), first);
}

TEST(AsMs, KeepsTheFraction) {
    EXPECT_DOUBLE_EQ(base::as_ms(31400us), 31.4);
}

TEST(FakeClock, MovesOnlyWhenTold) {
    test::FakeClock clock;
    const auto wall = clock.wall();
    const auto steady = clock.steady();
    EXPECT_EQ(clock.wall(), wall);
    clock.advance(5s);
    EXPECT_EQ(clock.wall(), wall + 5s);
    EXPECT_EQ(clock.steady(), steady + 5s);
    clock.set_wall(wall - 1h);
    EXPECT_EQ(clock.wall(), wall - 1h);
    EXPECT_EQ(clock.steady(), steady + 5s);
}

constexpr SteadyTime now{100s};

TEST(Deadline, PassesAtItsInstant) {
    const auto deadline = Deadline::after(now, 10s);
    EXPECT_EQ(deadline.at(), now + 10s);
    EXPECT_FALSE(deadline.passed(now + 10s - 1ns));
    EXPECT_TRUE(deadline.passed(now + 10s));
}

TEST(Deadline, RemainingIsNeverNegative) {
    const auto deadline = Deadline::after(now, 10s);
    EXPECT_EQ(deadline.remaining(now + 4s), 6s);
    EXPECT_EQ(deadline.remaining(now + 11s), 0s);
}

TEST(Deadline, AChildIsNeverLaterThanItsParent) {
    const auto parent = Deadline::after(now, 10s);
    EXPECT_EQ(parent.within(now, 3s).at(), now + 3s);
    EXPECT_EQ(parent.within(now, 30s), parent);
    EXPECT_EQ(parent.within(now + 9s, 3s), parent);
    EXPECT_EQ(parent.earlier(Deadline(now + 2s)).at(), now + 2s);
    EXPECT_EQ(Deadline(now + 2s).earlier(parent).at(), now + 2s);
    EXPECT_LT(Deadline(now + 2s), parent);
}

} // namespace
