// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/json_out.hpp"
#include "mpic/wire/redaction.hpp"

#include "base/core/encoding.hpp"

#include <gtest/gtest.h>

namespace {

using mpic::wire::Redaction;

mpic::CheckRequest expecting(std::string body) {
    mpic::CheckRequest out;
    out.dcv = mpic::HttpQuestion{base::dns::Name::parse("a.example").value(), "/", std::move(body)};
    return out;
}

mpic::CheckRequest expecting(base::dns::RecordType type, std::string value) {
    mpic::CheckRequest out;
    out.dcv =
        mpic::DnsQuestion{base::dns::Name::parse("a.example").value(), type, std::move(value)};
    return out;
}

TEST(Redaction, WholeValuesEverywhere) {
    const Redaction redaction(expecting("0123456789"));
    EXPECT_EQ(redaction.apply("a 0123456789 b 01234567890123456789"),
              "a [the expected value] b [the expected value][the expected value]");
    EXPECT_EQ(redaction.apply("012345678 9"), "012345678 9");
}

TEST(Redaction, EscapedValues) {
    const std::string secret = "line one\nline \"two\"\xff";
    const Redaction redaction(expecting(secret));
    EXPECT_EQ(redaction.apply("saw " + base::excerpt(secret)), "saw [the expected value]");
}

TEST(Redaction, LongValuesThatAnExcerptCutsOff) {
    std::string secret;
    for (int i = 0; i < 100; ++i)
        secret += std::to_string(i) + ",";
    const std::string shown =
        Redaction(expecting(secret)).apply(base::excerpt(secret + "more", 100));
    EXPECT_TRUE(shown.starts_with("[the expected value]…(+")) << shown;
}

TEST(Redaction, WhatIsNoSecretStays) {
    using enum base::dns::RecordType;
    EXPECT_EQ(Redaction(expecting("short")).apply("a short text"), "a short text");
    EXPECT_EQ(Redaction(expecting(a, "192.0.2.123")).apply("192.0.2.123"), "192.0.2.123");
    EXPECT_EQ(Redaction(expecting(cname, "target.example")).apply("target.example"),
              "target.example");
    EXPECT_EQ(Redaction({}).apply("anything"), "anything");
    EXPECT_EQ(Redaction(expecting(txt, "0123456789")).apply("\"0123456789\""),
              "\"[the expected value]\"");
}

TEST(Redaction, CodesAndNamesAreLeftAlone) {
    const Redaction redaction(expecting("body-mismatch"));
    mpic::wire::JsonOut out(100, redaction);
    out.open_object();
    out.member("code", "body-mismatch");
    out.member("detail", "body-mismatch");
    out.member("chain", std::vector<std::string>{"body-mismatch"});
    out.member("records", std::vector<std::string>{"body-mismatch", "another"});
    out.close_object();
    EXPECT_EQ(out.take(),
              R"({"code":"body-mismatch","detail":"[the expected value]",)"
              R"("chain":["body-mismatch"],"records":["[the expected value]","another"]})");
}

} // namespace
