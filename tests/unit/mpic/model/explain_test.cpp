// SPDX-License-Identifier: Apache-2.0
// Why a decision is "no", in words: who saw what.
#include "mpic/model/corroboration.hpp"

#include "support/matrix.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using base::FailureKind;
using mpic::Outcome;
using mpic::Rir;
using test::make_attempt;
using test::Replies;
using test::Says;
using test::silent;

mpic::Refusal refusal(const mpic::CheckRequest& request, const mpic::Attempt& attempt,
                      const Replies& replies) {
    return mpic::explain(request, attempt, replies, mpic::decide(attempt, replies))
        .value_or(mpic::Refusal{"", "there is no refusal"});
}

mpic::Refusal refusal(const mpic::CheckRequest& request, const mpic::Attempt& attempt,
                      std::initializer_list<mpic::Reply> reports) {
    return refusal(request, attempt, test::replies(attempt, reports));
}

const mpic::Attempt dcv = make_attempt();
const mpic::Attempt caa_by_set = make_attempt({.dcv = false, .caa = true});
const mpic::Attempt caa_by_permission =
    make_attempt({.dcv = false, .caa = true, .caa_by_permission = true});

TEST(Explain, SaysNothingOfAnOkDecision) {
    const Replies all = test::replies(
        dcv, {Says("cdg").dcv_passed(), Says("iad").dcv_passed(), Says("fra").dcv_passed(),
              Says("nrt").dcv_passed(), Says("gru").dcv_passed(), Says("jnb").txt({"\"evil\""})});
    const auto decision = mpic::decide(dcv, all);
    ASSERT_TRUE(decision.ok);
    EXPECT_FALSE(mpic::explain(test::dns_request(), dcv, all, decision).has_value());
}

TEST(Explain, GroupsPerspectivesThatSawTheSameRecord) {
    const auto why = refusal(test::dns_request(), dcv,
                             {Says("cdg").dcv_passed(), Says("iad").txt({"\"evil\""}),
                              Says("fra").dcv_passed(), Says("nrt").txt({"\"evil\""}),
                              Says("gru").dcv_passed(), Says("jnb").dcv_passed()});
    EXPECT_EQ(why.code, "dcv-not-corroborated");
    EXPECT_EQ(why.error,
              "IAD and NRT saw the TXT record \"evil\" at _x.www.example.com instead of the "
              "expected value; 3 of 5 remotes corroborate domain control, 4 are required");
    EXPECT_EQ(why.error.find("expected-value"), std::string::npos);
}

TEST(Explain, NamesThePrimaryAsSuch) {
    const auto why =
        refusal(test::dns_request(), dcv,
                {Says("cdg").txt({}), Says("iad").txt({}), Says("fra").dcv_passed(),
                 Says("nrt").dcv_passed(), Says("gru").dcv_passed(), Says("jnb").dcv_passed()});
    EXPECT_EQ(why.code, "primary-rejected");
    EXPECT_EQ(why.error, "the primary (CDG) and IAD saw no TXT record at _x.www.example.com");
}

TEST(Explain, SaysWhereAndHowConnectionsFailed) {
    const auto why = refusal(
        test::http_request(), dcv,
        {Says("cdg").http_passed(), Says("iad").http_failed(FailureKind::connection_refused),
         Says("fra").http_failed(FailureKind::connection_timeout, {"2001:db8::1", "192.0.2.1"}),
         Says("nrt").http_failed(FailureKind::timeout, {"192.0.2.1"}, "head"),
         Says("gru").http_status(403, "edge/1"), Says("jnb").http_body("<html>")});
    EXPECT_EQ(why.code, "dcv-not-corroborated");
    EXPECT_EQ(
        why.error,
        "IAD could not connect to 192.0.2.1 port 80 (connection-refused); "
        "FRA could not connect to 2001:db8::1 and 192.0.2.1 port 80 (connection-timeout); "
        "NRT connected to 192.0.2.1 port 80 but got no usable answer (timeout); "
        "GRU got HTTP status 403 from 192.0.2.1 for http://www.example.com/x (Server: edge/1); "
        "JNB saw the body \"<html>\" at http://www.example.com/x instead of the expected content; "
        "0 of 5 remotes corroborate domain control, 4 are required");
}

