// SPDX-License-Identifier: Apache-2.0
#include "base/json/reader.hpp"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace {

using base::json::Issues;
using base::json::ObjectReader;
using base::json::Value;

constexpr auto int64_min = std::numeric_limits<std::int64_t>::min();
constexpr auto int64_max = std::numeric_limits<std::int64_t>::max();

/// A reader over a document that lives as long as it.
struct Reading {
    explicit Reading(const char* text) : value(Value::parse(text)), reader(value, "$", issues) {}
    Value value;
    Issues issues;
    ObjectReader reader;
};

TEST(ObjectReader, AWellFormedObjectGivesItsValuesAndNoIssue) {
    Reading r(R"({"s": "text", "b": true, "i": -5, "n": 2.5, "whole": 3, "w": "two",
                  "list": ["x", ""], "raw": {"k": null}})");
    EXPECT_EQ(r.reader.string("s", 4), "text");
    EXPECT_EQ(r.reader.boolean("b"), true);
    EXPECT_EQ(r.reader.integer("i", -5, 5), -5);
    EXPECT_EQ(r.reader.number("n", 0, 3), 2.5);
    EXPECT_EQ(r.reader.number("whole", 0, 3), 3.0);
    EXPECT_EQ(r.reader.word("w", {"one", "two"}), "two");
    EXPECT_EQ(r.reader.strings("list", 2, 1), (std::vector<std::string>{"x", ""}));
    ASSERT_NE(r.reader.member("raw"), nullptr);
    EXPECT_EQ(*r.reader.member("raw"), Value::parse(R"({"k": null})"));
    EXPECT_TRUE(r.reader.has("s"));
    r.reader.require({"s", "raw"});
    r.reader.finish();
    EXPECT_EQ(r.issues.to_string(), "");
}

TEST(ObjectReader, AbsentMembersGiveNothingAndNoIssue) {
    Reading r("{}");
    EXPECT_EQ(r.reader.string("s", 4), std::nullopt);
    EXPECT_EQ(r.reader.boolean("b"), std::nullopt);
    EXPECT_EQ(r.reader.integer("i", 0, 1), std::nullopt);
    EXPECT_EQ(r.reader.number("n", 0, 1), std::nullopt);
    EXPECT_EQ(r.reader.word("w", {"one"}), std::nullopt);
    EXPECT_EQ(r.reader.strings("l", 1, 1), std::nullopt);
    EXPECT_EQ(r.reader.member("m"), nullptr);
    EXPECT_FALSE(r.reader.has("s"));
    r.reader.array("a", 1, [](const Value&, const std::string&) { FAIL(); });
    r.reader.finish();
    EXPECT_EQ(r.issues.to_string(), "");
}

TEST(ObjectReader, EveryWrongTypeIsNamedAllAtOnce) {
    Reading r(
        R"({"s": 1, "b": "true", "i": "1", "n": [], "w": false, "l": {}, "a": null, "e": ["x", 1, {}]})");
    EXPECT_EQ(r.reader.string("s", 4), std::nullopt);
    EXPECT_EQ(r.reader.boolean("b"), std::nullopt);
    EXPECT_EQ(r.reader.integer("i", 0, 1), std::nullopt);
    EXPECT_EQ(r.reader.number("n", 0, 1), std::nullopt);
    EXPECT_EQ(r.reader.word("w", {"one"}), std::nullopt);
    EXPECT_EQ(r.reader.strings("l", 9, 9), std::nullopt);
    r.reader.array("a", 1, [](const Value&, const std::string&) { FAIL(); });
    EXPECT_EQ(r.reader.strings("e", 9, 9), std::nullopt);
    r.reader.finish();
    EXPECT_EQ(r.issues.to_string(),
              "$.s: must be a string, not a number; $.b: must be true or false, not a string; "
              "$.i: must be an integer, not a string; $.n: must be a number, not an array; "
              "$.w: must be a string, not a boolean; $.l: must be an array, not an object; "
              "$.a: must be an array, not null; $.e[1]: must be a string, not a number; "
              "$.e[2]: must be a string, not an object");
}

TEST(ObjectReader, LengthsCountsAndWordsAreBounded) {
    Reading r(
        R"({"s": "12345", "w": "three", "one": "x", "l": ["a", "b", "c"], "m": ["ab", "a"]})");
    EXPECT_EQ(r.reader.string("s", 4), std::nullopt);
    EXPECT_EQ(r.reader.word("w", {"one", "two", "four"}), std::nullopt);
    EXPECT_EQ(r.reader.word("one", {"only"}), std::nullopt);
    EXPECT_EQ(r.reader.strings("l", 2, 1), std::nullopt);
    EXPECT_EQ(r.reader.strings("m", 2, 1), std::nullopt);
    EXPECT_EQ(r.issues.to_string(),
              "$.s: 5 bytes long, at most 4 are allowed; $.w: must be one of one, two or four; "
              "$.one: must be only; $.l: has 3 elements, at most 2 are allowed; "
              "$.m[0]: 2 bytes long, at most 1 are allowed");
}

struct IntegerCase {
    const char* text;
    std::int64_t min;
    std::int64_t max;
    std::optional<std::int64_t> value;
};

