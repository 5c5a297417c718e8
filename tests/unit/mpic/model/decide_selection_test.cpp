// SPDX-License-Identifier: Apache-2.0
// DCV by selection: the remotes corroborate the *same* contact, account or name as the primary (BR
// 3.2.2.4.13, .14, .16, .17, .22, 3.2.2.5.3).

#include "support/matrix.hpp"

#include <gtest/gtest.h>

namespace {

using mpic::Outcome;
using test::make_attempt;
using test::replies;
using test::Says;
using Values = std::vector<std::string>;

mpic::Attempt by_selection(bool primary = true) {
    mpic::Attempt attempt = make_attempt({.primary = primary});
    attempt.dcv_by_selection = true;
    return attempt;
}

Says finds(std::string id, Values values) {
    Says says(std::move(id));
    says.dcv_passed();
    says.report().dcv->selected = std::move(values);
    return says;
}

mpic::CheckRequest reverse_request() {
    mpic::CheckRequest request = test::http_request();
    request.method = "ip-reverse";
    const auto address = base::net::IpAddress::parse("192.0.2.7").value();
    request.target.host = address;
    request.dcv = mpic::ReverseQuestion{address, {}};
    return request;
}

TEST(DecideBySelection, TheSameSetInAnyOrderCorroborates) {
    const auto attempt = by_selection();
    const auto all = replies(attempt, {finds("cdg", {"a", "b"}), finds("iad", {"b", "a"}),
                                       finds("fra", {"a", "b", "b"}), finds("nrt", {"a", "b"}),
                                       finds("gru", {"a", "b"}), finds("jnb", {"a"})});
    const auto decision = mpic::decide(attempt, all);
    EXPECT_TRUE(decision.ok);
    EXPECT_EQ(decision.corroborated, 4);
    EXPECT_EQ(decision.seats[5]->dcv, Outcome::disagrees) << "part of the set is another set";
    EXPECT_TRUE(decision.dcv.determined);
    EXPECT_EQ(decision.dcv.rdata, (Values{"a", "b"}));
    EXPECT_TRUE(mpic::is_certain(attempt, all));
}

TEST(DecideBySelection, TwoThatFindAnotherValueAreTooMany) {
    const auto attempt = by_selection();
    const auto all =
        replies(attempt, {finds("cdg", {"a"}), finds("iad", {"x"}), finds("fra", {"a"}),
                          finds("nrt", {"x"}), finds("gru", {"a"}), finds("jnb", {"a"})});
    const auto decision = mpic::decide(attempt, all);
    EXPECT_FALSE(decision.ok);
    EXPECT_EQ(decision.dcv.primary_passed, true);
    const auto request = reverse_request();
    const auto refusal = mpic::explain(request, attempt, all, decision);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->code, "dcv-not-corroborated");
    EXPECT_EQ(refusal->error, "IAD and NRT found x; 3 of 5 remotes corroborate domain control, 4 "
                              "are required");
    const auto diagnoses = mpic::diagnose(request, attempt, all, decision);
    ASSERT_FALSE(diagnoses.empty());
    EXPECT_EQ(diagnoses[0].code, "records-out-of-step");
    EXPECT_EQ(diagnoses[0].perspectives, (Values{"iad", "nrt"}));
    EXPECT_NE(diagnoses[0].sentence.find("PTR record at 7.2.0.192.in-addr.arpa"),
              std::string::npos);
}

TEST(DecideBySelection, APassWithoutAValueIsNone) {
    const auto attempt = by_selection();
    auto all = replies(attempt, {finds("cdg", {}), finds("iad", {}), finds("fra", {}),
                                 finds("nrt", {}), finds("gru", {}), finds("jnb", {})});
    EXPECT_FALSE(mpic::decide(attempt, all).ok);
    all[0] = mpic::Reply(finds("cdg", {"a"}));
    const auto decision = mpic::decide(attempt, all);
    EXPECT_FALSE(decision.ok);
    EXPECT_EQ(decision.corroborated, 0);
}

TEST(DecideBySelection, WithoutAPrimaryTheLargestGroupCounts) {
    const auto attempt = by_selection(false);
    const auto four =
        replies(attempt, {finds("iad", {"a"}), finds("fra", {"a"}), finds("nrt", {"x"}),
                          finds("gru", {"a"}), finds("jnb", {"a"})});
    EXPECT_TRUE(mpic::decide(attempt, four).ok);
    const auto split =
        replies(attempt, {finds("iad", {"a"}), finds("fra", {"a"}), finds("nrt", {"x"}),
                          finds("gru", {"x"}), finds("jnb", {"y"})});
    const auto decision = mpic::decide(attempt, split);
    EXPECT_FALSE(decision.ok);
    EXPECT_EQ(decision.corroborated, 0);
    EXPECT_FALSE(decision.dcv.determined);
}

TEST(DecideBySelection, WithoutSelectionWhatAPerspectiveAddsDoesNotMatter) {
    const auto attempt = make_attempt();
    const auto all =
        replies(attempt, {finds("cdg", {"a"}), finds("iad", {"x"}), finds("fra", {"y"}),
                          finds("nrt", {}), finds("gru", {"a"}), finds("jnb", {"a"})});
    EXPECT_TRUE(mpic::decide(attempt, all).ok);
}

TEST(DiagnoseChallenge, NobodyIsShownTheCertificate) {
    const auto attempt = make_attempt();
    mpic::CheckRequest request = test::http_request();
    request.method = "tls-alpn-01";
    request.dcv = mpic::TlsAlpnQuestion{test::name("www.example.com"), std::string(32, 'd')};
    const auto says = [](std::string id) {
        Says out(std::move(id));
        out.dcv(mpic::Verdict::rejected, "alpn-mismatch", "no acme-tls/1");
        return out;
    };
    const auto all = replies(
        attempt, {says("cdg"), says("iad"), says("fra"), says("nrt"), says("gru"), says("jnb")});
    const auto diagnoses = mpic::diagnose(request, attempt, all, mpic::decide(attempt, all));
    ASSERT_EQ(diagnoses.size(), 1U);
    EXPECT_EQ(diagnoses[0].code, "value-not-published");
    EXPECT_NE(diagnoses[0].sentence.find("challenge certificate"), std::string::npos);
}

} // namespace
