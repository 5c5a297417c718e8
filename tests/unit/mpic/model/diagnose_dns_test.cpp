// SPDX-License-Identifier: Apache-2.0
// Patterns of records, name servers, signatures and CAA, and of this service itself.
#include "diagnose_fixture.hpp"

namespace {

using base::FailureKind;
using mpic::Outcome;
using test::caa_request;
using test::Codes;
using test::diagnose;
using test::dns_request;
using test::fired;
using test::Ids;
using test::make_attempt;
using test::Replies;
using test::Says;
using test::silent;

const mpic::Attempt attempt = make_attempt();
const mpic::Attempt by_set = make_attempt({.dcv = false, .caa = true});
const mpic::Attempt by_permission =
    make_attempt({.dcv = false, .caa = true, .caa_by_permission = true});
const std::string other = "0 issue \"other.example\"";

TEST(NotYetPropagated, SomeSeeTheRecordAndOthersNone) {
    const auto found =
        diagnose(dns_request(), attempt,
                 {Says("cdg").dcv_passed(), Says("iad").dcv_passed(), Says("fra").txt({}),
                  Says("nrt").dcv(mpic::Verdict::rejected, "dns-nxdomain"),
                  Says("gru").dcv_passed(), Says("jnb").dcv_passed()});
    ASSERT_EQ(fired(found), Codes{"not-yet-propagated"});
    EXPECT_EQ(found[0].perspectives, (Ids{"fra", "nrt"}));
    EXPECT_NE(found[0].sentence.find("TXT record at _x.www.example.com"), std::string::npos);
}

TEST(RecordsOutOfStep, SomeSeeAnotherRecord) {
    const auto found =
        diagnose(dns_request(), attempt,
                 {Says("cdg").dcv_passed(), Says("iad").txt({"\"evil\""}), Says("fra").dcv_passed(),
                  Says("nrt").txt({"\"evil\""}), Says("gru").dcv_passed()});
    ASSERT_EQ(fired(found), Codes{"records-out-of-step"});
    EXPECT_EQ(found[0].perspectives, (Ids{"iad", "nrt"}));
}

TEST(RecordsOutOfStep, CaaSetsThatDiffer) {
    const auto found = diagnose(caa_request(), by_set,
                                {Says("cdg").caa("", {}), Says("iad").caa("example.com", {other}),
                                 Says("fra").caa("example.com", {other}), Says("nrt").caa("", {})});
    ASSERT_EQ(fired(found), Codes{"records-out-of-step"});
    EXPECT_EQ(found[0].perspectives, (Ids{"iad", "fra"}));
    EXPECT_EQ(
        fired(diagnose(caa_request(), by_set, {Says("cdg").caa("", {}), Says("iad").caa("", {})})),
        Codes{});
}

TEST(ValueNotPublished, NobodySeesIt) {
    const auto found =
        diagnose(dns_request(), attempt,
                 {Says("cdg").txt({}), Says("iad").txt({}), Says("fra").txt({"\"old\""})});
    ASSERT_EQ(fired(found), Codes{"value-not-published"});
    EXPECT_EQ(
        fired(diagnose(dns_request(), attempt,
                       {Says("cdg").txt({}), Says("iad").txt_failed(FailureKind::cancelled)})),
        Codes{});
}

TEST(DoubledName, DomainIsInTheNameTwice) {
    mpic::CheckRequest request = dns_request();
    const auto at_owner = [&](std::string_view owner) {
        std::get<mpic::DnsQuestion>(*request.dcv).owner = test::name(owner);
        return fired(diagnose(request, attempt, {Says("cdg").txt({}), Says("iad").txt({})}));
    };
    EXPECT_EQ(at_owner("_x.www.example.com.www.example.com"),
              (Codes{"doubled-name", "value-not-published"}));
    EXPECT_EQ(at_owner("_x.example.com.www.example.com"),
              (Codes{"doubled-name", "value-not-published"}));
    for (const std::string_view fine : {"_x.www.example.com", "www.www.example.com",
                                        "_x.com.www.example.com", "_x.other.example"})
        EXPECT_EQ(at_owner(fine), Codes{"value-not-published"}) << fine;
}

TEST(NameserversFailing, SaysWhichQueryAndWhy) {
    const auto found =
        diagnose(dns_request(), attempt,
                 {Says("cdg").dcv_passed(),
                  Says("iad").txt_failed(FailureKind::dns_servfail, "SERVFAIL",
                                         "No Reachable Authority (22)"),
                  Says("fra").txt_failed(FailureKind::dns_timeout), Says("nrt").dcv_passed()});
    ASSERT_EQ(fired(found), Codes{"nameservers-failing"});
    EXPECT_EQ(found[0].perspectives, (Ids{"iad", "fra"}));
    EXPECT_NE(found[0].sentence.find("IAD and FRA could not look up TXT of _x.www.example.com: "
                                     "dns-servfail (No Reachable Authority (22))"),
              std::string::npos)
        << found[0].sentence;
}

// What happens above the deciding node of a climb has no say, so it is not blamed either.
TEST(NameserversFailing, BlamesTheLookupThatDecided) {
    Says climb("cdg");
    climb.caa_failed(FailureKind::dns_timeout);
    mpic::CaaReport& caa = *climb.report().caa;
    caa.finding.detail = "CAA www.example.com: no answer";
    caa.lookups.edit()[0].failure = base::Failure{FailureKind::dns_timeout, caa.finding.detail};
    caa.lookups.edit().push_back(caa.lookups.list()[0]);
    caa.lookups.edit()[1].name = "com";
    caa.lookups.edit()[1].failure = base::Failure{FailureKind::dns_timeout, "CAA com: no answer"};
    const auto found = diagnose(caa_request(), by_set, {climb});
    ASSERT_EQ(fired(found), Codes{"nameservers-failing"});
    EXPECT_NE(found[0].sentence.find("CAA of www.example.com"), std::string::npos);
}

TEST(NameserversFailing, NotForAnswersAndNotForAPartThatPassed) {
    mpic::Attempt both = make_attempt({.caa = true});
    mpic::CheckRequest request = dns_request();
    request.caa = caa_request().caa;
    Replies all;
    for (const auto& seat : both.seats)
        all.emplace_back(Says(seat.id).dcv_passed().caa("", {}));
    all[1] = Says("iad").txt_failed(FailureKind::dns_timeout).caa("com", {other});
    all[2] = Says("fra").dcv_passed().caa("com", {other});
    EXPECT_EQ(fired(diagnose(request, both, all)), Codes{"records-out-of-step"});
}

TEST(SplitHorizon, NameServersThatRefuse) {
    const auto found = diagnose(dns_request(), attempt,
                                {Says("cdg").dcv_passed(),
                                 Says("iad").txt_failed(FailureKind::dns_refused, "REFUSED"),
                                 Says("fra").txt_failed(FailureKind::dns_refused, "REFUSED")});
    ASSERT_EQ(fired(found), Codes{"split-horizon"});
    EXPECT_EQ(found[0].perspectives, (Ids{"iad", "fra"}));
    EXPECT_EQ(fired(diagnose(caa_request(), by_set,
                             {Says("cdg").caa_failed(FailureKind::dns_refused, "REFUSED")})),
              Codes{"split-horizon"});
}

TEST(DnssecBroken, SaysTheExtendedError) {
    const auto found = diagnose(
        caa_request("ca.example"), by_permission,
        {Says("cdg").caa_failed(FailureKind::dns_bogus, "SERVFAIL", "Signature Expired (7): x"),
         Says("iad").caa_failed(FailureKind::dns_bogus, "SERVFAIL", "Signature Expired (7): x")});
    ASSERT_EQ(fired(found), Codes{"dnssec-broken"});
    EXPECT_EQ(found[0].sentence,
              "DNSSEC validation of CAA of www.example.com fails at every perspective (Signature "
              "Expired (7): x): check the DS records at the parent and the dates and keys of the "
              "signatures");
}

TEST(DnssecBroken, NotForPlainServfail) {
    EXPECT_EQ(fired(diagnose(caa_request("ca.example"), by_permission,
                             {Says("cdg").caa_failed(FailureKind::dns_servfail, "SERVFAIL")})),
              Codes{"nameservers-failing"});
}

TEST(CaaRecordForbids, NamesRecordNodeAndIssuer) {
    const auto found = diagnose(caa_request("ca.example"), by_permission,
                                {Says("cdg").caa_forbids("example.com", other),
                                 Says("iad").caa_forbids("example.com", other)});
    ASSERT_EQ(fired(found), Codes{"caa-record-forbids"});
    EXPECT_EQ(found[0].sentence,
              "the CAA record 0 issue \"other.example\" on example.com does not permit "
              "this issuance, seen by every perspective; the issuer goes by "
              "\"ca.example\"");
}

TEST(CaaRecordForbids, NotWhenCaaPassed) {
    mpic::Attempt both = make_attempt({.caa = true, .caa_by_permission = true});
    mpic::CheckRequest request = dns_request();
    request.caa = caa_request("ca.example").caa;
    Replies all;
    for (const auto& seat : both.seats)
        all.emplace_back(Says(seat.id).txt({}).caa_permits());
    all[1] = Says("iad").txt({}).caa_forbids("example.com", other);
    EXPECT_EQ(fired(diagnose(request, both, all)), Codes{"value-not-published"});
}

TEST(PerspectivesUnavailable, SilenceThatAloneRulesOutAQuorum) {
    Replies all;
    for (const auto& seat : attempt.seats)
        all.emplace_back(Says(seat.id).dcv_passed());
    all[1] = silent(Outcome::timeout);
    all[2] = silent(Outcome::unreachable);
    const auto found = diagnose(dns_request(), attempt, all);
    ASSERT_EQ(fired(found), Codes{"perspectives-unavailable"});
    EXPECT_EQ(found[0].perspectives, (Ids{"iad", "fra"}));

    all[1] = Says("iad").txt({});
    EXPECT_EQ(fired(diagnose(dns_request(), attempt, all)), Codes{"not-yet-propagated"});

    all[1] = Says("iad").dcv_passed();
    all[2] = Says("fra").dcv_passed();
    all[0] = silent(Outcome::misconfigured);
    EXPECT_EQ(fired(diagnose(dns_request(), attempt, all)), Codes{"perspectives-unavailable"});
}

TEST(PerspectiveClock, FarFromTheMedianOfTheOthers) {
    const auto says = [](const char* id, const char* started) {
        return Says(id).txt({}).started(started);
    };
    const auto found =
        diagnose(dns_request(), attempt,
                 {says("cdg", "2026-11-22T13:55:23Z"), says("iad", "2026-11-22T13:55:24Z"),
                  says("fra", "2026-11-22T13:53:00Z"), says("nrt", "2026-11-22T13:55:24Z")});
    ASSERT_EQ(fired(found), (Codes{"value-not-published", "perspective-clock"}));
    EXPECT_EQ(found[1].perspectives, Ids{"fra"});
    EXPECT_NE(found[1].sentence.find("FRA by -144 s"), std::string::npos) << found[1].sentence;
}

TEST(PerspectiveClock, NotWithinAMinuteWithTwoReportsOrUnreadableTimes) {
    const auto says = [](const char* id, const char* started) {
        return Says(id).txt({}).started(started);
    };
    EXPECT_EQ(
        fired(diagnose(dns_request(), attempt,
                       {says("cdg", "2026-11-22T13:55:23Z"), says("iad", "2026-11-22T13:56:23Z"),
                        says("fra", "2026-11-22T13:55:23Z")})),
        Codes{"value-not-published"});
    EXPECT_EQ(fired(diagnose(dns_request(), attempt,
                             {says("cdg", "2026-11-22T13:55:23Z"),
                              says("iad", "2026-11-22T15:55:23Z"), says("fra", "yesterday")})),
              Codes{"value-not-published"});
}

TEST(Diagnose, SaysNothingOfAnOkDecision) {
    Replies all;
    for (const auto& seat : attempt.seats)
        all.emplace_back(Says(seat.id).dcv_passed());
    all[1] = Says("iad").txt({}).started("2020-01-01");
    ASSERT_TRUE(mpic::decide(attempt, all).ok);
    EXPECT_EQ(fired(diagnose(dns_request(), attempt, all)), Codes{});
}

TEST(MakeCorroboration, HasARefusalExactlyWhenNotOk) {
    mpic::Tally tally(attempt);
    for (std::size_t i = 0; i < 5; ++i)
        tally.record(i, Says(attempt.seats[i].id).dcv_passed());
    const auto ok = mpic::make_corroboration(dns_request(), tally);
    EXPECT_TRUE(ok.decision.ok);
    EXPECT_FALSE(ok.refusal.has_value());
    EXPECT_TRUE(ok.diagnoses.empty());
    EXPECT_FALSE(ok.replies[5].has_value());

    mpic::Attempt second = attempt;
    second.number = 2;
    mpic::Tally failing(second);
    failing.record(0, Says("cdg").txt({}));
    failing.record(1, Says("iad").txt({}));
    const auto refused = mpic::make_corroboration(dns_request(), failing);
    EXPECT_EQ(refused.attempts, 2);
    ASSERT_TRUE(refused.refusal.has_value());
    EXPECT_EQ(refused.refusal->code, "primary-rejected");
    EXPECT_EQ(refused.diagnoses.size(), 1U);
}

} // namespace
