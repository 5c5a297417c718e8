// SPDX-License-Identifier: Apache-2.0
// BR 3.2.2.9, the dated table and the quorum table.
#include "mpic/model/quorum_policy.hpp"

#include "support/matrix.hpp"

#include <gtest/gtest.h>

namespace {

using mpic::QuorumPolicy;
using test::at;

struct Dated {
    std::string_view instant;
    std::string_view phase;
    int remotes;
    int rirs;
};

TEST(Phases, FollowTheTimelineOfBr3229) {
    const Dated table[] = {
        {"2024-01-01", "cabf-br-2025-03-15", 2, 1},
        {"2025-03-15", "cabf-br-2025-03-15", 2, 1},
        {"2025-09-14T23:59:59.999999Z", "cabf-br-2025-03-15", 2, 1},
        {"2025-09-15", "cabf-br-2025-09-15", 2, 1},
        {"2026-03-14T23:59:59.999999Z", "cabf-br-2025-09-15", 2, 1},
        {"2026-03-15T00:00:00Z", "cabf-br-2026-03-15", 3, 2},
        {"2026-06-15T00:00:00Z", "cabf-br-2026-06-15", 4, 2},
        {"2026-11-22T13:55:23Z", "cabf-br-2026-06-15", 4, 2},
        {"2026-12-14T23:59:59.999999Z", "cabf-br-2026-06-15", 4, 2},
        {"2026-12-15T00:00:00Z", "cabf-br-2026-12-15", 5, 2},
        {"2031-01-01", "cabf-br-2026-12-15", 5, 2},
    };
    const QuorumPolicy policy = QuorumPolicy::cabf_br();
    for (const Dated& row : table) {
        SCOPED_TRACE(row.instant);
        EXPECT_EQ(policy.phase_at(at(row.instant)).name, row.phase);
        EXPECT_EQ(policy.minimum_remotes(at(row.instant)), row.remotes);
        EXPECT_EQ(policy.minimum_rirs(at(row.instant)), row.rirs);
    }
    EXPECT_EQ(policy.minimum_distance_km(), 500);
    EXPECT_TRUE(policy.is_cabf());
}

TEST(Quorum, AllowsOneNonCorroborationOfTwoToFiveAndTwoOfMore) {
    const int allowed[] = {0, 0, 1, 1, 1, 1, 2, 2, 2};
    const int required[] = {0, 1, 1, 2, 3, 4, 4, 5, 6};
    for (int remotes = 0; remotes <= 8; ++remotes) {
        EXPECT_EQ(QuorumPolicy::allowed_non_corroborations_floor(remotes), allowed[remotes]);
        EXPECT_EQ(QuorumPolicy::cabf_br().rule(at("2026-11-22"), remotes).required,
                  required[remotes])
            << remotes;
    }
}

TEST(Quorum, RuleIsCompliantOnlyWithTheMinimumOfTheDate) {
    const QuorumPolicy policy = QuorumPolicy::cabf_br();
    EXPECT_FALSE(policy.rule(at("2026-12-14T23:59:59.999999Z"), 3).compliant);
    EXPECT_TRUE(policy.rule(at("2026-12-14T23:59:59.999999Z"), 4).compliant);
    EXPECT_FALSE(policy.rule(at("2026-12-15T00:00:00Z"), 4).compliant);
    EXPECT_TRUE(policy.rule(at("2026-12-15T00:00:00Z"), 5).compliant);
    EXPECT_EQ(policy.rule(at("2026-12-15T00:00:00Z"), 4).minimum_remotes, 5);
}

TEST(Tightening, CanOnlyRaiseTheFloor) {
    const QuorumPolicy loose = QuorumPolicy::cabf_br(
        {.minimum_remotes = 1, .allowed_non_corroborations = 3, .minimum_rirs = 1});
    const auto rule = loose.rule(at("2026-12-15"), 6);
    EXPECT_EQ(rule.minimum_remotes, 5);
    EXPECT_EQ(rule.required, 4);
    EXPECT_EQ(rule.minimum_rirs, 2);
    EXPECT_EQ(loose.tightening_problems().size(), 3U);

    const QuorumPolicy tight = QuorumPolicy::cabf_br(
        {.minimum_remotes = 6, .allowed_non_corroborations = 0, .minimum_rirs = 3});
    const auto strict = tight.rule(at("2026-12-15"), 6);
    EXPECT_EQ(strict.minimum_remotes, 6);
    EXPECT_EQ(strict.required, 6);
    EXPECT_EQ(strict.minimum_rirs, 3);
    EXPECT_TRUE(tight.tightening_problems().empty());
    EXPECT_TRUE(QuorumPolicy::cabf_br().tightening_problems().empty());
}

TEST(Tightening, OfTwoNonCorroborationsDoesNotLoosenTheRowOfOne) {
    const QuorumPolicy policy = QuorumPolicy::cabf_br(
        {.minimum_remotes = {}, .allowed_non_corroborations = 2, .minimum_rirs = {}});
    EXPECT_EQ(policy.rule(at("2026-12-15"), 5).required, 4);
    EXPECT_EQ(policy.rule(at("2026-12-15"), 6).required, 4);
}

TEST(Tightening, ImpossibleValuesAreProblems) {
    const QuorumPolicy policy = QuorumPolicy::cabf_br(
        {.minimum_remotes = {}, .allowed_non_corroborations = -1, .minimum_rirs = 6});
    EXPECT_EQ(policy.tightening_problems().size(), 2U);
    EXPECT_EQ(policy.rule(at("2026-12-15"), 5).required, 5);
}

TEST(Demo, HasTheSameNumbersAndIsNeverCompliant) {
    const QuorumPolicy demo = QuorumPolicy::demo();
    const auto rule = demo.rule(at("2026-12-15"), 5);
    EXPECT_EQ(rule.policy, "demo-2026-12-15");
    EXPECT_EQ(rule.required, 4);
    EXPECT_EQ(rule.minimum_remotes, 5);
    EXPECT_FALSE(rule.compliant);
    EXPECT_EQ(demo.minimum_distance_km(), 0);
    EXPECT_FALSE(demo.is_cabf());
}

TEST(Named, KnowsBothPoliciesAndNoOther) {
    EXPECT_TRUE(QuorumPolicy::named("cabf-br", {})->is_cabf());
    EXPECT_EQ(QuorumPolicy::named("demo", {})->name(), "demo");
    EXPECT_FALSE(QuorumPolicy::named("none", {}).has_value());
}

} // namespace
