// SPDX-License-Identifier: Apache-2.0
// The decision: the quorum of BR 3.2.2.9, part by part and seat by seat.
#include "mpic/model/tally.hpp"

#include "support/matrix.hpp"

#include <gtest/gtest.h>

namespace {

using base::FailureKind;
using mpic::Outcome;
using mpic::Rir;
using test::at;
using test::make_attempt;
using test::Replies;
using test::Says;
using test::silent;

/// The primary and all remotes pass DCV, except for the last `failures` remotes.
Replies passing(const mpic::Attempt& attempt, std::size_t failures) {
    Replies all;
    for (std::size_t i = 0; i < attempt.seats.size(); ++i)
        if (i + failures >= attempt.seats.size())
            all.emplace_back(silent(Outcome::timeout));
        else
            all.emplace_back(Says(attempt.seats[i].id).dcv_passed());
    return all;
}

struct Quorum {
    std::size_t remotes;
    std::size_t allowed;
    bool before; ///< enough remotes until 2026-12-15
    bool after;
};

// BR 3.2.2.9 "Quorum Requirements" by the number of remotes, on both sides of 2026-12-15.
const Quorum quorum_table[] = {
    {2, 1, false, false}, {3, 1, false, false}, {4, 1, true, false}, {5, 1, true, true},
    {6, 2, true, true},   {7, 2, true, true},   {8, 2, true, true},
};

TEST(Quorum, EveryNumberOfFailuresOnBothSidesOfTheDate) {
    for (const Quorum& row : quorum_table) {
        for (const bool after : {false, true}) {
            const auto attempt = make_attempt(
                {.remotes = row.remotes,
                 .now = after ? at("2026-12-15T00:00:00Z") : at("2026-12-14T23:59:59.999999Z")});
            for (std::size_t failures = 0; failures <= row.remotes; ++failures) {
                const auto decision = mpic::decide(attempt, passing(attempt, failures));
                EXPECT_EQ(decision.ok, (after ? row.after : row.before) && failures <= row.allowed)
                    << row.remotes << " remotes, " << failures << " failures, after " << after;
                EXPECT_EQ(decision.corroborated, static_cast<int>(row.remotes - failures));
            }
        }
    }
}

TEST(Quorum, PrimaryMustPassWhateverTheRemotesSay) {
    const auto attempt = make_attempt();
    for (const mpic::Reply& primary :
         {mpic::Reply(Says("cdg").txt({"\"evil\""})),
          mpic::Reply(Says("cdg").txt_failed(FailureKind::dns_servfail)),
          silent(Outcome::timeout)}) {
        Replies all = passing(attempt, 0);
        all[0] = primary;
        const auto decision = mpic::decide(attempt, all);
        EXPECT_FALSE(decision.ok);
        EXPECT_EQ(decision.dcv.primary_passed, false);
        EXPECT_EQ(decision.corroborated, 5);
    }
}

TEST(Quorum, WithoutAPrimaryTheRemotesAloneReachIt) {
    const auto attempt = make_attempt({.primary = false});
    EXPECT_TRUE(mpic::decide(attempt, passing(attempt, 1)).ok);
    EXPECT_FALSE(mpic::decide(attempt, passing(attempt, 2)).ok);
    EXPECT_EQ(mpic::decide(attempt, passing(attempt, 1)).dcv.primary_passed, std::nullopt);
}

TEST(Quorum, OfNobodyIsNever) {
    auto attempt = make_attempt({.primary = false, .remotes = 2});
    attempt.rule = {"lax", 2, 0, 0, 0, false};
    EXPECT_FALSE(mpic::decide(attempt, Replies(2)).ok);
}

struct Spread {
    std::string_view why;
    std::vector<Rir> rirs;
    std::size_t failures;
    bool ok;
};

// Corroborating remotes must lie in two regions; the last remotes are the ones that fail.
TEST(RirDiversity, CountsCorroboratingRemotesOnly) {
    using enum Rir;
    const Spread table[] = {
        {"all in one", {arin, arin, arin, arin, arin}, 0, false},
        {"the only other one corroborates", {apnic, arin, arin, arin, arin}, 0, true},
        {"the only other one fails", {arin, arin, arin, arin, apnic}, 1, false},
        {"a third region remains", {arin, arin, arin, lacnic, apnic}, 1, true},
        {"six, both others fail", {arin, arin, arin, arin, apnic, apnic}, 2, false},
        {"six, one of two others fails", {arin, arin, arin, arin, apnic, apnic}, 1, true},
        {"six, fails by one", {arin, arin, arin, arin, arin, apnic}, 1, false},
    };
    for (const Spread& row : table) {
        SCOPED_TRACE(row.why);
        const auto attempt = make_attempt({.remotes = row.rirs.size(), .rirs = row.rirs});
        EXPECT_EQ(mpic::decide(attempt, passing(attempt, row.failures)).ok, row.ok);
    }
}

// For every size a spread that is one short of two regions fails, although the number suffices.
TEST(RirDiversity, FailsByOneForEverySizeOfAttempt) {
    for (std::size_t remotes = 5; remotes <= 8; ++remotes) {
        const std::size_t allowed = remotes < 6 ? 1 : 2;
        std::vector<Rir> rirs(remotes, Rir::arin);
        for (std::size_t i = remotes - allowed; i < remotes; ++i)
            rirs[i] = Rir::apnic;
        const auto attempt = make_attempt({.remotes = remotes, .rirs = rirs});
        EXPECT_FALSE(mpic::decide(attempt, passing(attempt, allowed)).ok) << remotes;
        EXPECT_TRUE(mpic::decide(attempt, passing(attempt, allowed - 1)).ok) << remotes;
    }
}

// The primary's region does not count: the text names the remotes.
TEST(RirDiversity, ThePrimarysRegionDoesNotCount) {
    const auto attempt = make_attempt({.rirs = std::vector<Rir>(5, Rir::arin)});
    const auto decision = mpic::decide(attempt, passing(attempt, 0));
    EXPECT_FALSE(decision.ok);
    EXPECT_EQ(decision.rirs, (mpic::RirSet{Rir::arin}));
}

TEST(Parts, AreDecidedSeparatelyAndBothNeeded) {
    const auto attempt = make_attempt({.dcv = true, .caa = true, .caa_by_permission = true});
    Replies all;
    for (const auto& seat : attempt.seats)
        all.emplace_back(Says(seat.id).dcv_passed().caa_permits());
    // One failure in each part, at different remotes: each part has its quorum.
    all[1] = Says("iad").dcv_passed().caa_failed(FailureKind::dns_timeout);
    all[2] = Says("fra").txt({}).caa_permits();
    const auto decision = mpic::decide(attempt, all);
    EXPECT_TRUE(decision.ok);
    EXPECT_EQ(decision.dcv.corroborated, 4);
    EXPECT_EQ(decision.caa.corroborated, 4);
    EXPECT_EQ(decision.corroborated, 4);
    EXPECT_EQ(decision.rirs, (mpic::RirSet{Rir::apnic, Rir::lacnic, Rir::afrinic}));
    EXPECT_EQ(decision.seats[1]->outcome, Outcome::failed);
    EXPECT_EQ(decision.seats[1]->dcv, Outcome::corroborates);
    EXPECT_EQ(decision.seats[2]->outcome, Outcome::disagrees);

    all[3] = Says("nrt").dcv_passed().caa_forbids("example.com", "0 issue \"other.example\"");
    const auto refused = mpic::decide(attempt, all);
    EXPECT_FALSE(refused.ok);
    EXPECT_TRUE(refused.dcv.passed);
    EXPECT_FALSE(refused.caa.passed);
}

TEST(SeatOutcome, IsTheWorstOfTheParts) {
    const auto attempt = make_attempt({.dcv = true, .caa = true, .caa_by_permission = true});
    Replies all = test::replies(
        attempt, {Says("cdg").dcv_passed().caa_permits(),
                  Says("iad").txt({}).caa_failed(FailureKind::dns_timeout),
                  Says("fra").dcv_passed().caa_forbids("example.com", "0 issue \";\""),
                  Says("nrt").dcv_passed()});
    all[4] = silent(Outcome::unreachable);
    const auto decision = mpic::decide(attempt, all);
    EXPECT_EQ(decision.seats[0]->outcome, Outcome::corroborates);
    EXPECT_EQ(decision.seats[1]->outcome, Outcome::failed);
    EXPECT_EQ(decision.seats[2]->outcome, Outcome::disagrees);
    EXPECT_EQ(decision.seats[3]->caa, Outcome::failed); // reported nothing of what was asked
    EXPECT_EQ(decision.seats[4]->dcv, Outcome::unreachable);
    EXPECT_EQ(decision.seats[4]->caa, Outcome::unreachable);
    EXPECT_FALSE(decision.seats[5].has_value());
}

TEST(SeatOutcome, SomebodyElsesReportIsMisconfigured) {
    const auto attempt = make_attempt();
    Replies all = passing(attempt, 0);
    all[1] = Says("fra").dcv_passed();
    const auto decision = mpic::decide(attempt, all);
    EXPECT_EQ(decision.seats[1]->outcome, Outcome::misconfigured);
    EXPECT_EQ(decision.corroborated, 4);
}

TEST(SeatOutcome, PartThatWasNotAskedHasNone) {
    const auto attempt = make_attempt({.dcv = false, .caa = true});
    const auto decision =
        mpic::decide(attempt, test::replies(attempt, {Says("cdg").dcv_passed().caa("", {})}));
    EXPECT_FALSE(decision.seats[0]->dcv.has_value());
    EXPECT_FALSE(decision.dcv.asked);
    EXPECT_FALSE(decision.dcv.passed);
}

} // namespace
