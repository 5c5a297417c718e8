// SPDX-License-Identifier: Apache-2.0
// What Retrace goes over, parse() must take, and a Writer must write again as it stands.
#include "base/json/retrace.hpp"

#include "base/json/reader.hpp"
#include "base/json/writer.hpp"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace {

using base::json::Retrace;
using base::json::Writer;

template <class Step>
bool goes_over(const std::string& text, Step step) {
    Retrace in(text);
    return step(in) && in.at() == text.data() + text.size();
}

bool is_text(const std::string& json) {
    return goes_over(json, [](Retrace& in) { return in.text(100); });
}

bool is_natural(const std::string& json) {
    return goes_over(json, [](Retrace& in) { return in.natural(1'000'000); });
}

bool is_thousandths(const std::string& json) {
    return goes_over(json, [](Retrace& in) { return in.thousandths(); });
}

bool is_list(const std::string& json) {
    return goes_over(json, [](Retrace& in) { return in.some_texts(3, 4); });
}

/// What a Writer writes of what stands there.
std::string rewritten(const std::string& json) {
    base::json::Issues issues;
    const auto value = base::json::parse(json, {}, issues);
    EXPECT_TRUE(value) << json << ": " << issues.to_string();
    Writer out;
    if (value)
        out.value(value->get<std::string>());
    return out.take();
}

TEST(JsonRetrace, GoesOverTextsAsAWriterWritesThem) {
    const std::string octets = "a\"\\/bnu0 \n\x01\x7f\x80\xc3\xa9";
    for (std::size_t length = 0; length <= 34; ++length) {
        for (std::size_t place = 0; place <= length; ++place) {
            for (const char first : octets) {
                for (const char second : octets) {
                    std::string text(length, 'x');
                    text.insert(place, {first, second});
                    const std::string json = '"' + text + '"';
                    if (is_text(json))
                        EXPECT_EQ(rewritten(json), json);
                }
            }
        }
    }
    for (const std::string& text : {std::string(), std::string("plain"), std::string("a\\\"b"),
                                    std::string("\b\f\n\r\t"), std::string(98, 'y')}) {
        Writer out;
        out.value(text);
        EXPECT_TRUE(is_text(out.take())) << text;
    }
}

TEST(JsonRetrace, RefusesOtherTexts) {
    for (const char* json : {"", "\"", "a", "\"a", "\"\\", "\"\\\"", "\"\\/\"", R"("\u0041")",
                             R"("\u0001")", "\"\n\"", "\"\x80\"", "\"\xc3\xa9\"", "\"a\"b\""})
        EXPECT_FALSE(is_text(json)) << json;
    EXPECT_TRUE(is_text('"' + std::string(100, 'x') + '"'));
    EXPECT_FALSE(is_text('"' + std::string(101, 'x') + '"'));
    EXPECT_TRUE(goes_over("\"a\"", [](Retrace& in) { return in.some_text(1); }));
    EXPECT_FALSE(goes_over("\"\"", [](Retrace& in) { return in.some_text(1); }));
}

TEST(JsonRetrace, GoesOverNumbersAsAWriterWritesThem) {
    for (const std::uint32_t number : {0U, 1U, 9U, 10U, 1500U, 999'999U, 1'000'000U}) {
        Writer out;
        out.value(number);
        EXPECT_TRUE(is_natural(out.take())) << number;
    }
    for (const char* json : {"", "-1", "00", "01", "1.0", "1e2", "1000001", "18446744073709551617",
                             "99999999999999999999999", "+1", " 1", "a"})
        EXPECT_FALSE(is_natural(json)) << json;
    for (const std::uint32_t number : {0U, 1U, 10U, 100U, 120U, 1000U, 31'416U, 999'999'999U}) {
        Writer out;
        out.thousandths(number);
        EXPECT_TRUE(is_thousandths(out.take())) << number;
    }
    for (const char* json : {"", "1", "1.", ".5", "1.10", "1.100", "1.00", "1.2345", "01.5", "-1.5",
                             "1.5e3", "1000000.0", "1.a"})
        EXPECT_FALSE(is_thousandths(json)) << json;
}

TEST(JsonRetrace, GoesOverListsThatAreNotEmpty) {
    EXPECT_TRUE(is_list(R"([""])"));
    EXPECT_TRUE(is_list(R"(["a","bcde","\"\""])"));
    for (const char* json : {"", "[", "[]", "[\"a\"", "[\"a\",]", "[\"a\" ]", "[\"a\", \"b\"]",
                             "[1]", R"(["a","b","c","d"])", R"(["abcde"])", "\"a\""})
        EXPECT_FALSE(is_list(json)) << json;
}

TEST(JsonRetrace, StaysBeforeALiteralThatDoesNotStandThere) {
    const std::string text = R"({"a":1})";
    Retrace in(text);
    EXPECT_FALSE(in.literal(R"({"b":)"));
    EXPECT_FALSE(in.literal(text + "}"));
    EXPECT_EQ(in.at(), text.data());
    EXPECT_TRUE(in.literal(R"({"a":)") && in.natural(1) && in.literal("}"));
    EXPECT_FALSE(in.literal("}"));
    EXPECT_TRUE(in.literal(""));
}

} // namespace
