// SPDX-License-Identifier: Apache-2.0
#include "base/json/reader.hpp"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using base::json::Issue;
using base::json::Issues;
using base::json::parse;
using base::json::ParseOptions;
using base::json::Value;
using namespace std::string_literals;

std::string problems(std::string_view text, const ParseOptions& options = {}) {
    Issues issues;
    const auto value = parse(text, options, issues);
    EXPECT_EQ(value.has_value(), issues.empty()) << text;
    return issues.to_string();
}

Value good(std::string_view text, const ParseOptions& options = {}) {
    Issues issues;
    const auto value = parse(text, options, issues);
    EXPECT_TRUE(issues.empty()) << issues.to_string();
    return value.value_or(Value());
}

TEST(JsonParse, ReadsEveryKindOfValue) {
    const Value value = good(R"({"s": "\u00e9\ud83d\ude00", "i": -7, "u": 18446744073709551615,
        "f": 2.5e1, "t": true, "n": null, "a": [1, [], {}], "": {"x": {}}})");
    EXPECT_EQ(value["s"], "é😀");
    EXPECT_EQ(value["i"], -7);
    EXPECT_EQ(value["u"], 18446744073709551615ULL);
    EXPECT_EQ(value["f"], 25.0);
    EXPECT_EQ(value["t"], true);
    EXPECT_TRUE(value["n"].is_null());
    EXPECT_EQ(value["a"], Value::parse("[1, [], {}]"));
    EXPECT_EQ(value[""], Value::parse(R"({"x": {}})"));
    EXPECT_EQ(value.size(), 8U);
}

TEST(JsonParse, Rfc8259Section2AnyValueIsADocument) {
    EXPECT_EQ(good("\"x\""), "x");
    EXPECT_EQ(good(" 1 "), 1);
    EXPECT_TRUE(good("null").is_null());
}

TEST(JsonParse, AgreesWithNlohmannOnWhatBothAccept) {
    for (const char* text :
         {"[]", "{}", "[[],[{}]]", "[1,2,[3,[4]],5]", R"({"a":{"b":[{"c":[]}]}})",
          "[0, -0.0, 1e-400, 123456789012345678901234567890]"})
        EXPECT_EQ(good(text), Value::parse(text)) << text;
}

struct Syntax {
    std::string text;
    const char* issue;
};

