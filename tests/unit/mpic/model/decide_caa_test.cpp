// SPDX-License-Identifier: Apache-2.0
// What corroborates CAA: permission (BR 4.2.2.1.1), or the primary's record set.
#include "mpic/model/tally.hpp"

#include "support/matrix.hpp"

#include <gtest/gtest.h>

namespace {

using base::FailureKind;
using mpic::Outcome;
using test::make_attempt;
using test::Replies;
using test::Says;

// BR 4.2.2.1.1: "interpretable as permission to issue", not identical octets.
TEST(CaaByPermission, InterpretationCountsNotOctets) {
    const auto attempt = make_attempt({.dcv = false, .caa = true, .caa_by_permission = true});
    Replies all = test::replies(
        attempt, {Says("cdg").caa_permits("example.com", {"0 issue \"ca.example\""}),
                  Says("iad").caa_permits("example.com", {"0 issue \"ca.example; x=1\""}),
                  Says("fra").caa_permits(), Says("nrt").caa_permits(), Says("gru").caa_permits(),
                  Says("jnb").caa_permits()});
    EXPECT_EQ(mpic::decide(attempt, all).corroborated, 5);
    EXPECT_FALSE(mpic::decide(attempt, all).caa.determined);

    all[1] = Says("iad").caa_forbids("www.example.com", "0 issue \"other.test\"");
    const auto decision = mpic::decide(attempt, all);
    EXPECT_TRUE(decision.ok);
    EXPECT_EQ(decision.corroborated, 4);
    EXPECT_EQ(decision.seats[1]->caa, Outcome::disagrees);
}

TEST(CaaByPermission, AcceptedLookupFailureMayCorroborate) {
    const auto attempt = make_attempt({.dcv = false, .caa = true, .caa_by_permission = true});
    Replies all;
    for (const auto& seat : attempt.seats)
        all.emplace_back(Says(seat.id).caa_permits());
    Says accepted("jnb");
    accepted.caa_permits();
    accepted.report().caa->permits.reset(); // no set was determined
    accepted.report().caa->lookup_failure =
        mpic::LookupFailureConditions{true, true, true, "proved"};
    all[5] = accepted;
    EXPECT_EQ(mpic::decide(attempt, all).corroborated, 5);
}

TEST(CaaByPermission, ReportThatContradictsItselfIsNoPermission) {
    const auto attempt = make_attempt({.dcv = false, .caa = true, .caa_by_permission = true});
    Says odd("cdg");
    odd.caa_permits().report().caa->permits = false;
    EXPECT_EQ(mpic::decide(attempt, test::replies(attempt, {odd})).seats[0]->caa,
              Outcome::disagrees);
}

// BR 4.2.2.1.1: an agent that did not judge the policy has found records, and no permission.
TEST(CaaByPermission, SilenceAboutPermissionIsNone) {
    const auto attempt = make_attempt({.dcv = false, .caa = true, .caa_by_permission = true});
    Replies all;
    for (const auto& seat : attempt.seats)
        all.emplace_back(Says(seat.id).caa("example.com", {"0 issue \"other.test\""}));
    EXPECT_FALSE(mpic::decide(attempt, all).ok);
    EXPECT_EQ(mpic::decide(attempt, all).corroborated, 0);

    for (std::size_t i = 0; i < all.size(); ++i) {
        Says unproved(attempt.seats[i].id);
        unproved.caa("", {}).report().caa->lookup_failure =
            mpic::LookupFailureConditions{true, true, false, "no proof"};
        all[i] = unproved;
    }
    EXPECT_FALSE(mpic::decide(attempt, all).ok); // BR 4.2.2.1: all three conditions
}

TEST(CaaBySet, RemotesMustSeeThePrimarysNodeAndRecords) {
    const auto attempt = make_attempt({.dcv = false, .caa = true});
    const std::vector<std::string> two = {"0 issue \"a.example\"", "0 issue \"b.example\""};
    const std::vector<std::string> turned = {two[1], two[0]};
    const Replies all = test::replies(
        attempt, {Says("cdg").caa("example.com", two), Says("iad").caa("Example.COM.", turned),
                  Says("fra").caa("www.example.com", two), Says("nrt").caa("example.com", {two[0]}),
                  Says("gru").caa("", {}), Says("jnb").caa_failed(FailureKind::dns_servfail)});
    const auto decision = mpic::decide(attempt, all);
    EXPECT_FALSE(decision.ok);
    EXPECT_EQ(decision.corroborated, 1);
    EXPECT_EQ(decision.seats[1]->caa, Outcome::corroborates);
    for (const std::size_t seat : {2U, 3U, 4U})
        EXPECT_EQ(decision.seats[seat]->caa, Outcome::disagrees) << seat;
    EXPECT_EQ(decision.seats[5]->caa, Outcome::failed);
    EXPECT_TRUE(decision.caa.determined);
    EXPECT_EQ(decision.caa.node, "example.com");
    EXPECT_EQ(decision.caa.rdata.size(), 2U);
}

TEST(CaaBySet, NoCaaAnywhereIsADeterminedEmptySet) {
    const auto attempt = make_attempt({.dcv = false, .caa = true});
    Replies all;
    for (const auto& seat : attempt.seats)
        all.emplace_back(Says(seat.id).caa("", {}));
    const auto decision = mpic::decide(attempt, all);
    EXPECT_TRUE(decision.ok);
    EXPECT_TRUE(decision.caa.determined);
    EXPECT_EQ(decision.caa.node, "");
    EXPECT_TRUE(decision.caa.rdata.empty());
}

TEST(CaaBySet, PrimaryWithoutADeterminationDeterminesNothing) {
    const auto attempt = make_attempt({.dcv = false, .caa = true});
    Replies all;
    for (const auto& seat : attempt.seats)
        all.emplace_back(Says(seat.id).caa("", {}));
    all[0] = Says("cdg").caa_failed(FailureKind::dns_servfail);
    all[1] = Says("iad").caa("com", {"0 issue \"a.example\""});
    const auto decision = mpic::decide(attempt, all);
    EXPECT_FALSE(decision.ok);
    EXPECT_FALSE(decision.caa.determined);
    EXPECT_EQ(decision.seats[1]->caa, Outcome::disagrees); // the odd one out still shows
    EXPECT_EQ(decision.seats[2]->caa, Outcome::corroborates);
}

TEST(CaaBySet, WithoutAPrimaryTheLargestGroupCounts) {
    const auto attempt = make_attempt({.primary = false, .dcv = false, .caa = true});
    Replies all;
    for (const auto& seat : attempt.seats)
        all.emplace_back(Says(seat.id).caa("example.com", {"0 issue \"a.example\""}));
    all[0] = Says("iad").caa("", {});
    const auto decision = mpic::decide(attempt, all);
    EXPECT_TRUE(decision.ok);
    EXPECT_EQ(decision.corroborated, 4);
    EXPECT_EQ(decision.caa.node, "example.com");
    EXPECT_EQ(decision.seats[0]->caa, Outcome::disagrees);
}

TEST(CaaBySet, TieBetweenTheLargestGroupsIsNobody) {
    auto attempt = make_attempt({.primary = false, .remotes = 5, .dcv = false, .caa = true});
    attempt.rule = {"lax", 5, 2, 1, 2, false};
    Replies all = test::replies(
        attempt, {Says("iad").caa("a.example", {"0 issue \"x\""}), Says("fra").caa("", {}),
                  Says("nrt").caa("a.example", {"0 issue \"x\""}), Says("gru").caa("", {}),
                  Says("jnb").caa("b.example", {"0 issue \"x\""})});
    const auto tie = mpic::decide(attempt, all);
    EXPECT_FALSE(tie.ok);
    EXPECT_EQ(tie.corroborated, 0);
    EXPECT_FALSE(tie.caa.determined);
    EXPECT_EQ(tie.seats[0]->caa, Outcome::disagrees);
    all[4] = Says("jnb").caa("", {});
    EXPECT_TRUE(mpic::decide(attempt, all).ok);
}

} // namespace
