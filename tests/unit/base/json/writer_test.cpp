// SPDX-License-Identifier: Apache-2.0
#include "base/json/writer.hpp"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace {

using base::json::Writer;

std::string written(auto value) {
    std::string text;
    Writer(text).value(value);
    return text;
}

TEST(JsonWriter, MembersComeInTheirOrderWithOneCommaBetween) {
    std::string text;
    Writer out(text);
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
    EXPECT_EQ(text,
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

} // namespace