TEST(Explain, SaysWhichLookupFailedAndTheExtendedError) {
    const auto why =
        refusal(test::dns_request(), dcv,
                {Says("cdg").dcv_passed(),
                 Says("iad").txt_failed(FailureKind::dns_servfail, "SERVFAIL",
                                        "No Reachable Authority (22)"),
                 Says("fra").txt_failed(FailureKind::dns_timeout), Says("nrt").dcv_passed(),
                 Says("gru").dcv_passed(), Says("jnb").dcv_passed()});
    EXPECT_EQ(
        why.error,
        "IAD could not look up the TXT record at _x.www.example.com (dns-servfail, SERVFAIL, No "
        "Reachable Authority (22)); FRA could not look up the TXT record at _x.www.example.com "
        "(dns-timeout); 3 of 5 remotes corroborate domain control, 4 are required");
}

TEST(Explain, DraftsSentenceForCaaRecordsThatDiffer) {
    const std::string other = "0 issue \"other.example\"";
    const auto attempt = make_attempt({.remotes = 4, .dcv = false, .caa = true});
    auto by_four = attempt;
    by_four.rule.minimum_remotes = 4;
    by_four.seats[0].id = "lis";
    const auto why = refusal(test::caa_request(), by_four,
                             {Says("lis").caa("example.com", {other}), Says("iad").caa("", {}),
                              Says("fra").caa("", {}), Says("nrt").caa("", {}),
                              Says("gru").caa("example.com", {other})});
    EXPECT_EQ(why.code, "caa-not-corroborated");
    EXPECT_EQ(why.error,
              "LIS and GRU saw the CAA record 0 issue \"other.example\" on example.com, which "
              "IAD, FRA and NRT did not see; 1 of 4 remotes corroborate the CAA records, 3 "
              "are required");
}

TEST(Explain, TellsADifferenceFromTheSmallerSide) {
    const std::string one = "0 issue \"a.example\"";
    const std::string two = "0 issue \"b.example\"";
    const auto why = refusal(
        test::caa_request(), caa_by_set,
        {Says("cdg").caa("example.com", {one, two}), Says("iad").caa("example.com", {one, two}),
         Says("fra").caa("example.com", {one}), Says("nrt").caa("example.com", {one}),
         Says("gru").caa("example.com", {one, two}), Says("jnb").caa("example.com", {one, two})});
    EXPECT_EQ(why.error,
              "FRA and NRT did not see the CAA record 0 issue \"b.example\" on example.com, "
              "which CDG, IAD, GRU and JNB saw; 3 of 5 remotes corroborate the CAA records, "
              "4 are required");
}

TEST(Explain, BoundsTheNumberOfDifferingRecords) {
    std::vector<std::string> many;
    for (int i = 0; i < 9; ++i)
        many.push_back("0 issue \"ca" + std::to_string(i) + ".example\"");
    const auto why = refusal(
        test::caa_request(), caa_by_set,
        {Says("cdg").caa("example.com", many), Says("iad").caa("", {}), Says("fra").caa("", {})});
    EXPECT_NE(why.error.find("5 more CAA records differ"), std::string::npos) << why.error;
}

TEST(Explain, CaaThatForbidsNamesTheRecord) {
    const std::string other = "0 issue \"other.example\"";
    const auto why =
        refusal(test::caa_request("ca.example"), caa_by_permission,
                {Says("cdg").caa_permits(), Says("iad").caa_forbids("example.com", other),
                 Says("fra").caa_permits(), Says("nrt").caa_forbids("example.com", other),
                 Says("gru").caa_permits(), Says("jnb").caa_permits()});
    EXPECT_EQ(why.code, "caa-forbids");
    EXPECT_EQ(why.error,
              "IAD and NRT saw the CAA record 0 issue \"other.example\" on example.com, which "
              "does not permit issuance and which CDG, FRA, GRU and JNB did not see; 3 of 5 "
              "remotes corroborate the CAA permission, 4 are required");
}

