// SPDX-License-Identifier: Apache-2.0
// A Tree must take nothing but what parse() takes, and see in it what parse() sees.
#include "base/json/tree.hpp"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace {

using base::json::Node;
using base::json::Tree;
using base::json::Value;

const base::json::ParseOptions options{.max_bytes = 4096, .max_depth = 8};

void expect_same(Node node, const Value& value);

void expect_same_elements(Node node, const Value& value) {
    ASSERT_TRUE(value.is_array());
    ASSERT_EQ(value.size(), node.size());
    std::size_t i = 0;
    for (auto element = node.first(); element; element = element->next())
        expect_same(*element, value[i++]);
    EXPECT_EQ(i, value.size());
}

void expect_same_members(Node node, const Value& value) {
    ASSERT_TRUE(value.is_object());
    ASSERT_EQ(value.size(), node.size());
    for (const auto& [key, member] : value.items()) {
        const auto found = node.find(key);
        ASSERT_TRUE(found) << key;
        expect_same(*found, member);
    }
}

void expect_same(Node node, const Value& value) {
    switch (node.kind()) {
    case Node::Kind::null:
        EXPECT_TRUE(value.is_null());
        break;
    case Node::Kind::boolean:
        EXPECT_EQ(Value(node.boolean()), value);
        break;
    case Node::Kind::text:
        EXPECT_EQ(Value(node.text()), value);
        break;
    case Node::Kind::real:
        EXPECT_FALSE(node.integer());
        EXPECT_TRUE(value.is_number_float());
        EXPECT_EQ(value.get<double>(), node.number());
        break;
    case Node::Kind::integer:
    case Node::Kind::natural:
        EXPECT_TRUE(value.is_number_integer());
        EXPECT_EQ(value.get<double>(), node.number());
        if (const auto number = node.integer())
            EXPECT_EQ(value.get<std::int64_t>(), *number);
        break;
    case Node::Kind::array:
        expect_same_elements(node, value);
        break;
    case Node::Kind::object:
        expect_same_members(node, value);
        break;
    }
}

/// A tree is there only when parse() finds nothing wrong, and says the same.
bool is_read_as_parse_reads_it(const std::string& text) {
    SCOPED_TRACE(text);
    base::json::Issues issues;
    const auto value = base::json::parse(text, options, issues);
    const auto tree = Tree::parse(text, options);
    if (tree == nullptr)
        return !value;
    EXPECT_TRUE(value) << issues.to_string();
    if (value)
        expect_same(tree->root(), *value);
    return value.has_value();
}

constexpr const char* documents[] = {
    R"({})",
    R"([])",
    R"( [ 1 , 2 ] )",
    R"({"a":1,"b":[true,false,null],"c":{"d":"e"}})",
    R"({"a":1,"a":2})",
    R"({"a":{"b":1},"b":2})",
    R"({"":""})",
    R"([[],[[]],{},[{"x":[]}]])",
    R"("\u00e9\ud83d\ude00\n\"\\\/\b\f\r\t")",
    R"("\ud83d")",
    R"("\ude00")",
    R"("\ud83d\u0041")",
    R"("\u12")",
    R"("\x")",
    R"("\u0000")",
    R"({"a\u0062":1,"ab":2})",
    "\"\xc3\xa9\"",
    "\"\xc3\"",
    "\"\xff\\n\"",
    "\"a\nb\"",
    "\"\x7f\"",
    R"(0)",
    R"(-0)",
    R"(-)",
    R"(01)",
    R"(1.)",
    R"(.5)",
    R"(1e5)",
    R"(1E+5)",
    R"(1e)",
    R"(1.5e-3)",
    R"(18446744073709551615)",
    R"(18446744073709551616)",
    R"(-9223372036854775808)",
    R"(-9223372036854775809)",
    R"(1e400)",
    R"(-1e400)",
    R"(0.1)",
    R"(+1)",
    R"(1 2)",
    R"(true)",
    R"(tru)",
    R"(nul)",
    R"(truefalse)",
    R"(NaN)",
    R"([1,])",
    R"([,1])",
    R"([1 2])",
    R"({"a"})",
    R"({"a":})",
    R"({"a":1,})",
    R"({a:1})",
    R"({1:2})",
    R"([)",
    R"(])",
    R"({)",
    R"(})",
    R"([})",
    R"("abc)",
    R"("abc\)",
    "",
    " ",
    R"(// x
[])",
    R"([[[[[[[[]]]]]]]])",
    R"([[[[[[[[[]]]]]]]]])",
};

TEST(JsonTree, TakesWhatTheReaderTakes) {
    for (const char* text : documents)
        EXPECT_TRUE(is_read_as_parse_reads_it(text)) << text;
    EXPECT_TRUE(is_read_as_parse_reads_it(std::string("[1]\0", 4)));
    EXPECT_TRUE(is_read_as_parse_reads_it(std::string("\"a\0b\"", 5)));
    EXPECT_TRUE(is_read_as_parse_reads_it('"' + std::string(5000, 'x') + '"'));
}

TEST(JsonTree, TakesNothingElseOfDamagedDocuments) {
    std::mt19937 random(7);
    const std::string octets = "{}[],:\"\\u0123456789eE+-.truefalsn \n\x80\xc3\xa9/";
    int taken = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text = documents[random() % std::size(documents)];
        if (random() % 2 == 0)
            text = "[" + text + "," + documents[random() % std::size(documents)] + "]";
        for (std::size_t i = random() % 3; i-- > 0 && !text.empty();)
            text[random() % text.size()] = octets[random() % octets.size()];
        taken += is_read_as_parse_reads_it(text) && Tree::parse(text, options) != nullptr;
    }
    EXPECT_GT(taken, 2'000);
}

TEST(JsonTree, LeavesSomeThingsToTheReader) {
    std::string many = "{";
    for (int i = 0; i < 65; ++i)
        many += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":0";
    EXPECT_EQ(Tree::parse(many + "}", options), nullptr);
    EXPECT_EQ(Tree::parse("1e-400", options), nullptr);
    EXPECT_EQ(Tree::parse("\xef\xbb\xbf[]", options), nullptr);
}

} // namespace
