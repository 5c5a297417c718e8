// SPDX-License-Identifier: Apache-2.0
// Patterns of reachability and of addresses. Each rule fires on its pattern and not beside it.
#include "diagnose_fixture.hpp"

namespace {

using base::FailureKind;
using test::Codes;
using test::diagnose;
using test::fired;
using test::http_request;
using test::Ids;
using test::make_attempt;
using test::Says;

const mpic::Attempt attempt = make_attempt();
constexpr auto dropped = FailureKind::connection_timeout;
constexpr auto refused = FailureKind::connection_refused;

TEST(GeoBlocking, WholeRegionsAreKeptOutWhileOthersPass) {
    const auto found = diagnose(http_request(), attempt,
                                {Says("cdg").http_passed(), Says("iad").http_passed(),
                                 Says("fra").http_passed(), Says("nrt").http_failed(dropped),
                                 Says("gru").http_failed(dropped), Says("jnb").http_passed()});
    ASSERT_EQ(fired(found), Codes{"geo-blocking"});
    EXPECT_EQ(found[0].perspectives, (Ids{"nrt", "gru"}));
    EXPECT_EQ(found[0].sentence,
              "the check passes from AFRINIC, ARIN and RIPE NCC but not from APNIC and LACNIC "
              "(connection-timeout at NRT and GRU): a firewall, CDN or hosting provider probably "
              "filters by country or region; validation needs the host open to all");
}

TEST(GeoBlocking, AlsoByRefusalResetAndErrorPage) {
    const auto found =
        diagnose(http_request(), attempt,
                 {Says("cdg").http_passed(), Says("iad").http_passed(), Says("fra").http_passed(),
                  Says("nrt").http_failed(refused),
                  Says("gru").http_failed(FailureKind::connection_reset, {"192.0.2.1"}, "head"),
                  Says("jnb").http_status(403, "edge")});
    EXPECT_EQ(fired(found), (Codes{"geo-blocking", "filtered-by-server"}));
    EXPECT_EQ(found[0].perspectives, (Ids{"nrt", "gru", "jnb"}));
}

// CDG passes from the region in which FRA does not: no pattern of regions.
TEST(SelectiveBlocking, SomeAreKeptOutInARegionWhereOthersPass) {
    const auto found = diagnose(http_request(), attempt,
                                {Says("cdg").http_passed(), Says("iad").http_passed(),
                                 Says("fra").http_failed(dropped), Says("nrt").http_failed(dropped),
                                 Says("gru").http_passed(), Says("jnb").http_passed()});
    ASSERT_EQ(fired(found), Codes{"selective-blocking"});
    EXPECT_EQ(found[0].perspectives, (Ids{"fra", "nrt"}));
}

TEST(Blocking, IsNotSuspectedWhereContentDiffersOrDnsFails) {
    Says no_dns("gru");
    no_dns.dcv(mpic::Verdict::undetermined, "dns-timeout").lookup("www.example.com", "A", "");
    const auto found =
        diagnose(http_request(), attempt,
                 {Says("cdg").http_passed(), Says("iad").http_passed(), Says("fra").http_passed(),
                  Says("nrt").http_body("other"), no_dns, Says("jnb").http_passed()});
    EXPECT_EQ(fired(found), (Codes{"same-address-differs", "nameservers-failing"}));
}

TEST(FilteredByServer, ErrorPageForSomeWithTheServerHeader) {
    const auto found = diagnose(http_request(), attempt,
                                {Says("cdg").http_passed(), Says("iad").http_passed(),
                                 Says("fra").http_status(403, "cloudflare"),
                                 Says("nrt").http_status(429, "cloudflare"),
                                 Says("gru").http_passed(), Says("jnb").http_passed()});
    ASSERT_EQ(fired(found), (Codes{"selective-blocking", "filtered-by-server"}));
    EXPECT_NE(found[1].sentence.find("HTTP status 403 at FRA, HTTP status 429 at NRT"),
              std::string::npos);
    EXPECT_NE(found[1].sentence.find("the Server header says \"cloudflare\""), std::string::npos);
    const auto anonymous = diagnose(http_request(), attempt,
                                    {Says("cdg").http_passed(), Says("iad").http_passed(),
                                     Says("fra").http_status(403), Says("nrt").http_status(403)});
    EXPECT_NE(anonymous[1].sentence.find("no Server header"), std::string::npos);
}

TEST(FilteredByServer, NotWhenEverybodyGetsThePageAndNotForNotFound) {
    EXPECT_EQ(fired(diagnose(http_request(), attempt,
                             {Says("cdg").http_status(403), Says("iad").http_status(403),
                              Says("fra").http_status(403)})),
              Codes{});
    EXPECT_EQ(fired(diagnose(http_request(), attempt,
                             {Says("cdg").http_passed(), Says("iad").http_status(404),
                              Says("fra").http_status(404)})),
              Codes{"same-address-differs"});
}

struct Everywhere {
    FailureKind kind;
    std::string phase;
    std::string code;
};

TEST(UnreachableEverywhere, TellsClosedFilteredResetAndSlowApart) {
    const Everywhere table[] = {
        {FailureKind::connection_refused, "connect", "port-closed"},
        {FailureKind::connection_timeout, "connect", "port-filtered"},
        {FailureKind::connection_reset, "head", "connections-reset"},
        {FailureKind::timeout, "head", "server-slow"},
    };
    for (const Everywhere& row : table) {
        const auto says = [&](const char* id) {
            return Says(id).http_failed(row.kind, {"192.0.2.1"}, row.phase);
        };
        const auto found =
            diagnose(http_request(), attempt, {says("cdg"), says("iad"), says("fra")});
        ASSERT_EQ(fired(found), Codes{row.code});
        EXPECT_EQ(found[0].perspectives.size(), 3U);
        EXPECT_NE(found[0].sentence.find("192.0.2.1 port 80"), std::string::npos);
    }
}

TEST(UnreachableEverywhere, NotForMixedCausesAndNotForOneReport) {
    EXPECT_EQ(fired(diagnose(http_request(), attempt,
                             {Says("cdg").http_failed(dropped), Says("iad").http_failed(refused)})),
              Codes{});
    EXPECT_EQ(fired(diagnose(http_request(), attempt, {Says("cdg").http_failed(dropped)})),
              Codes{});
}

TEST(OneFamilyBroken, EverybodyFallsBackFromIpv6) {
    const std::vector<std::string> both = {"2001:db8::1", "192.0.2.1"};
    const auto found =
        diagnose(http_request(), attempt,
                 {Says("cdg").http_passed(both), Says("iad").http_body("old", both),
                  Says("fra").http_body("old", both), Says("nrt").http_passed(both)});
    ASSERT_EQ(fired(found), (Codes{"one-family-broken", "same-address-differs"}));
    EXPECT_NE(found[0].sentence.find("over IPv6 (every perspective tried), while IPv4 answers"),
              std::string::npos)
        << found[0].sentence;
    EXPECT_EQ(found[0].perspectives.size(), 4U);
}

TEST(OneFamilyBroken, AlsoWhenTimeRanOutBeforeTheOtherFamily) {
    const auto says = [](const char* id) {
        return Says(id)
            .http_failed(dropped, {"2001:db8::1"})
            .resolved({"2001:db8::1", "192.0.2.1"});
    };
    EXPECT_EQ(fired(diagnose(http_request(), attempt, {says("cdg"), says("iad"), says("fra")})),
              (Codes{"one-family-broken", "port-filtered"}));
}

TEST(OneFamilyBroken, AlsoIpv4) {
    const auto says = [](const char* id) {
        return Says(id).http_body("old", {"192.0.2.1", "2001:db8::1"});
    };
    const auto found = diagnose(http_request(), attempt, {says("cdg"), says("iad")});
    ASSERT_EQ(fired(found), Codes{"one-family-broken"});
    EXPECT_NE(found[0].sentence.find("correct or remove the A record"), std::string::npos);
}

TEST(OneFamilyBroken, NotWhenBothAreDeadOrSomebodyGetsThrough) {
    const std::vector<std::string> both = {"2001:db8::1", "192.0.2.1"};
    EXPECT_EQ(fired(diagnose(http_request(), attempt,
                             {Says("cdg").http_failed(dropped, both),
                              Says("iad").http_failed(dropped, both)})),
              Codes{"port-filtered"});
    EXPECT_EQ(fired(diagnose(http_request(), attempt,
                             {Says("cdg").http_passed({"2001:db8::1"}).resolved(both),
                              Says("iad").http_failed(dropped, both),
                              Says("fra").http_failed(dropped, both)})),
              Codes{"selective-blocking"});
}

// Some of the validators hit the dead address.
TEST(StaleAddress, AnswersDifferByTheAddressUsed) {
    const std::vector<std::string> two = {"192.0.2.1", "192.0.2.2"};
    const auto good = [&](const char* id) {
        return Says(id).http_passed({"192.0.2.1"}).resolved(two);
    };
    const auto bad = [&](const char* id) {
        return Says(id).http_status(404, "", {"192.0.2.2"}).resolved(two);
    };
    const auto found = diagnose(http_request(), attempt,
                                {good("cdg"), good("iad"), bad("fra"), bad("nrt"), good("gru")});
    ASSERT_EQ(fired(found), Codes{"stale-address"});
    EXPECT_EQ(found[0].perspectives, (Ids{"fra", "nrt"}));
    EXPECT_EQ(
        found[0].sentence,
        "192.0.2.1 serves the expected content and 192.0.2.2 does not, though the name has them "
        "all: remove the stale address or update the server behind it");
}

TEST(StaleAddress, NotWhenOneAddressServesSomeAndNotOthers) {
    const std::vector<std::string> two = {"192.0.2.1", "192.0.2.2"};
    EXPECT_EQ(fired(diagnose(http_request(), attempt,
                             {Says("cdg").http_passed({"192.0.2.1"}).resolved(two),
                              Says("iad").http_status(404, "", {"192.0.2.1"}).resolved(two),
                              Says("fra").http_status(404, "", {"192.0.2.2"}).resolved(two)})),
              Codes{"same-address-differs"});
}

TEST(DifferentAddresses, GeoDnsSendsSomeElsewhere) {
    const auto found = diagnose(http_request(), attempt,
                                {Says("cdg").http_passed({"192.0.2.1"}),
                                 Says("iad").http_status(404, "", {"198.51.100.1"}),
                                 Says("fra").http_status(404, "", {"198.51.100.1"})});
    ASSERT_EQ(fired(found), Codes{"different-addresses"});
    EXPECT_EQ(found[0].perspectives, (Ids{"iad", "fra"}));
    EXPECT_EQ(fired(diagnose(http_request(), attempt,
                             {Says("cdg").http_passed({"192.0.2.1"}),
                              Says("iad").http_status(404, "", {"192.0.2.1"})})),
              Codes{"same-address-differs"});
}

TEST(SplitHorizon, PrivateAddressesInThePublicDns) {
    Says inner("cdg");
    inner.http_failed(FailureKind::address_refused, {"10.0.0.1"});
    inner.report().dcv->finding.detail = "10.0.0.1 is in Private-Use (10.0.0.0/8, RFC 1918)";
    const auto found = diagnose(http_request(), attempt, {inner, Says("iad").http_passed()});
    ASSERT_EQ(fired(found), (Codes{"split-horizon", "different-addresses"}));
    EXPECT_EQ(found[0].perspectives, Ids{"cdg"});
    EXPECT_NE(found[0].sentence.find("10.0.0.1 is in Private-Use"), std::string::npos);
}

TEST(SplitHorizon, HostThatThePublicDnsDoesNotKnow) {
    const auto unknown = [](const char* id) {
        return Says(id)
            .dcv(mpic::Verdict::undetermined, "dns-nxdomain")
            .lookup("www.example.com", "A", "NXDOMAIN");
    };
    const auto found = diagnose(http_request(), attempt, {unknown("cdg"), unknown("iad")});
    ASSERT_EQ(fired(found), Codes{"split-horizon"});
    EXPECT_NE(found[0].sentence.find("gives every perspective no address for www.example.com"),
              std::string::npos)
        << found[0].sentence;
}

TEST(ValueNotPublished, EverybodyGetsNotFound) {
    const auto found = diagnose(http_request(), attempt,
                                {Says("cdg").http_status(404), Says("iad").http_status(404)});
    ASSERT_EQ(fired(found), Codes{"value-not-published"});
    EXPECT_NE(found[0].sentence.find("http://www.example.com/x"), std::string::npos);
    EXPECT_EQ(fired(diagnose(http_request(), attempt,
                             {Says("cdg").http_status(404), Says("iad").http_status(500)})),
              Codes{});
}

} // namespace
