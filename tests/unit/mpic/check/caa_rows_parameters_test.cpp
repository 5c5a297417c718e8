// SPDX-License-Identifier: Apache-2.0
// RFC 8657: accounturi and validationmethods. All rows are at www.example.com.

#include "caa_rows.hpp"

#include "mpic/check/caa_evaluate.hpp"

#include <algorithm>

namespace test {
namespace {

constexpr auto www = "www.example.com";
const std::string acct = "accounturi=https://ca.example/acct/";

Row at_www(int number, std::vector<std::string> values, bool permitted,
           std::string method = "http-01",
           std::optional<std::string> account = "https://ca.example/acct/1") {
    Row row{number, www, {}, www, permitted};
    for (std::string& value : values)
        row.zone.push_back({www, 0, "issue", std::move(value)});
    row.method = std::move(method);
    row.account = std::move(account);
    return row;
}

const std::string row_62 = "ca.example; validationmethods=dns-01,tls-alpn-01";
const std::string row_68 = "ca.example; " + acct + "1; validationmethods=dns-01";

const std::vector<Row> rows{
    at_www(55, {"ca.example; " + acct + "1"}, true),
    at_www(56, {"ca.example; " + acct + "2"}, false),
    at_www(57, {"ca.example; " + acct + "2", "ca.example; " + acct + "1"}, true),
    at_www(58, {"ca.example; " + acct + "1; " + acct + "2"}, false),
    at_www(59, {"ca.example; accounturi=not a uri"}, false),
    at_www(60, {"other.test; " + acct + "1"}, false),
    at_www(61, {"ca.example; " + acct + "1"}, false, "http-01", std::nullopt),
    at_www(62, {row_62}, true, "dns-01"),
    at_www(63, {row_62}, false),
    at_www(64, {"ca.example; validationmethods=ca-tbr-19"}, true),
    at_www(65, {"ca.example; validationmethods="}, false),
    at_www(66, {"ca.example; validationmethods=http-01, dns-01"}, false),
    // Labels are matched by case: this CA documents nothing else.
    at_www(67, {"ca.example; validationmethods=HTTP-01"}, false),
    at_www(68, {row_68}, false),
    at_www(69, {row_68, "ca.example; validationmethods=http-01"}, true),
};

class CaaParameters : public testing::TestWithParam<Row> {};

TEST_P(CaaParameters, bind_account_and_method) {
    expect_determined(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Rfc8657, CaaParameters, testing::ValuesIn(rows), row_name);

bool permits(const std::string& value, const std::string& method) {
    const mpic::CaaPolicy policy{{"ca.example"}, "https://ca.example/acct/1", method};
    return mpic::check::judge_caa({{0, "issue", "ca.example; " + value}}, false, policy).permits;
}

TEST(CaaParameters, labels_of_one_mechanism_are_the_same_br_4_2_2_1_2) {
    const std::vector<std::pair<std::string, std::string>> same{
        {"dns-01", "ca-tbr-7"},          {"http-01", "ca-tbr-19"},
        {"tls-alpn-01", "ca-tbr-20"},    {"dns-account-01", "ca-tbr-21"},
        {"dns-persist-01", "ca-tbr-22"},
    };
    for (const auto& [acme, tbr] : same) {
        EXPECT_TRUE(permits("validationmethods=" + acme, tbr)) << acme;
        EXPECT_TRUE(permits("validationmethods=" + tbr, acme)) << acme;
        EXPECT_FALSE(permits("validationmethods=" + tbr, "ca-tbr-18")) << acme;
    }
    EXPECT_TRUE(permits("validationmethods=ca-tbr-18", "ca-tbr-18"));
}

TEST(CaaParameters, a_list_outside_its_grammar_grants_nothing_rfc_8657_4) {
    for (const auto* list : {"http-01,", ",http-01", "http-01,,dns-01", ",", "http_01,http-01"})
        EXPECT_FALSE(permits("validationmethods=" + std::string(list), "http-01")) << list;
}

TEST(CaaParameters, names_are_matched_without_regard_to_case_so_that_they_restrict) {
    EXPECT_FALSE(permits("AccountURI=https://ca.example/acct/2", "http-01"));
    EXPECT_FALSE(permits("ValidationMethods=dns-01", "http-01"));
    EXPECT_FALSE(permits("validationmethods=http-01;validationMETHODS=http-01", "http-01"));
}

TEST(CaaParameters, a_request_without_a_method_is_not_listed) {
    const mpic::CaaPolicy policy{{"ca.example"}, {}, {}};
    EXPECT_FALSE(mpic::check::judge_caa({{0, "issue", row_62}}, false, policy).permits);
}

TEST(CaaJudgement, does_not_depend_on_the_order_of_properties) {
    std::vector<base::dns::CaaProperty> set{{0, "issue", "other.test"},
                                            {0, "issue", row_68},
                                            {0, "iodef", "mailto:a@b.test"},
                                            {0, "issuewild", "third.test"},
                                            {0, "tbs", "x"}};
    const mpic::CaaPolicy policy{{"ca.example"}, {}, "http-01"};
    const auto first = mpic::check::judge_caa(set, false, policy);
    EXPECT_FALSE(first.permits);
    std::ranges::sort(set, {}, base::dns::caa_rdata);
    do {
        EXPECT_EQ(mpic::check::judge_caa(set, false, policy), first);
    } while (std::ranges::next_permutation(set, {}, base::dns::caa_rdata).found);
}

TEST(CaaJudgement, says_which_record_and_why) {
    const mpic::CaaPolicy policy{{"ca.example"}, {}, "http-01"};
    const auto judged = mpic::check::judge_caa({{0, "issue", "other.test"}}, false, policy);
    EXPECT_EQ(judged.deciding_record, "0 issue \"other.test\"");
    EXPECT_EQ(judged.detail,
              "CAA does not permit ca.example: 0 issue \"other.test\" names other.test");
}

TEST(CaaJudgement, any_of_the_issuers_names_will_do) {
    const mpic::CaaPolicy policy{{"ca.example", "second.example"}, {}, {}};
    EXPECT_TRUE(mpic::check::judge_caa({{0, "issue", "second.example"}}, false, policy).permits);
}

} // namespace
} // namespace test
