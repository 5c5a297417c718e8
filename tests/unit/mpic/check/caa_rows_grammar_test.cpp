// SPDX-License-Identifier: Apache-2.0
// RFC 8659 §4.2: the value of an issue property. All rows are at www.example.com.

#include "caa_rows.hpp"

#include "mpic/check/caa_evaluate.hpp"

namespace test {
namespace {

constexpr auto www = "www.example.com";

Row at_www(int number, std::string tag, std::vector<std::string> values, bool permitted) {
    Row row{number, www, {}, www, permitted};
    for (std::string& value : values)
        row.zone.push_back({www, 0, tag, std::move(value)});
    return row;
}

const std::vector<Row> rows{
    at_www(33, "IsSuE", {"ca.example"}, true),
    at_www(34, "IsSuE", {"other.test"}, false),
    at_www(35, "issue", {"CA.Example"}, true),
    at_www(36, "issue", {"%%%%%"}, false),
    at_www(37, "issue", {"%%%%%", "ca.example"}, true),
    at_www(38, "issue", {""}, false),
    at_www(39, "issue", {";"}, false),
    at_www(40, "issue", {"; account=1"}, false),
    at_www(41, "issue", {"ca.example."}, false),
    at_www(42, "issue", {"ca_x.example"}, false),
    at_www(43, "issue", {"sub.ca.example"}, false),
    at_www(44, "issue", {" \tca.example ; a = b "}, true),
    at_www(45, "issue", {"ca.example;"}, true),
    at_www(46, "issue", {"ca.example; a=b;"}, false),
    at_www(47, "issue", {"ca.example a=b"}, false),
    at_www(48, "issue", {"ca.example; a=b c=d"}, false),
    at_www(49, "issue", {"ca.example; a="}, true),
    at_www(50, "issue", {"ca.example; flag"}, false),
    at_www(51, "issue", {"ca.example; policy=ev"}, true),
};

class CaaGrammar : public testing::TestWithParam<Row> {};

TEST_P(CaaGrammar, decides_what_an_issue_value_says) {
    expect_determined(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Rfc8659Section4_2, CaaGrammar, testing::ValuesIn(rows), row_name);

using mpic::check::IssueValue;
using mpic::check::parse_issue_value;

TEST(IssueValueGrammar, reads_issuer_and_parameters) {
    EXPECT_EQ(parse_issue_value(" \tCA.Example\t;  Account =  1/2?x=y ; b= "),
              (IssueValue{"ca.example", {{"account", "1/2?x=y"}, {"b", ""}}}));
    EXPECT_EQ(parse_issue_value(""), IssueValue{});
    EXPECT_EQ(parse_issue_value(" ; \t"), IssueValue{});
    EXPECT_EQ(parse_issue_value("a"), (IssueValue{"a", {}}));
    EXPECT_EQ(parse_issue_value("a--b.c;x-1==;y=2"),
              (IssueValue{"a--b.c", {{"x-1", "="}, {"y", "2"}}}));
}

TEST(IssueValueGrammar, refuses_everything_else) {
    const std::vector<std::string> outside{
        ".a",
        "a..b",
        "-a",
        "a-",
        "a.-b",
        "a.",
        "a b",
        "a;;",
        "a;b",
        "a;=x",
        "a;b=c;",
        "a;b=c;;d=e",
        "a;-b=c",
        "a;b-=c",
        "a;b_c=d",
        "a;b=\x7f",
        "a;b=\xc3\xa9",
        "a\n",
        "a;b=c\r",
        "b\xc3\xbc",
        "a;b=c d",
        std::string("a\0", 2),
        std::string("a;b=\0", 5),
        "a,b",
        "\"a\"",
        "a:80",
    };
    for (const auto& value : outside)
        EXPECT_FALSE(parse_issue_value(value)) << testing::PrintToString(value);
}

} // namespace
} // namespace test
