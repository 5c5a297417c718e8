// SPDX-License-Identifier: Apache-2.0
#include "base/dns/record.hpp"

#include "support/dns_records.hpp"

#include <gtest/gtest.h>

#include <string>

namespace base::dns {
namespace {

using namespace std::string_literals;
using test::name;

TEST(RecordTypes, NamesAndNumbers) {
    EXPECT_EQ(to_string(RecordType::caa), "CAA");
    EXPECT_EQ(to_string(RecordType{65280}), "TYPE65280"); // RFC 3597 §5
    EXPECT_EQ(record_type_from("caa"), RecordType::caa);
    EXPECT_EQ(record_type_from("TYPE257"), RecordType::caa);
    EXPECT_EQ(record_type_from("type0"), RecordType{0});
    for (const auto* bad : {"", "TYPE", "TYPE65536", "TYPE-1", "TYPE1x", "SRV?"})
        EXPECT_FALSE(record_type_from(bad)) << bad;
}

struct CaaWire {
    std::string rdata;
    CaaProperty property;
};

class CaaParse : public testing::TestWithParam<CaaWire> {};

TEST_P(CaaParse, Rfc8659Section41) {
    const auto parsed = parse_caa(GetParam().rdata);
    ASSERT_TRUE(parsed) << parsed.error().detail;
    EXPECT_EQ(*parsed, GetParam().property);
    EXPECT_EQ(caa_rdata(*parsed), GetParam().rdata);
}

INSTANTIATE_TEST_SUITE_P(
    Table, CaaParse,
    testing::Values(CaaWire{"\0\5issueca.example"s, {0, "issue", "ca.example"}},
                    CaaWire{"\0\5issue"s, {0, "issue", ""}},
                    CaaWire{"\0\5IsSuE;"s, {0, "IsSuE", ";"}}, // kept as sent
                    CaaWire{"\x80\3tbsx"s, {128, "tbs", "x"}},
                    CaaWire{"\1\3tbs\0\xff"s, {1, "tbs", "\0\xff"s}},
                    CaaWire{"\0\x10"s + "abcdefghijklmnop" + "v", {0, "abcdefghijklmnop", "v"}}));

class CaaMalformed : public testing::TestWithParam<std::string> {};

TEST_P(CaaMalformed, IsAFailureNotAnEmptySet) {
    const auto parsed = parse_caa(GetParam());
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().kind, FailureKind::dns_malformed);
}

INSTANTIATE_TEST_SUITE_P(Table, CaaMalformed,
                         testing::Values(""s, "\0"s, "\0\0"s, "\0\0issue"s, // tag length 0
                                         "\0\6issue"s,                      // beyond the RDATA
                                         "\0\xff"s, "\0\5iss-e"s, "\0\5iss e"s,
                                         "\0\5iss\xc3\xbc"s));

TEST(Caa, OnlyBit0IsCritical) {
    EXPECT_TRUE((CaaProperty{128, "x", ""}).critical());
    EXPECT_TRUE((CaaProperty{255, "x", ""}).critical());
    EXPECT_FALSE((CaaProperty{127, "x", ""}).critical());
    EXPECT_FALSE((CaaProperty{1, "x", ""}).critical());
}

TEST(Txt, StringsAreConcatenated) { // RFC 1035 §3.3.14
    EXPECT_EQ(parse_txt("\3abc\0\2de"s).value(), "abcde");
    EXPECT_EQ(parse_txt("\0"s).value(), "");
    for (const std::string& bad : {""s, "\4abc"s, "\3abc\1"s, "\xff"s})
        EXPECT_FALSE(parse_txt(bad));
    for (const std::size_t size : {0U, 1U, 254U, 255U, 256U, 510U, 511U, 4000U}) {
        const std::string text(size, 'x');
        EXPECT_EQ(parse_txt(txt_rdata(text)).value(), text) << size;
    }
    EXPECT_EQ(txt_rdata(std::string(256, 'x')).size(), 258U);
}

TEST(Addresses, OnlyOfTheirOwnLength) {
    EXPECT_EQ(parse_address(RecordType::a, "\xc0\0\2\1"s)->to_string(), "192.0.2.1");
    EXPECT_EQ(parse_address(RecordType::aaaa, "\x20\1\x0d\xb8"s + std::string(11, '\0') + "\1")
                  ->to_string(),
              "2001:db8::1");
    EXPECT_FALSE(parse_address(RecordType::a, std::string(16, '\0')));
    EXPECT_FALSE(parse_address(RecordType::aaaa, std::string(4, '\0')));
    EXPECT_FALSE(parse_address(RecordType::a, "\1\2\3"s));
    EXPECT_FALSE(parse_address(RecordType::txt, "\1\2\3\4"s));
}

TEST(NameRdata, FillsTheRdata) {
    EXPECT_EQ(parse_name_rdata("\3WWW\7example\0"s).value(), name("www.example"));
    EXPECT_EQ(name_rdata(name("www.example")), "\3www\7example\0"s);
    EXPECT_EQ(parse_name_rdata("\0"s).value(), Name());
    for (const std::string& bad : {""s, "\3www"s, "\3ww"s, "\3www\0x"s, "\xc0\x0c"s, "\x40"s})
        EXPECT_FALSE(parse_name_rdata(bad));
}

struct Text {
    RecordType type;
    std::string text;
    std::string rdata;
};

class RdataText : public testing::TestWithParam<Text> {};

TEST_P(RdataText, ThereAndBack) {
    const auto& [type, text, rdata] = GetParam();
    const auto parsed = rdata_from_text(type, text);
    ASSERT_TRUE(parsed) << parsed.error().detail;
    EXPECT_EQ(*parsed, rdata);
    if (type != RecordType::txt) // whose text form has quotes, and is taken whole
        EXPECT_EQ(rdata_text(type, rdata), text);
}

INSTANTIATE_TEST_SUITE_P(
    Table, RdataText,
    testing::Values(Text{RecordType::caa, R"(0 issue "ca.example")", "\0\5issueca.example"s},
                    Text{RecordType::caa, R"(128 issuewild ";")", "\x80\x09issuewild;"s},
                    Text{RecordType::caa, R"(0 issue "")", "\0\5issue"s},
                    Text{RecordType::caa, R"(0 issue "a\"b\\c")", "\0\5issuea\"b\\c"s},
                    Text{RecordType::txt, R"(as "it" stands \)",
                         "\x10"
                         R"(as "it" stands \)"},
                    Text{RecordType::a, "192.0.2.1", "\xc0\0\2\1"s},
                    Text{RecordType::aaaa, "2001:db8::1",
                         "\x20\1\x0d\xb8"s + std::string(11, '\0') + "\1"},
                    Text{RecordType::cname, "www.example", "\3www\7example\0"s},
                    Text{RecordType::ns, ".", "\0"s},
                    Text{RecordType{65280}, R"(\# 3 0a00ff)", "\x0a\0\xff"s},
                    Text{RecordType::caa, R"(\# 2 0000)", "\0\0"s}));

