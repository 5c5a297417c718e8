// SPDX-License-Identifier: Apache-2.0
#include "base/core/monotone_clock.hpp"

#include "support/fake_clock.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

TEST(MonotoneClock, NeverGoesBack) {
    test::FakeClock clock;
    const base::MonotoneClock monotone(clock);
    const auto start = clock.wall();
    EXPECT_EQ(monotone.wall(), start);
    clock.set_wall(start + 48h);
    EXPECT_EQ(monotone.wall(), start + 48h);
    clock.set_wall(start - 24h * 365);
    EXPECT_EQ(monotone.wall(), start + 48h);
    clock.set_wall(start + 49h);
    EXPECT_EQ(monotone.wall(), start + 49h);
}

TEST(MonotoneClock, BeginsAtItsFloor) {
    test::FakeClock clock;
    const base::MonotoneClock monotone(clock, clock.wall() + 1h);
    EXPECT_EQ(monotone.wall(), clock.wall() + 1h);
}

TEST(MonotoneClock, MeasuresAsTheOtherClockDoes) {
    test::FakeClock clock;
    const base::MonotoneClock monotone(clock);
    EXPECT_EQ(monotone.steady(), clock.steady());
    clock.advance(5s);
    EXPECT_EQ(monotone.steady(), clock.steady());
}

} // namespace
