// SPDX-License-Identifier: Apache-2.0
// What a roster must meet (BR 3.2.2.9, BR 1.6.1).
#include "mpic/model/roster.hpp"

#include "support/matrix.hpp"
#include "support/sample_roster.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

namespace {

using mpic::QuorumPolicy;
using mpic::Rir;
using mpic::Role;
using mpic::Roster;
using test::at;
using test::sample_roster;

std::vector<std::string> breaches(const Roster& roster, std::string_view when = "2026-12-15",
                                  const QuorumPolicy& policy = QuorumPolicy::cabf_br()) {
    return mpic::roster_breaches(roster, policy, at(when));
}

TEST(RosterBreaches, AreNoneForASpreadRoster) {
    EXPECT_EQ(breaches(sample_roster()), std::vector<std::string>{});
    EXPECT_EQ(sample_roster().remote_count(), 5U);
    EXPECT_EQ(sample_roster().primary()->id, "cdg");
}

struct Breach {
    std::string_view rule;
    std::function<void(Roster&)> change;
    std::string_view sentence; ///< a part of it
};

const Breach one_breach[] = {
    {"id not empty", [](Roster& r) { r.perspectives[1].id = ""; }, "perspective 2 has the id"},
    {"id without upper case", [](Roster& r) { r.perspectives[1].id = "IAD"; },
     "has the id \"IAD\""},
    {"id of at most 32", [](Roster& r) { r.perspectives[1].id = std::string(33, 'a'); }, "1 to 32"},
    {"id unique", [](Roster& r) { r.perspectives[1].id = "fra"; }, "the id \"fra\" is used by"},
    {"url https", [](Roster& r) { r.perspectives[1].url = "http://a.example:1"; }, "iad: the URL"},
    {"url with port", [](Roster& r) { r.perspectives[1].url = "https://a.example"; },
     "iad: the URL"},
    {"url port in range", [](Roster& r) { r.perspectives[1].url = "https://a.example:65536"; },
     "iad: the URL"},
    {"url port not 0", [](Roster& r) { r.perspectives[1].url = "https://a.example:0"; },
     "iad: the URL"},
    {"url without path", [](Roster& r) { r.perspectives[1].url = "https://a.example:1/x"; },
     "iad: the URL"},
    {"url without user", [](Roster& r) { r.perspectives[1].url = "https://u@a.example:1"; },
     "iad: the URL"},
    {"url with host", [](Roster& r) { r.perspectives[1].url = "https://:1"; }, "iad: the URL"},
    {"url unique", [](Roster& r) { r.perspectives[1].url = "https://FRA.agents.example:8444"; },
     "is used by iad and fra"},
    {"identity not empty", [](Roster& r) { r.perspectives[1].identity = ""; },
     "iad: the certificate identity"},
    {"identity printable", [](Roster& r) { r.perspectives[1].identity = "a b"; },
     "iad: the certificate identity"},
    {"identity unique", [](Roster& r) { r.perspectives[1].identity = r.perspectives[2].identity; },
     "certificate identity \"fra.agents.example\" is used by iad and fra"},
    {"resolver named", [](Roster& r) { r.perspectives[1].resolver.id = ""; },
     "iad: its resolver has no id"},
    {"resolver not shared",
     [](Roster& r) { r.perspectives[1].resolver.id = r.perspectives[2].resolver.id; },
     "the resolver \"unbound-fra\" is used by iad and fra"},
    {"one primary",
     [](Roster& r) {
         auto second = test::perspective("lhr", Role::primary, Rir::ripe_ncc, {60.3, 24.9});
         r.perspectives.push_back(second);
     },
     "2 perspectives are primary"},
    {"latitude in range", [](Roster& r) { r.perspectives[1].place.at.latitude = 90.5; },
     "iad: coordinates"},
    {"longitude in range", [](Roster& r) { r.perspectives[1].place.at.longitude = -180.5; },
     "iad: coordinates"},
    {"coordinates are numbers",
     [](Roster& r) {
         r.perspectives[1].resolver.place.at.latitude = std::numeric_limits<double>::quiet_NaN();
     },
     "iad: coordinates"},
    {"resolver in the perspective's region (3.2.2.9)",
     [](Roster& r) { r.perspectives[1].resolver.place.rir = Rir::lacnic; },
     "iad is in the ARIN region but its resolver is in that of LACNIC"},
    {"perspectives 500 km apart, the primary too (3.2.2.9)",
     [](Roster& r) { r.perspectives[2].place.at = {50.04, 8.56}; }, "cdg and fra are 4"},
    {"resolvers 500 km apart, the primary's too (3.2.2.9)",
     [](Roster& r) { r.perspectives[2].resolver.place.at = {50.04, 8.56}; },
     "the resolver of cdg and the resolver of fra are 4"},
    {"as many remotes as the date demands (3.2.2.9)", [](Roster& r) { r.perspectives.pop_back(); },
     "4 remote perspectives are fewer than the 5 that cabf-br-2026-12-15 demands"},
    {"two RIR regions among the remotes, whatever the primary's (3.2.2.9)",
     [](Roster& r) {
         for (auto& p : r.perspectives)
             if (p.role == Role::remote)
                 p.place.rir = p.resolver.place.rir = Rir::apnic;
     },
     "the remote perspectives are in 1 RIR region"},
};

TEST(RosterBreaches, NameEveryRuleThatIsBroken) {
    for (const Breach& row : one_breach) {
        SCOPED_TRACE(row.rule);
        Roster roster = sample_roster();
        row.change(roster);
        const auto found = breaches(roster);
        ASSERT_EQ(found.size(), 1U) << ::testing::PrintToString(found);
        EXPECT_NE(found.front().find(row.sentence), std::string::npos) << found.front();
    }
}

TEST(RosterBreaches, AreAllNamedAtOnce) {
    Roster roster = sample_roster();
    roster.perspectives[1].id = "I";
    roster.perspectives[2].url = "";
    roster.perspectives[3].resolver.place.rir = Rir::arin;
    EXPECT_EQ(breaches(roster).size(), 3U);
}

TEST(RosterBreaches, AcceptIpAddressesInUrls) {
    Roster roster = sample_roster();
    roster.perspectives[1].url = "https://[2001:db8::1]:8444";
    roster.perspectives[2].url = "https://192.0.2.1:8444";
    EXPECT_TRUE(breaches(roster).empty());
    roster.perspectives[1].url = "https://[2001:db8::g]:8444";
    EXPECT_EQ(breaches(roster).size(), 1U);
}

// BR 1.6.1 does not define "straight line": 501 km by either measure is asked for.
TEST(RosterBreaches, AskForOneKilometreMoreThanTheRule) {
    const double degrees_per_km = 1 / 111.195;
    Roster roster = sample_roster();
    roster.perspectives.push_back(test::perspective("acc", Role::remote, Rir::afrinic, {0, 0}));
    auto& other = roster.perspectives.emplace_back(
        test::perspective("lbv", Role::remote, Rir::afrinic, {0, 0}));
    for (const auto& [km, count] : {std::pair{500.5, 2U}, {500.9, 2U}, {501.5, 0U}}) {
        other.place.at = other.resolver.place.at = {0, km * degrees_per_km};
        EXPECT_EQ(breaches(roster).size(), count) << km;
    }
}

TEST(RosterBreaches, DemoHasNoDistanceRule) {
    Roster roster = sample_roster();
    for (auto& p : roster.perspectives)
        p.place.at = p.resolver.place.at = {0, 0};
    EXPECT_TRUE(breaches(roster, "2026-12-15", QuorumPolicy::demo()).empty());
    EXPECT_EQ(breaches(roster).size(), 30U); // 15 pairs of each
}

TEST(RosterBreaches, FollowTheDate) {
    Roster roster = sample_roster();
    roster.perspectives.pop_back();
    EXPECT_TRUE(breaches(roster, "2026-12-14T23:59:59.999999Z").empty());
    EXPECT_EQ(breaches(roster, "2026-12-15T00:00:00Z").size(), 1U);
}

TEST(ComplianceSchedule, SaysNowAndEveryLaterPhase) {
    Roster roster = sample_roster();
    roster.perspectives.pop_back();
    const auto schedule =
        mpic::compliance_schedule(roster, QuorumPolicy::cabf_br(), at("2026-11-22T13:55:23Z"));
    ASSERT_EQ(schedule.size(), 2U);
    EXPECT_EQ(schedule[0].from, at("2026-11-22T13:55:23Z"));
    EXPECT_EQ(schedule[0].phase, "cabf-br-2026-06-15");
    EXPECT_TRUE(schedule[0].breaches.empty());
    EXPECT_EQ(schedule[1].from, at("2026-12-15"));
    EXPECT_EQ(schedule[1].phase, "cabf-br-2026-12-15");
    EXPECT_EQ(schedule[1].breaches.size(), 1U);
    EXPECT_EQ(mpic::compliance_schedule(roster, QuorumPolicy::cabf_br(), at("2026-12-15")).size(),
              1U);
}

TEST(RosterWarnings, AreNoneForASpreadRoster) {
    EXPECT_TRUE(
        mpic::roster_warnings(sample_roster(), QuorumPolicy::cabf_br(), at("2026-12-15")).empty());
}

TEST(RosterWarnings, SpreadThatAnAllowedLossUndoes) {
    Roster roster = sample_roster();
    for (std::size_t i = 2; i < 6; ++i)
        roster.perspectives[i].place.rir = roster.perspectives[i].resolver.place.rir = Rir::apnic;
    EXPECT_TRUE(breaches(roster).empty()); // ARIN and APNIC: compliant, and fragile
    const auto warnings = mpic::roster_warnings(roster, QuorumPolicy::cabf_br(), at("2026-12-15"));
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_NE(warnings.front().find("without those of ARIN"), std::string::npos)
        << warnings.front();
}

TEST(RosterWarnings, TwoRemotesInEachOfTwoRegionsBearOneLoss) {
    Roster roster = sample_roster();
    const Rir rirs[] = {Rir::arin, Rir::arin, Rir::apnic, Rir::apnic, Rir::apnic};
    for (std::size_t i = 1; i < 6; ++i)
        roster.perspectives[i].place.rir = rirs[i - 1];
    EXPECT_TRUE(mpic::roster_warnings(roster, QuorumPolicy::cabf_br(), at("2026-12-15")).empty());
    // Of six remotes two may be lost, and ARIN's two at once.
    roster.perspectives.push_back(
        test::perspective("syd", Role::remote, Rir::apnic, {-33.9, 151.2}));
    EXPECT_EQ(mpic::roster_warnings(roster, QuorumPolicy::cabf_br(), at("2026-12-15")).size(), 1U);
}

TEST(RosterWarnings, OneRegionForAllAndNoPrimary) {
    Roster roster = sample_roster();
    for (auto& p : roster.perspectives)
        p.place.rir = Rir::arin;
    roster.perspectives.erase(roster.perspectives.begin());
    const auto warnings = mpic::roster_warnings(roster, QuorumPolicy::cabf_br(), at("2026-12-15"));
    ASSERT_EQ(warnings.size(), 2U);
    EXPECT_NE(warnings[0].find("all perspectives are in the ARIN region"), std::string::npos);
    EXPECT_NE(warnings[1].find("no primary perspective"), std::string::npos);
}

} // namespace
