// SPDX-License-Identifier: Apache-2.0
#include "mpic/coordinator/fleet_health.hpp"

#include "support/recording_logger.hpp"
#include "support/sample_roster.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using base::FailureKind;
using mpic::Outcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class FleetHealth : public testing::Test {
protected:
    mpic::QuorumRule rule(int remotes, int required) const {
        return {.policy = "cabf-br-2026-12-15",
                .remotes = remotes,
                .required = required,
                .minimum_rirs = 2,
                .minimum_remotes = 5,
                .compliant = true};
    }
    mpic::coordinator::PerspectiveHealth& of(std::string_view id) {
        const auto found = std::ranges::find(roster.perspectives, id, &mpic::Perspective::id);
        return *health.of(*found);
    }
    void all_answer() {
        for (const auto& perspective : roster.perspectives)
            health.of(perspective)->answered(now);
    }
    std::vector<std::string> shortfall() const {
        const auto remotes = static_cast<int>(roster.remote_count());
        return health.shortfall(roster, rule(remotes, remotes - 1));
    }
    static mpic::Reply none(Outcome outcome, FailureKind kind) {
        return mpic::NoReport{outcome, {kind, "a reason"}, 1};
    }

    test::RecordingLogger log;
    base::log::Metrics metrics;
    mpic::Roster roster = test::sample_roster();
    mpic::coordinator::FleetHealth health{log, metrics};
    base::SteadyTime now{1h};
};

TEST_F(FleetHealth, NobodyCountsBeforeItHasAnswered) {
    const auto reasons = shortfall();
    ASSERT_FALSE(reasons.empty());
    EXPECT_THAT(reasons.back(), HasSubstr("0 of 5 remote perspectives answer, 4 must corroborate"));
    EXPECT_THAT(reasons.back(), HasSubstr("not heard of yet"));
    all_answer();
    EXPECT_THAT(shortfall(), IsEmpty());
}

TEST_F(FleetHealth, ThePolicysAllowanceMayBeMissingAndNoMore) {
    all_answer();
    std::vector<std::string> remotes;
    for (const auto& perspective : roster.perspectives)
        if (perspective.role == mpic::Role::remote)
            remotes.push_back(perspective.id);
    of(remotes[0]).failed({FailureKind::connection_refused, "nobody listens"}, now);
    EXPECT_THAT(shortfall(), IsEmpty()) << "4 of 5 make a quorum (BR 3.2.2.9)";
    of(remotes[1]).failed({FailureKind::tls_identity, "somebody else"}, now);
    const auto reasons = shortfall();
    ASSERT_EQ(reasons.size(), 1U);
    EXPECT_THAT(reasons[0], HasSubstr("3 of 5 remote perspectives answer, 4 must corroborate"));
    EXPECT_THAT(reasons[0], HasSubstr(remotes[0] + " (connection-refused: nobody listens)"));
    EXPECT_THAT(reasons[0], HasSubstr(remotes[1] + " (tls-identity: somebody else)"));
    of(remotes[1]).answered(now);
    EXPECT_THAT(shortfall(), IsEmpty());
}

TEST_F(FleetHealth, WithoutThePrimaryNothingPasses) {
    all_answer();
    const auto* primary = roster.primary();
    ASSERT_NE(primary, nullptr);
    of(primary->id).failed({FailureKind::timeout, "no answer"}, now);
    EXPECT_THAT(shortfall(), ElementsAre(HasSubstr("primary perspective " + primary->id)));
}

TEST_F(FleetHealth, TheRegionsOfThoseWhoAnswerMustBeEnough) {
    all_answer();
    for (auto& perspective : roster.perspectives)
        perspective.place.rir = mpic::Rir::arin;
    EXPECT_THAT(shortfall(), ElementsAre(HasSubstr("are in 1 RIR regions")));
}

TEST_F(FleetHealth, ARosterBelowThePolicysMinimumIsNotReady) {
    all_answer();
    EXPECT_THAT(health.shortfall(roster, rule(4, 3)),
                ElementsAre(HasSubstr("cabf-br-2026-12-15 requires 5")));
}

