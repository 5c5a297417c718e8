// SPDX-License-Identifier: Apache-2.0
// Which addresses an http check connects to: families, fallback, time, and the address policy.

#include "http_world.hpp"

#include <algorithm>

namespace test {
namespace {

using base::FailureKind;
using base::dns::Rcode;
using base::dns::RecordType;
using base::http::ExchangePhase;
using mpic::Verdict;

TEST(HttpAddresses, ipv6_first_then_ipv4_when_connecting_fails) {
    HttpWorld world;
    world.serve(HttpWorld::token);
    world.http.refuse(HttpWorld::ipv6);
    const auto report = world.ask();
    expect_finding(report, Verdict::passed, "ok");
    const auto& hop = report.hops.front();
    ASSERT_EQ(hop.tried.size(), 2U);
    EXPECT_EQ(hop.tried[0].outcome, "connection-refused");
    EXPECT_EQ(hop.tried[0].phase, "connect");
    EXPECT_EQ(hop.tried[1].outcome, "answered");
    EXPECT_EQ(hop.family, "ipv4");
}

TEST(HttpAddresses, a_source_address_binds_its_own_family_only) {
    HttpWorld world;
    world.serve(HttpWorld::token);
    world.http.refuse(HttpWorld::ipv6);
    const auto source = base::net::IpAddress::parse("192.0.2.200");
    world.settings.source = source;
    expect_finding(world.ask(), Verdict::passed, "ok");
    ASSERT_EQ(world.http.asked().size(), 2U);
    EXPECT_EQ(world.http.asked()[0].options.source, std::nullopt);
    EXPECT_EQ(world.http.asked()[1].options.source, source);
}

TEST(HttpAddresses, any_failure_before_an_answer_gives_the_next_address_its_turn) {
    for (const auto phase : {ExchangePhase::connect, ExchangePhase::tls, ExchangePhase::send,
                             ExchangePhase::head, ExchangePhase::body}) {
        HttpWorld world;
        world.serve(HttpWorld::token);
        world.http.on(HttpWorld::ipv6, "*", "*", {.response = {}, .fails_in = phase});
        expect_finding(world.ask(), Verdict::passed, "ok");
        EXPECT_EQ(world.http.asked().size(), 2U);
    }
}

TEST(HttpAddresses, all_failing_says_each_address_port_family_phase_and_code) {
    HttpWorld world;
    world.http.refuse(HttpWorld::ipv6, FailureKind::connection_timeout);
    world.http.refuse(HttpWorld::ipv4);
    const auto report = world.ask();
    expect_finding(report, Verdict::undetermined, "connection-refused");
    for (const auto* part : {"2001:db8::1 port 80 (ipv6): connection-timeout while connecting",
                             "192.0.2.1 port 80 (ipv4): connection-refused while connecting"})
        EXPECT_TRUE(report.finding.detail.contains(part)) << report.finding.detail;
    EXPECT_EQ(report.hops.front().failure->kind, FailureKind::connection_refused);
}

TEST(HttpAddresses, a_stale_address_does_not_hide_the_good_one) {
    HttpWorld world;
    world.dns.remove(HttpWorld::host);
    for (const auto* address : {"192.0.2.3", "192.0.2.4", "192.0.2.5"})
        world.dns.add(HttpWorld::host, RecordType::a, address);
    world.serve(HttpWorld::token);
    world.http.refuse("192.0.2.3", FailureKind::connection_timeout);
    world.http.refuse("192.0.2.4");
    const auto report = world.ask();
    expect_finding(report, Verdict::passed, "ok");
    EXPECT_EQ(report.hops.front().tried.size(), 3U);
    EXPECT_EQ(report.hops.front().address, "192.0.2.5");
}

TEST(HttpAddresses, a_black_hole_leaves_time_for_the_others) {
    HttpWorld world;
    world.serve(HttpWorld::token);
    world.http.on(HttpWorld::ipv6, "*", "*", {.response = {}, .delay = std::chrono::seconds(20)});
    const auto report = world.ask(base::Milliseconds(300));
    expect_finding(report, Verdict::passed, "ok");
    EXPECT_EQ(report.hops.front().tried[0].outcome, "timeout");
    EXPECT_EQ(report.hops.front().tried[0].phase, "head");
}

TEST(HttpAddresses, connecting_is_limited_only_while_others_wait) {
    HttpWorld world;
    world.settings.address_attempt = base::Milliseconds(1500);
    world.http.refuse("*");
    (void)world.ask(std::chrono::seconds(8));
    ASSERT_EQ(world.http.asked().size(), 2U);
    EXPECT_EQ(world.http.asked()[0].options.connect_timeout, base::Milliseconds(1500));
    EXPECT_GT(world.http.asked()[1].options.connect_timeout, base::Milliseconds(7000));
}

TEST(HttpAddresses, the_finding_comes_by_the_deadline_and_names_the_phase) {
    HttpWorld world;
    world.http.on("*", "*", "*", {.response = {}, .delay = std::chrono::seconds(20)});
    const auto start = world.clock.steady();
    const auto report = world.ask(base::Milliseconds(200));
    expect_finding(report, Verdict::undetermined, "timeout");
    EXPECT_TRUE(report.finding.detail.contains("waiting for the response head"))
        << report.finding.detail;
    EXPECT_LT(world.clock.steady() - start, std::chrono::seconds(5));
}

TEST(HttpAddresses, a_name_that_does_not_resolve_is_undetermined) {
    HttpWorld world;
    world.dns.remove(HttpWorld::host);
    expect_finding(world.ask(), Verdict::undetermined, "dns-nxdomain");
    world.dns.add(HttpWorld::host, RecordType::txt, "something else");
    expect_finding(world.ask(), Verdict::undetermined, "no-address");
    EXPECT_TRUE(world.http.asked().empty());
}

TEST(HttpAddresses, one_family_may_fail_if_the_other_has_addresses) {
    for (const auto failing : {RecordType::a, RecordType::aaaa}) {
        HttpWorld world;
        world.serve(HttpWorld::token);
        world.dns.set_rcode(HttpWorld::host, failing, Rcode::servfail);
        const auto report = world.ask();
        expect_finding(report, Verdict::passed, "ok");
        EXPECT_EQ(
            std::ranges::count_if(report.lookups.list(),
                                  [](const auto& lookup) { return lookup.failure.has_value(); }),
            1);
        EXPECT_EQ(world.dns.times_asked(HttpWorld::host, failing), 2U) << "a failure is retried";
    }
}

TEST(HttpAddresses, a_failed_lookup_is_named_when_the_other_family_is_empty) {
    HttpWorld world;
    world.dns.remove(HttpWorld::host, RecordType::a);
    world.dns.set_failure(HttpWorld::host, RecordType::aaaa, FailureKind::dns_timeout);
    expect_finding(world.ask(), Verdict::undetermined, "dns-timeout");
    world.dns.set_rcode(HttpWorld::host, RecordType::a, Rcode::servfail);
    world.dns.set_dnssec("com", base::dns::DnssecState::secure);
    expect_finding(world.ask(), Verdict::undetermined, "dns-servfail");
}

TEST(HttpAddresses, a_bogus_zone_is_named_as_such) {
    HttpWorld world;
    world.dns.set_dnssec("example.com", base::dns::DnssecState::bogus);
    expect_finding(world.ask(), Verdict::undetermined, "dns-bogus");
}

TEST(HttpAddresses, an_address_record_that_is_none_is_malformed) {
    HttpWorld world;
    world.dns.remove(HttpWorld::host);
    world.dns.add_rdata(HttpWorld::host, RecordType::a, "abc");
    expect_finding(world.ask(), Verdict::undetermined, "dns-malformed");
}

TEST(HttpAddresses, a_host_with_very_many_addresses_is_tried_in_bounds) {
    HttpWorld world;
    for (int i = 2; i < 100; ++i)
        world.dns.add(HttpWorld::host, RecordType::a, "192.0.2." + std::to_string(i));
    world.http.refuse("*");
    const auto report = world.ask();
    EXPECT_EQ(report.hops.front().resolved.size(), 11U);
    EXPECT_EQ(world.http.asked().size(), 11U);
    EXPECT_TRUE(report.finding.detail.contains("7 more failed")) << report.finding.detail;
}

struct Refused {
    RecordType type;
    std::string address;
};

TEST(HttpAddresses, a_name_that_points_inwards_is_not_connected_to) {
    const std::vector<Refused> inward{
        {RecordType::a, "127.0.0.1"},           {RecordType::a, "10.0.0.1"},
        {RecordType::a, "169.254.169.254"},     {RecordType::a, "0.0.0.0"},
        {RecordType::a, "192.168.1.1"},         {RecordType::a, "100.64.0.1"},
        {RecordType::a, "224.0.0.1"},           {RecordType::aaaa, "::1"},
        {RecordType::aaaa, "fe80::1"},          {RecordType::aaaa, "fd00::1"},
        {RecordType::aaaa, "::ffff:127.0.0.1"}, {RecordType::aaaa, "64:ff9b::a9fe:a9fe"},
    };
    for (const auto& [type, address] : inward) {
        HttpWorld world;
        world.dns.remove(HttpWorld::host);
        world.dns.add(HttpWorld::host, type, address);
        const auto report = world.ask();
        expect_finding(report, Verdict::undetermined, "address-refused");
        EXPECT_TRUE(world.http.asked().empty()) << address;
        ASSERT_EQ(report.hops.front().tried.size(), 1U);
        EXPECT_EQ(report.hops.front().tried.front().outcome, "address-refused");
    }
}

TEST(HttpAddresses, a_refused_address_does_not_keep_the_others_from_being_tried) {
    HttpWorld world;
    world.dns.remove(HttpWorld::host, RecordType::aaaa);
    world.dns.add(HttpWorld::host, RecordType::aaaa, "::1");
    world.serve(HttpWorld::token);
    const auto report = world.ask();
    expect_finding(report, Verdict::passed, "ok");
    EXPECT_EQ(report.hops.front().tried.front().outcome, "address-refused");
    EXPECT_EQ(world.connected_to(), std::vector<std::string>{"192.0.2.1:80"});
    world.http.refuse("*");
    expect_finding(world.ask(), Verdict::undetermined, "connection-refused");
}

TEST(HttpAddresses, a_reserved_identifier_is_refused) {
    World world;
    // BR 1.6.1: any entry of the registries, also one that is globally reachable.
    for (const auto* address : {"10.1.2.3", "192.175.48.1", "192.0.0.9", "2620:4f:8000::1",
                                "2001:20::1", "64:ff9b::808:808", "::ffff:8.8.8.8"}) {
        world.http.serve(address, "/", "x");
        const auto report = world.dcv(mpic::HttpQuestion{ip(address), "/", "x"});
        expect_finding(report, Verdict::undetermined, "address-refused");
        ASSERT_EQ(report.hops.size(), 1U);
        EXPECT_EQ(report.hops.front().tried.front().outcome, "address-refused");
    }
    EXPECT_TRUE(world.http.asked().empty());
}

TEST(HttpAddresses, a_reachable_special_purpose_address_may_serve_a_name) {
    World world;
    world.dns.add("www.example.com", base::dns::RecordType::a, "192.175.48.1");
    world.http.serve("www.example.com", "/", "x");
    expect_finding(world.dcv(mpic::HttpQuestion{name("www.example.com"), "/", "x"}),
                   Verdict::passed, "ok");
}

} // namespace
} // namespace test
