// SPDX-License-Identifier: Apache-2.0
#include "base/log/rate_bound.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

const base::SteadyTime start = base::SteadyTime(1h);

TEST(RateBound, ABurstThenOneForEachInterval) {
    base::log::RateBound bound(3, 10s);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(bound.admit(start), 0U) << i;
    EXPECT_FALSE(bound.admit(start));
    EXPECT_FALSE(bound.admit(start + 9s));
    EXPECT_EQ(bound.admit(start + 10s), 2U) << "the next one says how many were withheld";
    EXPECT_FALSE(bound.admit(start + 10s));
    EXPECT_EQ(bound.admit(start + 20s), 1U);
}

TEST(RateBound, QuietTimeBringsTheBurstBackAndNoMore) {
    base::log::RateBound bound(2, 10s);
    EXPECT_TRUE(bound.admit(start));
    EXPECT_TRUE(bound.admit(start));
    EXPECT_FALSE(bound.admit(start));
    const auto later = start + 1h;
    EXPECT_EQ(bound.admit(later), 1U);
    EXPECT_EQ(bound.admit(later), 0U);
    EXPECT_FALSE(bound.admit(later));
}

TEST(RateBound, AFloodOfAMillionIsAFewLines) {
    base::log::RateBound bound(20, 5s);
    int lines = 0;
    std::uint64_t withheld = 0;
    for (int i = 0; i < 1'000'000; ++i) // 100 s of 10,000 a second
        if (const auto w = bound.admit(start + i * 100us)) {
            ++lines;
            withheld += *w;
        }
    EXPECT_EQ(lines, 20 + 19);
    EXPECT_GT(withheld, 940'000U);
}

} // namespace
