// SPDX-License-Identifier: Apache-2.0
// ip-reverse: BR 3.2.2.5.3, and the end of it.

#include "base/core/time_text.hpp"
#include "http_world.hpp"
#include "set_clock.hpp"

#include <gtest/gtest.h>

namespace test {
namespace {

using base::dns::RecordType;
using mpic::Verdict;
using Names = std::vector<std::string>;

constexpr auto owner = "7.2.0.192.in-addr.arpa";

struct ReverseWorld : World {
    SetClock clock{base::parse_rfc3339("2026-11-22T12:00:00Z").value()};
    ReverseWorld() { now = &clock; }
    mpic::DcvReport ask(std::optional<base::dns::Name> expected = {},
                        std::string_view address = "192.0.2.7") {
        return dcv(mpic::ReverseQuestion{ip(address), std::move(expected)});
    }
    void points_to(std::string_view target, std::string_view from = owner) {
        dns.add(from, RecordType::ptr, target);
    }
};

TEST(IpReverse, TheSetOfHostNames) {
    ReverseWorld world;
    world.points_to("Mail.example.com");
    world.points_to("host.example.com");
    world.points_to("mail.example.com");
    const auto report = world.ask();
    expect_finding(report, Verdict::passed, "ok");
    EXPECT_EQ(report.selected, (Names{"host.example.com", "mail.example.com"}));
    EXPECT_EQ(world.dns.asked_text(), Names{std::string("PTR ") + owner});
}

TEST(IpReverse, Ipv6AndRfc2317Aliases) {
    ReverseWorld world;
    world.points_to("v6.example.com",
                    "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
    EXPECT_EQ(world.ask({}, "2001:db8::7").selected, Names{"v6.example.com"});
    world.add_alias(owner, "7.0-24.2.0.192.in-addr.arpa");
    world.points_to("delegated.example.com", "7.0-24.2.0.192.in-addr.arpa");
    EXPECT_EQ(world.ask().selected, Names{"delegated.example.com"});
}

TEST(IpReverse, AnExpectedNameMustBeAmongThem) {
    ReverseWorld world;
    world.points_to("a.example.com");
    world.points_to("b.example.com");
    const auto report = world.ask(name("b.example.com"));
    expect_finding(report, Verdict::passed, "ok");
    EXPECT_EQ(report.selected, Names{"b.example.com"});
    const auto other = world.ask(name("example.com")); // ADN = exactly the PTR name
    expect_finding(other, Verdict::rejected, "record-mismatch");
    EXPECT_TRUE(other.selected.empty());
}

TEST(IpReverse, WhatIsNoHostNameDoesNotCount) {
    for (const auto* odd : {"a_b.example.com", "7.2.0.192.in-addr.arpa", "x.ip6.arpa", "host",
                            "xyz.onion", "-a.example.com", "*.example.com"}) {
        ReverseWorld world;
        world.points_to(odd);
        expect_finding(world.ask(), Verdict::rejected, "record-mismatch");
        world.points_to("good.example.com");
        EXPECT_EQ(world.ask().selected, Names{"good.example.com"}) << odd;
    }
}

TEST(IpReverse, AbsenceAndFailure) {
    ReverseWorld world;
    expect_finding(world.ask(), Verdict::rejected, "dns-nxdomain");
    world.dns.add(owner, RecordType::txt, "x");
    expect_finding(world.ask(), Verdict::rejected, "record-absent");
    world.dns.set_rcode(owner, base::dns::Rcode::refused);
    expect_finding(world.ask(), Verdict::undetermined, "dns-refused");
}

TEST(IpReverse, ASetMustBeWholeUnlessANameIsExpected) {
    ReverseWorld world;
    world.points_to("a.example.com");
    world.dns.add_rdata(owner, RecordType::ptr, "\x09short");
    const auto report = world.ask();
    expect_finding(report, Verdict::undetermined, "dns-malformed");
    EXPECT_TRUE(report.selected.empty());
    expect_finding(world.ask(name("a.example.com")), Verdict::passed, "ok");
    expect_finding(world.ask(name("b.example.com")), Verdict::undetermined, "dns-malformed");
}

TEST(IpReverse, MoreNamesThanCanBeComparedAreNoSet) {
    ReverseWorld world;
    for (int i = 0; i < 65; ++i)
        world.points_to("h" + std::to_string(i) + ".example.com");
    expect_finding(world.ask(), Verdict::undetermined, "dns-truncated");
    expect_finding(world.ask(name("h64.example.com")), Verdict::passed, "ok");
}

TEST(IpReverse, ReservedAddressesAreRefused) { // BR 4.2.2
    ReverseWorld world;
    expect_finding(world.ask({}, "10.1.2.3"), Verdict::undetermined, "address-refused");
    EXPECT_TRUE(world.dns.asked().empty());
}

TEST(IpReverse, EndsOn2027_03_15) { // BR 3.2.2.5.3
    ReverseWorld world;
    world.points_to("a.example.com");
    world.clock.set_wall(base::parse_rfc3339("2027-03-14T23:59:59.999999Z").value());
    expect_finding(world.ask(), Verdict::passed, "ok");
    world.clock.set_wall(base::parse_rfc3339("2027-03-15T00:00:00Z").value());
    world.dns.forget_asked();
    const auto report = world.ask();
    expect_finding(report, Verdict::rejected, "method-sunset");
    EXPECT_NE(report.finding.detail.find("BR 3.2.2.5.3"), std::string::npos);
    EXPECT_NE(report.finding.detail.find("2027-03-15"), std::string::npos);
    EXPECT_TRUE(world.dns.asked().empty());
}

} // namespace
} // namespace test