TEST(Explain, CaaThatForbidsEverywhere) {
    Replies all;
    for (const auto& seat : caa_by_permission.seats)
        all.emplace_back(Says(seat.id).caa_forbids("example.com", "0 issue \";\""));
    const auto why = refusal(test::caa_request("ca.example"), caa_by_permission, all);
    EXPECT_EQ(why.code, "caa-forbids");
    EXPECT_EQ(why.error,
              "the primary (CDG), IAD, FRA, NRT, GRU and JNB saw the CAA record 0 issue \";\" "
              "on example.com, which does not permit issuance");
}

TEST(Explain, SaysWhichAgentsWereSilent) {
    Replies all = test::replies(dcv, {Says("cdg").dcv_passed(), Says("iad").dcv_passed()});
    all[2] = silent(Outcome::timeout);
    all[3] = silent(Outcome::unreachable);
    all[4] = silent(Outcome::timeout);
    all[5] = Says("xyz").dcv_passed();
    const auto why = refusal(test::dns_request(), dcv, all);
    EXPECT_EQ(why.error,
              "\"xyz\" answered in place of JNB; the agents of FRA and GRU did not answer "
              "within the time allowed; NRT's agent could not be reached "
              "(connection-refused); 1 of 5 remotes corroborate domain control, 4 are "
              "required");
    all[5] = silent(Outcome::misconfigured);
    EXPECT_NE(refusal(test::dns_request(), dcv, all)
                  .error.find("JNB's agent did not prove the expected identity (tls-identity)"),
              std::string::npos);
}

TEST(Explain, SaysWhoseRegionsAreTooFew) {
    using enum Rir;
    const auto attempt = make_attempt({.rirs = {arin, arin, arin, arin, apnic}});
    Replies all;
    for (const auto& seat : attempt.seats)
        all.emplace_back(Says(seat.id).dcv_passed());
    all[5] = Says("jnb").txt({});
    const auto why = refusal(test::dns_request(), attempt, all);
    EXPECT_EQ(why.code, "rir-diversity");
    EXPECT_EQ(why.error,
              "JNB saw no TXT record at _x.www.example.com; 4 of 5 remotes corroborate domain "
              "control but all are in ARIN; at least 2 regions are required");
}

TEST(Explain, SaysThatPerspectivesAreTooFew) {
    const auto attempt = make_attempt({.remotes = 4});
    const auto why = refusal(test::dns_request(), attempt, Replies(5));
    EXPECT_EQ(why.code, "too-few-perspectives");
    EXPECT_NE(
        why.error.find("4 remote perspectives take part, cabf-br-2026-12-15 demands at least 5"),
        std::string::npos)
        << why.error;
}

TEST(Explain, NamesThoseThatWereNotWaitedFor) {
    const auto why = refusal(test::dns_request(), dcv,
                             {Says("cdg").dcv_passed(), Says("iad").txt({}), Says("fra").txt({})});
    EXPECT_NE(
        why.error.find("0 of 5 remotes corroborate domain control, 4 are required (NRT, GRU and "
                       "JNB had not reported when this was decided)"),
        std::string::npos)
        << why.error;
}

TEST(Explain, DoesNotDependOnTheOrderOfReplies) {
    const Replies all = test::replies(
        dcv, {Says("jnb").txt({"\"b\""}), Says("cdg").dcv_passed(), Says("iad").txt({})});
    mpic::Attempt turned = dcv;
    Replies turned_replies = all;
    std::ranges::rotate(turned.seats, turned.seats.begin() + 1); // the primary last
    std::ranges::rotate(turned_replies, turned_replies.begin() + 1);
    EXPECT_EQ(refusal(test::dns_request(), dcv, all),
              refusal(test::dns_request(), turned, turned_replies));
}

} // namespace