TEST(ObjectReader, IntegersKeepTheirRange) {
    const IntegerCase cases[] = {
        {"1", 1, 10, 1},
        {"10", 1, 10, 10},
        {"0", 1, 10, {}},
        {"11", 1, 10, {}},
        {"-1", 0, 10, {}},
        {"1.0", 1, 10, {}},
        {"1e1", 1, 10, {}},
        {"-9223372036854775808", int64_min, int64_max, int64_min},
        {"9223372036854775807", int64_min, int64_max, int64_max},
        {"9223372036854775808", int64_min, int64_max, {}},
        {"18446744073709551615", int64_min, int64_max, {}},
        {"18446744073709551616", int64_min, int64_max, {}},
        {"-9223372036854775809", int64_min, int64_max, {}},
    };
    for (const auto& [text, min, max, value] : cases) {
        Reading r((std::string(R"({"n": )") + text + "}").c_str());
        EXPECT_EQ(r.reader.integer("n", min, max), value) << text;
        EXPECT_EQ(r.issues.empty(), value.has_value()) << text;
    }
    Reading r(R"({"n": 0})");
    EXPECT_EQ(r.reader.integer("n", 1, 10), std::nullopt);
    EXPECT_EQ(r.issues.to_string(), "$.n: must be an integer from 1 to 10");
}

TEST(ObjectReader, NumbersKeepTheirRange) {
    Reading r(R"({"low": -90.5, "high": 90.01, "edge": -90})");
    EXPECT_EQ(r.reader.number("low", -90, 90), std::nullopt);
    EXPECT_EQ(r.reader.number("high", -90, 90), std::nullopt);
    EXPECT_EQ(r.reader.number("edge", -90, 90), -90.0);
    EXPECT_EQ(r.issues.to_string(), "$.low: must be a number from -90 to 90; "
                                    "$.high: must be a number from -90 to 90");
}

TEST(ObjectReader, AnotherTypeThanAnObjectIsOneIssue) {
    Reading r(R"(["domain"])");
    EXPECT_EQ(r.reader.string("domain", 4), std::nullopt);
    EXPECT_FALSE(r.reader.has("domain"));
    r.reader.require({"domain"});
    r.reader.finish();
    EXPECT_EQ(r.issues.to_string(), "$: must be an object, not an array");
}

TEST(ObjectReader, UnknownFieldsAreNamedWithWhatWasMeant) {
    Reading r(R"({"domian": "x", "request_id": "y", "zebra": 1, "odd key": 2, "prefix": ""})");
    static_cast<void>(r.reader.string("domain", 9));
    static_cast<void>(r.reader.string("request-id", 9));
    static_cast<void>(r.reader.string("prefix", 9));
    r.reader.require({"domain"});
    r.reader.finish();
    EXPECT_EQ(r.issues.to_string(),
              "$.domain: required; $.domian: unknown field, did you mean domain?; "
              "$[\"odd key\"]: unknown field; "
              "$.request_id: unknown field, did you mean request-id?; $.zebra: unknown field");
}

TEST(ObjectReader, NestedReadersCarryTheirPath) {
    Reading r(R"({"caa-policy": {"issuer-domains": ["ca.example", 5]}, "hosts": [{"id": 1}, 2]})");
    const Value* policy = r.reader.member("caa-policy");
    ASSERT_NE(policy, nullptr);
    ObjectReader nested(*policy, r.reader.path_of("caa-policy"), r.issues);
    EXPECT_EQ(nested.strings("issuer-domains", 9, 99), std::nullopt);
    nested.issue("wildcard", "only with a domain");
    nested.finish();
    r.reader.array("hosts", 5, [&](const Value& host, const std::string& path) {
        ObjectReader element(host, path, r.issues);
        static_cast<void>(element.string("id", 9));
        element.finish();
    });
    r.reader.finish();
    EXPECT_EQ(r.issues.to_string(),
              "$.caa-policy.issuer-domains[1]: must be a string, not a number; "
              "$.caa-policy.wildcard: only with a domain; "
              "$.hosts[0].id: must be a string, not a number; "
              "$.hosts[1]: must be an object, not a number");
}

struct Guess {
    const char* word;
    const char* meant;
};

TEST(Closest, NamesANearMissOnly) {
    const std::vector<std::string> candidates = {"domain", "path", "expected",  "expected-base64",
                                                 "id",     "url",  "caa-policy"};
    const Guess guesses[] = {
        {"domian", "domain"}, // neighbours swapped count once
        {"domains", "domain"},
        {"dmain", "domain"},
        {"pathh", "path"},
        {"expectd", "expected"},
        {"Domain", "domain"},
        {"DOMAIN", "domain"},
        {"caa_policy", "caa-policy"},
        {"caaPolicy", "caa-policy"},
        {"urls", "url"},
        {"uri", "url"},
        {"ip", ""}, // half of a short word
        {"pxth", "path"},
        {"pxxh", ""},
        {"doxxxn", ""},
        {"zebra", ""},
        {"", ""},
        {"expected-bas", ""}, // three edits
    };
    for (const auto& [word, meant] : guesses)
        EXPECT_EQ(base::json::closest(word, candidates), meant) << word;
}

TEST(Closest, TheFirstOfTheNearestWins) {
    EXPECT_EQ(base::json::closest("record", {"records", "recorded", "recor"}), "records");
    EXPECT_EQ(base::json::closest("record", {"recorded", "recor", "records"}), "recor");
    EXPECT_EQ(base::json::closest(std::string(100000, 'a'), {std::string(99999, 'a')}), "");
    EXPECT_EQ(base::json::closest("word", {}), "");
}

} // namespace