TEST(RdataFromText, OtherSpellings) {
    EXPECT_EQ(rdata_from_text(RecordType::caa, "0 issue ca.example").value(),
              "\0\5issueca.example"s);
    EXPECT_EQ(rdata_from_text(RecordType::caa, R"(  0	issue  "a\032\255b"  )").value(),
              "\0\5issuea \xff"s + "b");
    EXPECT_EQ(rdata_from_text(RecordType::mx, "10 Mail.example").value(),
              "\0\x0a\4mail\7example\0"s);
    EXPECT_EQ(rdata_from_text(RecordType::txt, "").value(), "\0"s);
}

TEST(RdataFromText, RefusesWithAReason) {
    const Text cases[] = {
        {RecordType::caa, "", ""},
        {RecordType::caa, "issue \"x\"", ""},
        {RecordType::caa, "256 issue \"x\"", ""},
        {RecordType::caa, "0issue \"x\"", ""},
        {RecordType::caa, "0 issue", ""},
        {RecordType::caa, "0 iss-ue \"x\"", ""},
        {RecordType::caa, "0 issue \"x", ""},
        {RecordType::caa, "0 issue \"x\" y", ""},
        {RecordType::caa, "0 issue x y", ""},
        {RecordType::caa, R"(0 issue "x\)", ""},
        {RecordType::caa, R"(0 issue "x\25")", ""},
        {RecordType::caa, R"(0 issue "x\256")", ""},
        {RecordType::caa, "0 issue \"" + std::string(70000, 'x') + "\"", ""},
        {RecordType::a, "2001:db8::1", ""},
        {RecordType::aaaa, "192.0.2.1", ""},
        {RecordType::a, "1.2.3", ""},
        {RecordType::cname, "a..b", ""},
        {RecordType::mx, "mail.example", ""},
        {RecordType::soa, "a b 1 2 3 4 5", ""},
        {RecordType::soa, R"(\# 2 00)", ""},
        {RecordType::soa, R"(\# 1 0g)", ""},
        {RecordType::txt, std::string(65500, 'x'), ""},
    };
    for (const auto& [type, text, unused] : cases) {
        const auto rdata = rdata_from_text(type, text);
        ASSERT_FALSE(rdata) << text;
        EXPECT_EQ(rdata.error().kind, FailureKind::invalid) << text;
    }
}

TEST(RdataToText, IsBoundedAndEscaped) {
    EXPECT_EQ(rdata_text(RecordType::txt, txt_rdata("a\n\"b")), R"("a\x0a\"b")");
    EXPECT_EQ(rdata_text(RecordType::txt, txt_rdata(std::string(10, 'x')), 4),
              "\"xxxx…(+6 bytes)\"");
    EXPECT_EQ(rdata_text(RecordType::caa, "\0\0"s), R"(\# 2 0000)") << "malformed: as octets";
    EXPECT_EQ(rdata_text(RecordType::soa, std::string(300, '\1'), 2), "\\# 300 0101…");
}

} // namespace
} // namespace base::dns
