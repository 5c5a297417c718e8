// SPDX-License-Identifier: Apache-2.0
#include "mpic/model/roster.hpp"

#include "support/sample_roster.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace {

using mpic::Rir;
using mpic::Role;
using mpic::Roster;

/// Seven remotes in three regions: four ARIN, two APNIC, one AFRINIC; a primary in the middle.
Roster uneven_roster() {
    Roster roster;
    const Rir rirs[] = {Rir::arin,  Rir::arin,  Rir::arin,   Rir::arin,
                        Rir::apnic, Rir::apnic, Rir::afrinic};
    for (std::size_t i = 0; i < std::size(rirs); ++i)
        roster.perspectives.push_back(
            test::perspective("r" + std::to_string(i), Role::remote, rirs[i], {}));
    roster.perspectives.insert(roster.perspectives.begin() + 3,
                               test::perspective("prim", Role::primary, Rir::ripe_ncc, {}));
    return roster;
}

std::map<Rir, std::size_t> spread(const Roster& roster, const std::vector<std::size_t>& cohort) {
    std::map<Rir, std::size_t> count;
    for (const std::size_t i : cohort)
        if (roster.perspectives[i].role == Role::remote)
            ++count[roster.perspectives[i].place.rir];
    return count;
}

TEST(ChooseCohort, TakesAllWhenAskedForNoneOrMoreThanThereAre) {
    const Roster roster = uneven_roster();
    for (const std::size_t wanted : {0U, 7U, 8U, 1000U}) {
        auto cohort = mpic::choose_cohort(roster, wanted, 1);
        ASSERT_EQ(cohort.size(), 8U);
        EXPECT_EQ(cohort.front(), 3U); // the primary
        std::ranges::sort(cohort);
        EXPECT_TRUE(std::ranges::adjacent_find(cohort) == cohort.end());
    }
}

TEST(ChooseCohort, SpreadsOverRegionsBeforeTakingASecondOfAny) {
    const Roster roster = uneven_roster();
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        EXPECT_EQ(spread(roster, mpic::choose_cohort(roster, 2, seed)).size(), 2U);
        EXPECT_EQ(spread(roster, mpic::choose_cohort(roster, 3, seed)).size(), 3U);
        const auto five = spread(roster, mpic::choose_cohort(roster, 5, seed));
        EXPECT_EQ(five, (std::map<Rir, std::size_t>{
                            {Rir::afrinic, 1U}, {Rir::apnic, 2U}, {Rir::arin, 2U}}));
        EXPECT_EQ(spread(roster, mpic::choose_cohort(roster, 6, seed)).at(Rir::arin), 3U);
    }
}

TEST(ChooseCohort, SameSeedSameCohortAndOtherSeedsReachEverybody) {
    const Roster roster = uneven_roster();
    std::set<std::size_t> chosen;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const auto cohort = mpic::choose_cohort(roster, 3, seed);
        EXPECT_EQ(cohort, mpic::choose_cohort(roster, 3, seed));
        ASSERT_EQ(cohort.size(), 4U);
        chosen.insert(cohort.begin(), cohort.end());
    }
    EXPECT_EQ(chosen.size(), 8U);
}

TEST(ChooseCohort, DoesNotDependOnTheOrderOfTheRoster) {
    const Roster roster = uneven_roster();
    Roster reversed = roster;
    std::ranges::reverse(reversed.perspectives);
    const auto ids = [](const Roster& of, const std::vector<std::size_t>& cohort) {
        std::vector<std::string> ids;
        for (const std::size_t i : cohort)
            ids.push_back(of.perspectives[i].id);
        std::ranges::sort(ids);
        return ids;
    };
    for (std::uint64_t seed = 0; seed < 50; ++seed)
        EXPECT_EQ(ids(roster, mpic::choose_cohort(roster, 4, seed)),
                  ids(reversed, mpic::choose_cohort(reversed, 4, seed)));
}

TEST(ChooseCohort, NamesThePrimaryFirstAndTheRemotesAsTheRosterDoes) {
    const Roster roster = uneven_roster();
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const auto cohort = mpic::choose_cohort(roster, 5, seed);
        EXPECT_EQ(cohort.front(), 3U); // the primary
        EXPECT_TRUE(std::is_sorted(cohort.begin() + 1, cohort.end()));
    }
}

TEST(ChooseCohort, WithoutAPrimaryHasRemotesOnly) {
    Roster roster = uneven_roster();
    roster.perspectives.erase(roster.perspectives.begin() + 3);
    EXPECT_EQ(mpic::choose_cohort(roster, 4, 9).size(), 4U);
    EXPECT_TRUE(mpic::choose_cohort(Roster{}, 4, 9).empty());
}

} // namespace