TEST_F(FleetHealth, WhatAReplySays) {
    auto& one = of(roster.perspectives[0].id);
    one.replied(mpic::PerspectiveReport{}, now);
    EXPECT_TRUE(one.view().answering);
    one.replied(none(Outcome::timeout, FailureKind::timeout), now);
    EXPECT_TRUE(one.view().answering) << "a slow name server is no silent agent";
    one.replied(none(Outcome::unreachable, FailureKind::overloaded), now);
    EXPECT_TRUE(one.view().answering) << "our own bound";
    one.replied(none(Outcome::misconfigured, FailureKind::tls_identity), now);
    EXPECT_FALSE(one.view().answering);
    one.replied(mpic::PerspectiveReport{}, now);
    one.replied(none(Outcome::unreachable, FailureKind::connection_refused), now);
    EXPECT_FALSE(one.view().answering);
}

TEST_F(FleetHealth, EachChangeIsLoggedOnce) {
    auto& one = of(roster.perspectives[1].id);
    for (int i = 0; i < 1000; ++i)
        one.failed({FailureKind::tls_failed, "certificate verify failed"}, now);
    ASSERT_EQ(log.count("perspective-unavailable"), 1U);
    const auto line = log.find("perspective-unavailable");
    EXPECT_EQ(line->field("perspective"), roster.perspectives[1].id);
    EXPECT_EQ(line->field("code"), "tls-failed");
    EXPECT_EQ(line->field("reason"), "certificate verify failed");
    one.failed({FailureKind::tls_identity, "somebody else"}, now);
    EXPECT_EQ(log.count("perspective-unavailable"), 2U) << "another reason is news";
    for (int i = 0; i < 1000; ++i)
        one.answered(now);
    EXPECT_EQ(log.count("perspective-answers"), 1U);
}

TEST_F(FleetHealth, AnAgentThatComesAndGoesCannotFillTheLog) {
    auto& one = of(roster.perspectives[1].id);
    for (int i = 0; i < 1000; ++i) {
        one.answered(now);
        one.failed({FailureKind::connection_reset, "gone"}, now);
    }
    EXPECT_LE(log.events().size(), 10U);
    one.answered(now + 10min);
    EXPECT_GT(std::stoi(log.events().back().field("withheld")), 1900);
}

TEST_F(FleetHealth, QuietOnesAreThoseToProbe) {
    auto& one = of(roster.perspectives[0].id);
    EXPECT_FALSE(one.answered_since(base::SteadyTime::min()));
    one.answered(now);
    EXPECT_TRUE(one.answered_since(now));
    EXPECT_FALSE(one.answered_since(now + 1ms));
    one.failed({FailureKind::timeout, "x"}, now);
    EXPECT_FALSE(one.answered_since(now)) << "whoever failed is probed again";
}

TEST_F(FleetHealth, AReloadKeepsWhatIsTheSameAndForgetsTheRest) {
    all_answer();
    auto changed = roster;
    changed.perspectives[1].url = "https://elsewhere.example:8444";
    const auto gone = changed.perspectives.back();
    changed.perspectives.pop_back();
    health.keep(changed);
    for (const auto& perspective : changed.perspectives)
        static_cast<void>(health.of(perspective));
    EXPECT_TRUE(health.of(changed.perspectives[2])->view().answering);
    EXPECT_FALSE(health.of(changed.perspectives[1])->view().answering) << "another agent";
    EXPECT_FALSE(health.of(gone)->view().answering);
}

TEST_F(FleetHealth, TheGaugeSaysTheSame) {
    const auto id = roster.perspectives[1].id;
    of(id).answered(now);
    EXPECT_THAT(metrics.expose(),
                HasSubstr("mpicd_perspective_up{perspective=\"" + id + "\"} 1\n"));
    of(id).failed({FailureKind::timeout, "x"}, now);
    EXPECT_THAT(metrics.expose(),
                HasSubstr("mpicd_perspective_up{perspective=\"" + id + "\"} 0\n"));
}

} // namespace
