// SPDX-License-Identifier: Apache-2.0
#include "mpic/model/tally.hpp"

#include "support/matrix.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace {

using mpic::Outcome;
using mpic::Tally;
using test::make_attempt;
using test::Says;
using test::silent;

TEST(Tally, WaitsThenTightensThenIsDecided) {
    Tally tally(make_attempt());
    EXPECT_EQ(tally.phase(), Tally::Phase::waiting);
    EXPECT_EQ(tally.record(0, Says("cdg").dcv_passed()), Tally::Phase::waiting);
    EXPECT_EQ(tally.record(1, Says("iad").dcv_passed()), Tally::Phase::waiting);
    EXPECT_EQ(tally.record(2, Says("fra").dcv_passed()), Tally::Phase::waiting);
    EXPECT_EQ(tally.record(3, Says("nrt").dcv_passed()), Tally::Phase::waiting);
    EXPECT_FALSE(tally.decision().ok);
    EXPECT_EQ(tally.record(4, Says("gru").dcv_passed()), Tally::Phase::tighten);
    EXPECT_TRUE(tally.decision().ok);
    EXPECT_FALSE(tally.decision().seats[5].has_value());
    EXPECT_EQ(tally.record(5, silent(Outcome::timeout)), Tally::Phase::decided);
    EXPECT_TRUE(tally.decision().ok);
}

TEST(Tally, QuorumWithoutThePrimaryIsNotCertain) {
    Tally tally(make_attempt());
    for (std::size_t i = 1; i <= 5; ++i)
        EXPECT_EQ(tally.record(i, Says(tally.attempt().seats[i].id).dcv_passed()),
                  Tally::Phase::waiting);
    EXPECT_EQ(tally.record(0, Says("cdg").dcv_passed()), Tally::Phase::decided);
    EXPECT_TRUE(tally.decision().ok);
}

TEST(Tally, TwoLostRemotesOfFiveMakeItCertainEvenBeforeThePrimary) {
    Tally tally(make_attempt());
    EXPECT_EQ(tally.record(1, silent(Outcome::unreachable)), Tally::Phase::waiting);
    EXPECT_EQ(tally.record(2, Says("fra").txt({})), Tally::Phase::tighten);
    EXPECT_FALSE(tally.decision().ok);
}

TEST(Tally, PrimaryThatFailsMakesItCertainAtOnce) {
    Tally tally(make_attempt());
    EXPECT_EQ(tally.record(0, silent(Outcome::timeout)), Tally::Phase::tighten);
}

TEST(Tally, TooFewRemotesAreCertainFromTheStart) {
    EXPECT_EQ(Tally(make_attempt({.remotes = 4})).phase(), Tally::Phase::tighten);
    EXPECT_EQ(Tally(make_attempt({.remotes = 4, .now = test::at("2026-12-14")})).phase(),
              Tally::Phase::waiting);
}

TEST(Tally, RegionsThatCannotBeReachedAnyMoreAreCertain) {
    using enum mpic::Rir;
    Tally tally(make_attempt({.rirs = {arin, arin, arin, arin, apnic}}));
    EXPECT_EQ(tally.record(0, Says("cdg").dcv_passed()), Tally::Phase::waiting);
    EXPECT_EQ(tally.record(5, Says("jnb").txt({})), Tally::Phase::tighten);
    EXPECT_FALSE(tally.decision().ok);
}

TEST(Tally, FirstReplyOfASeatCounts) {
    Tally tally(make_attempt());
    tally.record(0, silent(Outcome::timeout));
    EXPECT_EQ(tally.record(0, Says("cdg").dcv_passed()), Tally::Phase::tighten);
    EXPECT_EQ(tally.decision().seats[0]->outcome, Outcome::timeout);
    for (int i = 0; i < 10; ++i)
        tally.record(1, Says("iad").dcv_passed());
    EXPECT_EQ(tally.decision().corroborated, 1);
}

TEST(Tally, ImpossibleAttemptsAndSeatsAreFaults) {
    EXPECT_THROW(Tally(mpic::Attempt{}), std::invalid_argument);
    EXPECT_THROW(Tally(make_attempt({.dcv = false})), std::invalid_argument);
    auto twice = make_attempt();
    twice.seats[1].role = mpic::Role::primary;
    EXPECT_THROW(Tally(std::move(twice)), std::invalid_argument);
    Tally tally(make_attempt());
    EXPECT_THROW(tally.record(6, silent(Outcome::timeout)), std::out_of_range);
}

} // namespace