TEST(JsonParse, SyntaxErrorsSayWhereAndWhatWasExpected) {
    const Syntax cases[] = {
        {"", "$: line 1, column 1: expected a value, found the end of the document"},
        {"  \n ", "$: line 2, column 2: expected a value, found the end of the document"},
        {"{x: 1}", "$: line 1, column 2: expected a key in double quotes, found 'x'"},
        {"{1: 1}", "$: line 1, column 2: expected a key in double quotes, found '1'"},
        {"{'a': 1}", "$: line 1, column 2: expected a key in double quotes, found ''' (strings and "
                     "keys take double quotes)"},
        {"{",
         "$: line 1, column 2: expected a key in double quotes, found the end of the document"},
        {"{\"a\" 1}", "$: line 1, column 6: expected ':' after the key, found '1'"},
        {"{\"a\" true}", "$: line 1, column 6: expected ':' after the key, found 'true'"},
        {"{\"a\": }", "$: line 1, column 7: expected a value, found '}'"},
        {"{\"a\": 1 \"b\": 2}",
         "$: line 1, column 9: expected ',' or '}' after the value, found a string"},
        {"{\"a\": 1,}", "$: line 1, column 9: expected a key in double quotes, found '}' (no comma "
                        "may stand before it)"},
        {"{\"a\": 1", "$: line 1, column 8: expected ',' or '}' after the value, found the end of "
                      "the document"},
        {"[1,\n 2\n 33]", "$: line 3, column 2: expected ',' or ']' after the value, found '33'"},
        {"[1,]", "$: line 1, column 4: expected a value, found ']' (no comma may stand before it)"},
        {"[,1]", "$: line 1, column 2: expected a value, found ','"},
        {"]", "$: line 1, column 1: expected a value, found ']'"},
        {"[True]", "$: line 1, column 2: expected a value, found 'True'"},
        {"[trux]", "$: line 1, column 2: expected a value, found 'trux'"},
        {"[NaN]", "$: line 1, column 2: expected a value, found 'NaN'"},
        {"[+1]", "$: line 1, column 2: expected a value, found '+'"},
        {"[1] 2", "$: line 1, column 5: expected nothing after the document, found '2'"},
        {"{} x", "$: line 1, column 4: expected nothing after the document, found 'x'"},
        {"[\"é\", “x”]", "$: line 1, column 7: expected a value, found a character outside ASCII"},
        {"[01]", "$: line 1, column 3: expected ',' or ']' after the value, found '1'"},
        {"[\"a]", "$: line 1, column 5: invalid string: missing closing quote"},
        {"[\"a\nb\"]", "$: line 1, column 4: invalid string: control character U+000A (LF) must be "
                       "escaped to \\u000A or \\n"},
        {"[\"\\x\"]", "$: line 1, column 4: invalid string: forbidden character after backslash"},
        {"[\"\\ud800\"]", "$: line 1, column 9: invalid string: surrogate U+D800..U+DBFF must be "
                          "followed by U+DC00..U+DFFF"},
        {"[1.]", "$: line 1, column 4: invalid number; expected digit after '.'"},
        {"[-]", "$: line 1, column 3: invalid number; expected digit after '-'"},
        {"[1, 1e400]", "$: line 1, column 5: the number is too large"},
    };
    for (const auto& [text, issue] : cases)
        EXPECT_EQ(problems(text), issue) << text;
}

TEST(JsonParse, NeverShowsTheParsersOwnWords) {
    for (const char* text :
         {"", "{", "[", "{]", "[}", "{\"a\"", "nul", "1e999", "\"", "/", "[1;2]"}) {
        const std::string said = problems(text);
        EXPECT_EQ(said.find("json.exception"), std::string::npos) << said;
        EXPECT_EQ(said.find("last read"), std::string::npos) << said;
        EXPECT_TRUE(said.starts_with("$: line 1, column ")) << said;
    }
}

TEST(JsonParse, CommentsOnlyWhenAsked) {
    const char* text = "// first\n{ /* in\n the middle */ \"a\": 1 // last\n}\n//";
    EXPECT_EQ(good(text, {.comments = true}), Value::parse(R"({"a": 1})"));
    EXPECT_EQ(problems(text), "$: line 1, column 1: expected a value, found '/' (comments are not "
                              "allowed here)");
    EXPECT_EQ(problems("{} /* open", {.comments = true}),
              "$: line 1, column 11: invalid comment; missing closing '*/'");
    EXPECT_EQ(problems("{\"a\": 1} # no", {.comments = true}),
              "$: line 1, column 10: expected nothing after the document, found '#'");
}

TEST(JsonParse, DuplicateKeysAreFoundWithTheirPathAllAtOnce) {
    EXPECT_EQ(problems(R"({"a": 1, "a": 1})"), "$.a: duplicate key");
    EXPECT_EQ(problems(R"({"a": [0, {"b": {"c": 1, "d": 2, "c": {}, "c": 3}}], "a": {}})"),
              "$.a[1].b.c: duplicate key; $.a[1].b.c: duplicate key; $.a: duplicate key");
    // RFC 8259 §8.3: equality is of the characters, however they are escaped.
    EXPECT_EQ(problems(R"({"ab": 1, "a\u0062": 2})"), "$.ab: duplicate key");
    EXPECT_EQ(problems(R"([{"a": 1}, {"a": 1}])"), "");
    EXPECT_EQ(
        problems(R"({"a": 1, "a": 2)"),
        "$.a: duplicate key; $: line 1, column 16: expected ',' or '}' after the value, found "
        "the end of the document");
}

