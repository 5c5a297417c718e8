// SPDX-License-Identifier: Apache-2.0
#include "base/core/time_text.hpp"

#include <gtest/gtest.h>

namespace {

using base::WallTime;
using namespace std::chrono_literals;
using std::chrono::sys_days;

constexpr WallTime sample = sys_days(std::chrono::November / 22 / 2026) + 13h + 55min + 23s + 41ms;

TEST(Rfc3339, HasSixDigitsAndZ) {
    EXPECT_EQ(base::rfc3339(sample), "2026-11-22T13:55:23.041000Z");
    EXPECT_EQ(base::rfc3339(WallTime{}), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(base::rfc3339(WallTime{} - 1us), "1969-12-31T23:59:59.999999Z");
    EXPECT_EQ(base::iso_date(sample), "2026-11-22");
    std::string line = "at ";
    base::append_rfc3339_ms(line, sample);
    base::append_rfc3339_ms(line, WallTime{} - 1us);
    EXPECT_EQ(line, "at 2026-11-22T13:55:23.041Z1969-12-31T23:59:59.999Z");
    const WallTime far = std::chrono::sys_days{std::chrono::year{12026} / 1 / 2};
    EXPECT_EQ(base::iso_date(far), "12026-01-02");
    EXPECT_EQ(base::rfc3339(far + 3h), "12026-01-02T03:00:00.000000Z");
    EXPECT_EQ(base::iso_date(WallTime{} - 1us), "1969-12-31");
}

TEST(Rfc3339, WhatIsWrittenReadsBack) {
    for (const WallTime at : {sample, WallTime{}, WallTime{} - 1us, sample + 999999us,
                              WallTime(sys_days(std::chrono::February / 29 / 2028) + 23h)})
        EXPECT_EQ(base::parse_rfc3339(base::rfc3339(at)), at);
}

TEST(ParseRfc3339, TakesDatesAndFractions) {
    const WallTime day = sys_days(std::chrono::December / 15 / 2026);
    EXPECT_EQ(base::parse_rfc3339("2026-12-15"), day);
    EXPECT_EQ(base::parse_rfc3339("2026-12-15T00:00:00Z"), day);
    EXPECT_EQ(base::parse_rfc3339("2026-12-15T01:02:03.5Z"), day + 1h + 2min + 3s + 500ms);
    EXPECT_EQ(base::parse_rfc3339("2026-12-15T00:00:00.123456789Z"), day + 123456us);
}

TEST(ParseRfc3339, RefusesEverythingElse) {
    for (const char* text : {"",
                             "2026",
                             "2026-12",
                             "2026-12-1",
                             "2026-13-01",
                             "2026-00-10",
                             "2026-02-29",
                             "2026-04-31",
                             "2026-12-15T",
                             "2026-12-15 00:00:00Z",
                             "2026-12-15T00:00:00",
                             "2026-12-15T00:00Z",
                             "2026-12-15T24:00:00Z",
                             "2026-12-15T00:60:00Z",
                             "2026-12-31T23:59:60Z",
                             "2026-12-15T00:00:00.Z",
                             "2026-12-15T00:00:00.1234567890Z",
                             "2026-12-15T00:00:00+00:00",
                             "2026-12-15T00:00:00Zx",
                             " 2026-12-15",
                             "2026-12-15Z",
                             "-026-12-15",
                             "2026-1a-15",
                             "20261215"})
        EXPECT_EQ(base::parse_rfc3339(text), std::nullopt) << text;
}

} // namespace
