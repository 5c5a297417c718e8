// SPDX-License-Identifier: Apache-2.0
// A Tree must take nothing but what parse() takes, and see in it what parse() sees.
#include "base/json/tree.hpp"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

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
    if (value) {
        expect_same(tree->root(), *value);
        EXPECT_EQ(base::json::to_value(tree->root()).dump(), value->dump());
    }
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

// Texts are looked at several octets at a time: a special one must be seen at every place of a text
// of every length, whatever follows it.
TEST(JsonTree, SpecialOctetsAreSeenAtEveryPlaceOfTextsOfEveryLength) {
    const std::string specials[] = {
        "\"",   "\\",   "\\n",  "\\u00e9",  "\\x",  "\x1f",         "\n", std::string(1, '\0'),
        "\x7f", "\x80", "\xff", "\xc3\xa9", "\xc3", "\xed\xa0\x80", "!",  "["};
    for (std::size_t length = 0; length <= 40; ++length) {
        for (std::size_t place = 0; place <= length; ++place) {
            for (const std::string& special : specials) {
                std::string text(length, 'x');
                text.insert(place, special);
                for (const char* rest : {"\"", "\",\"\\t12345678\"", ""})
                    EXPECT_TRUE(is_read_as_parse_reads_it("[\"" + text + rest + "]"));
                EXPECT_TRUE(is_read_as_parse_reads_it("{\"" + text + "\":0}"));
            }
        }
    }
}

TEST(JsonTree, NumbersAreReadAsTheReaderReadsThem) {
    std::mt19937_64 random(11);
    const auto digits = [&random](std::size_t most) {
        std::string out = std::to_string(random());
        return out.substr(0, 1 + random() % most);
    };
    for (int round = 0; round < 20'000; ++round) {
        std::string text = random() % 2 == 0 ? "-" : "";
        text += random() % 4 == 0 ? "0" : digits(20);
        if (random() % 3 != 0)
            text += "." + std::string(random() % 5, '0') + digits(20);
        if (random() % 5 == 0)
            text += "e" + std::to_string(static_cast<int>(random() % 40) - 20);
        EXPECT_TRUE(is_read_as_parse_reads_it(text)) << text;
    }
    for (std::uint32_t thousandths = 0; thousandths < 5'000; ++thousandths)
        EXPECT_TRUE(is_read_as_parse_reads_it(Value(thousandths / 1000.0).dump()));
}

// Keys that only a full comparison tells apart or finds equal: like lengths, like ends.
TEST(JsonTree, DuplicateKeysAreFoundAmongMany) {
    std::mt19937 random(13);
    int sound = 0;
    for (int round = 0; round < 5'000; ++round) {
        std::string text = "{";
        for (std::size_t i = random() % 12; i-- > 0;) {
            std::string key = "k" + std::string(random() % 2, '-') + std::to_string(random() % 15);
            if (random() % 4 == 0)
                key = "\\u006b" + key.substr(1);
            text += '"' + key + "\":[{\"k\":" + std::to_string(i) + "}],";
        }
        text += "\"\":1}";
        EXPECT_TRUE(is_read_as_parse_reads_it(text));
        sound += Tree::parse(text, options) != nullptr;
    }
    EXPECT_GT(sound, 1'000);
    EXPECT_LT(sound, 4'000);
}

TEST(JsonTree, MembersAreFoundInAnyOrder) {
    const std::string text = R"({"a":1,"b":{"a":2,"x":[3]},"c":[{}],"":4,"d":5})";
    const auto tree = Tree::parse(text, options);
    ASSERT_NE(tree, nullptr);
    const std::string_view keys[] = {"a", "b", "c", "", "d", "x", "e"};
    std::mt19937 random(17);
    base::json::Members members(tree->root());
    for (int round = 0; round < 1'000; ++round) {
        const std::string_view key = keys[random() % std::size(keys)];
        const auto found = members.find(key);
        ASSERT_EQ(found.has_value(), key != "x" && key != "e") << key;
        if (found)
            expect_same(*found, Value::parse(text)[std::string(key)]);
    }
    EXPECT_FALSE(base::json::Members(*tree->root().find("a")).find("a"));
    EXPECT_FALSE(tree->root().find("c")->find("a"));
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
