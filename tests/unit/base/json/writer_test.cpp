// SPDX-License-Identifier: Apache-2.0
#include "base/json/writer.hpp"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace {

using base::json::Writer;

std::string written(auto value) {
    Writer out;
    out.value(value);
    return out.take();
}

TEST(JsonWriter, MembersComeInTheirOrderWithOneCommaBetween) {
    Writer out;
    out.open_object();
    out.member("ok", true);
    out.key("empty");
    out.open_object();
    out.close_object();
    out.key("list");
    out.open_array();
    out.value("one");
    out.value(2);
    out.open_array();
    out.close_array();
    out.raw("{}");
    out.close_array();
    out.member("texts", std::vector<std::string>{"a", "b"});
    out.key_text("a \"key\"");
    out.value(nullptr == nullptr ? "x" : "y");
    out.close_object();
    EXPECT_EQ(out.take(),
              R"({"ok":true,"empty":{},"list":["one",2,[],{}],"texts":["a","b"],"a \"key\"":"x"})");
}

TEST(JsonWriter, NumbersAreAsNlohmannWritesThem) {
    for (const double number : {0.0, -0.0, 1.0, 0.1, 1e300, 5e-324, 123456.789, 1e15, 1e16, -2.5})
        EXPECT_EQ(written(number), nlohmann::json(number).dump());
    EXPECT_EQ(written(std::numeric_limits<double>::infinity()), "null");
    EXPECT_EQ(written(std::numeric_limits<double>::quiet_NaN()), "null");
    EXPECT_EQ(written(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
    EXPECT_EQ(written(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
}

TEST(JsonWriter, EveryOctetComesOutAsNlohmannWritesIt) {
    constexpr auto replace = nlohmann::json::error_handler_t::replace;
    for (int first = 0; first < 256; ++first) {
        for (const int second : {0x00, 0x22, 0x41, 0x5c, 0x7f, 0x80, 0xbf, 0xc3, 0xe2, 0xff}) {
            const std::string text = {'a', static_cast<char>(first), static_cast<char>(second)};
            EXPECT_EQ(written(text), nlohmann::json(text).dump(-1, ' ', false, replace))
                << first << " " << second;
        }
    }
}

// Texts are looked at several octets at a time: none may get lost in any part of any length.
TEST(JsonWriter, SpecialOctetsAreSeenAtEveryPlaceOfTextsOfEveryLength) {
    constexpr auto replace = nlohmann::json::error_handler_t::replace;
    for (std::size_t length = 0; length <= 40; ++length) {
        const std::string plain(length, 'x');
        EXPECT_EQ(written(plain), '"' + plain + '"');
        for (std::size_t place = 0; place < length; ++place) {
            for (const char special :
                 {'"', '\\', '\0', '\n', '\x1f', '\x7f', '\x80', '\xff', '!', '['}) {
                std::string text = plain;
                text[place] = special;
                EXPECT_EQ(written(text), nlohmann::json(text).dump(-1, ' ', false, replace));
            }
        }
    }
}

TEST(JsonWriter, ThousandthsAreAsTheDoubleIsWritten) {
    const auto thousandths = [](std::uint32_t number) {
        Writer out;
        out.thousandths(number);
        return out.take();
    };
    for (std::uint32_t number = 0; number <= 20'000; ++number)
        EXPECT_EQ(thousandths(number), nlohmann::json(number / 1000.0).dump());
    for (const std::uint32_t number : {99'999U, 100'000U, 1'234'560U, 600'000'000U, 600'000'001U,
                                       std::numeric_limits<std::uint32_t>::max()})
        EXPECT_EQ(thousandths(number), nlohmann::json(number / 1000.0).dump());
}

// Whatever room there was at first: what is written is all there, and nothing else.
TEST(JsonWriter, RepeatsWhatItWrote) {
    for (std::size_t size = 0; size < 40; ++size) {
        Writer out(size); // it may have to grow for the repetition
        out.open_array();
        const std::size_t first = out.size();
        out.value(1);
        const std::size_t second = out.size();
        out.open_object();
        out.member("a", "b");
        out.close_object();
        const std::size_t third = out.size();
        out.repeat(second, third);
        out.repeat(first, second);
        out.value(2);
        out.close_array();
        EXPECT_EQ(out.take(), R"([1,{"a":"b"},{"a":"b"},1,2])");
    }
}

TEST(JsonWriter, GrowsAsItMust) {
    for (std::size_t room = 0; room < 70; ++room) {
        Writer out(room);
        out.open_array();
        for (int i = 0; i < 5; ++i) {
            out.open_object();
            out.key_text("k\n");
            out.value(std::string(static_cast<std::size_t>(i) * 9, '"'));
            out.member("a name of some length", i);
            out.member("real", 0.5);
            out.member("null", false);
            out.close_object();
        }
        out.raw(std::string(300, ' ') + "1");
        out.close_array();
        const auto back = nlohmann::json::parse(out.take());
        ASSERT_EQ(back.size(), 6U);
        EXPECT_EQ(back[4]["k\n"], std::string(36, '"'));
        EXPECT_EQ(back[4]["a name of some length"], 4);
        EXPECT_EQ(out.take(), "");
        out.value(1);
        EXPECT_EQ(out.take(), "1");
    }
}

} // namespace
