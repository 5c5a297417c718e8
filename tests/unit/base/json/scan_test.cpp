// SPDX-License-Identifier: Apache-2.0
// What a Scan takes, parse() must take, and see the same in it.
#include "base/json/scan.hpp"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace {

using base::json::Node;
using base::json::Scan;
using base::json::Value;

Value value_of(Node node) {
    switch (node.kind()) {
    case Node::Kind::boolean:
        return node.boolean();
    case Node::Kind::text:
        return node.text();
    case Node::Kind::real:
        return node.number();
    default:
        return node.integer() ? Value(*node.integer()) : Value(node.number());
    }
}

/// Both elements of a list of two scalars; nothing when the scan is lost.
std::optional<Value> scanned(const std::string& text) {
    Scan scan(text);
    Value out = Value::array();
    if (!scan.open('['))
        return std::nullopt;
    for (int i = 0; i < 2; ++i)
        if (const auto node = scan.scalar())
            out.push_back(value_of(*node));
    if (!scan.close(']') || !scan.complete())
        return std::nullopt;
    return out;
}

void expect_taken_as_by_parse(const std::string& text) {
    base::json::Issues issues;
    const auto value = base::json::parse(text, {}, issues);
    const auto taken = scanned(text);
    ASSERT_EQ(taken.has_value(), value.has_value()) << text << " " << issues.to_string();
    if (taken)
        EXPECT_EQ(*taken, *value) << text;
}

TEST(JsonScan, TakesScalarsAsTheReaderTakesThem) {
    for (const char* one : {"0",
                            "-0",
                            "1.5",
                            "-2e3",
                            "01",
                            "1.",
                            "18446744073709551615",
                            "1e400",
                            "true",
                            "false",
                            "tru",
                            "falsetrue",
                            "truefals",
                            "\"\"",
                            "\"a",
                            "-",
                            "x",
                            "\"\\u00e9\\ud83d\\ude00\"",
                            "\"\\ud83d\"",
                            "\"\\q\""}) {
        expect_taken_as_by_parse("[" + std::string(one) + ",7]");
        expect_taken_as_by_parse("[\"x\\ny\"," + std::string(one) + "]");
    }
    for (const char* text : {"", "[", "[1", "[1,", "[1,2", "[1,2]]", "[1 2]", "[12]x", "[1,2,]"})
        EXPECT_FALSE(scanned(text)) << text;
}

TEST(JsonScan, SpecialOctetsAreSeenAtEveryPlaceOfTextsOfEveryLength) {
    const std::string specials[] = {
        "\"",   "\\",   "\\n",      "\\u00e9", "\\x",          "\x1f", "\n",
        "\x7f", "\x80", "\xc3\xa9", "\xc3",    "\xed\xa0\x80", "!",    std::string(1, '\0')};
    for (std::size_t length = 0; length <= 40; ++length) {
        for (std::size_t place = 0; place <= length; ++place) {
            for (const std::string& special : specials) {
                std::string text(length, 'x');
                text.insert(place, special);
                expect_taken_as_by_parse("[\"" + text + "\",1]");
                expect_taken_as_by_parse("[1,\"" + text + "\"]");
            }
        }
    }
}

TEST(JsonScan, KnowsTheNextMemberOnly) {
    Scan scan(R"({"a":1,"ab":{"c":"\u0041"},"d":[]})");
    ASSERT_TRUE(scan.open('{'));
    EXPECT_FALSE(scan.is_at("ab"));
    EXPECT_FALSE(scan.enter(""));
    EXPECT_EQ(scan.scalar_member("a")->integer(), 1);
    EXPECT_FALSE(scan.scalar_member("a"));
    EXPECT_TRUE(scan.is_at("ab"));
    ASSERT_TRUE(scan.enter("ab") && scan.open('{'));
    EXPECT_EQ(scan.scalar_member("c")->text(), "A");
    EXPECT_FALSE(scan.close(']'));
    EXPECT_TRUE(scan.close('}'));
    ASSERT_TRUE(scan.enter("d") && scan.open('['));
    EXPECT_TRUE(scan.close(']') && scan.close('}') && scan.complete());
}

TEST(JsonScan, IsLostForGood) {
    for (const char* text :
         {R"({"a":null})", R"({"a":[1]})", R"({"a": 1})", R"({"a":})", R"({"a")"}) {
        Scan scan(text);
        ASSERT_TRUE(scan.open('{'));
        EXPECT_FALSE(scan.enter("a") && scan.scalar()) << text;
        EXPECT_FALSE(scan.close('}')) << text;
        EXPECT_FALSE(scan.complete()) << text;
    }
}

} // namespace