TEST(JsonParse, StrangeKeysAreShownEscapedAndCut) {
    EXPECT_EQ(problems(R"({"a b\n\"": 1, "a b\n\"": 2})"), "$[\"a b\\x0a\\\"\"]: duplicate key");
    const std::string key(1000, 'k');
    EXPECT_EQ(problems("{\"" + key + "\": 1, \"" + key + "\": 2}"),
              "$[\"" + std::string(64, 'k') + "…(+936 bytes)\"]: duplicate key");
    EXPECT_EQ(problems(R"({"": 1, "": 2})"), "$[\"\"]: duplicate key");
}

TEST(JsonParse, DepthIsBoundedWhileReading) {
    EXPECT_EQ(problems("[[[1]]]", {.max_depth = 3}), "");
    EXPECT_EQ(problems("[0, [[[1]]]]", {.max_depth = 3}),
              "$[1][0][0]: nested deeper than 3 levels");
    EXPECT_EQ(problems(R"({"a": {"b": {}}})", {.max_depth = 2}),
              "$.a.b: nested deeper than 2 levels");
    EXPECT_EQ(problems("1", {.max_depth = 0}), "");
    EXPECT_EQ(problems("{}", {.max_depth = 0}), "$: nested deeper than 0 levels");
    // Never closed: stopping at the bound is not the same as noticing it at the end.
    EXPECT_EQ(problems(std::string(60000, '[')),
              "$[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: nested deeper than 16 levels");
}

TEST(JsonParse, SizeIsCheckedFirst) {
    EXPECT_EQ(problems("[12]", {.max_bytes = 4}), "");
    EXPECT_EQ(problems("[[[[[ not json at all \xff", {.max_bytes = 4}),
              "$: 23 bytes long, at most 4 are allowed");
}

TEST(JsonParse, InvalidUtf8AndNulAreRefusedEverywhere) {
    EXPECT_EQ(problems("[\"ab\xff\"]"), "$: line 1, column 5: the byte \\xff is not valid UTF-8");
    EXPECT_EQ(problems("[\n\"é\xed\xa0\x80\"]"),
              "$: line 2, column 3: the byte \\xed is not valid UTF-8");
    EXPECT_EQ(problems("[\"\xe2\x82"), "$: line 1, column 3: the byte \\xe2 is not valid UTF-8");
    EXPECT_EQ(problems("{} // \xc0\xaf", {.comments = true}),
              "$: line 1, column 7: the byte \\xc0 is not valid UTF-8");
    EXPECT_EQ(problems("{}\0{"s), "$: line 1, column 3: a NUL byte is not allowed");
}

TEST(JsonParse, Rfc8259Section8Point1AByteOrderMarkMayBeIgnored) {
    EXPECT_EQ(good("\xef\xbb\xbf{}"), Value::object());
}

TEST(Issues, KeepsItsLimitAndCountsTheRest) {
    Issues issues(2);
    issues.add("$.a", "required");
    issues.add("$.b", "required");
    EXPECT_EQ(issues.list().size(), 2U);
    issues.add("$.c", "required");
    EXPECT_EQ(issues.to_string(), "$.a: required; $.b: required; $: 1 more problem");
    issues.add("$.d", "required");
    issues.add("$.e", "required");
    ASSERT_EQ(issues.list().size(), 3U);
    EXPECT_EQ(issues.list().back(), (Issue{"$", "3 more problems"}));
}

TEST(Issues, ADocumentFullOfProblemsStaysSmall) {
    std::string text = "{\"a\":0";
    for (int i = 0; i < 9000; ++i)
        text += ",\"a\":0";
    Issues issues;
    EXPECT_EQ(parse(text + "}", {}, issues), std::nullopt);
    EXPECT_EQ(issues.list().size(), 101U);
    EXPECT_EQ(issues.list().back().message, "8900 more problems");
}

} // namespace
