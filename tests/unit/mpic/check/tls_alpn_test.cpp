// SPDX-License-Identifier: Apache-2.0
// How tls-alpn-01 connects: addresses in turn, SNI, ports, and what a broken handshake means.

#include "http_world.hpp"
#include "support/challenge_certificate.hpp"

#include <gtest/gtest.h>

namespace test {
namespace {

using base::FailureKind;
using base::net::Handshake;
using mpic::Verdict;

constexpr auto key = "token.thumbprint";

struct TlsWorld : HttpWorld {
    mpic::DcvReport ask_tls(base::Milliseconds budget = std::chrono::seconds(10)) {
        return dcv(mpic::TlsAlpnQuestion{name(host), base::sha256(key)}, budget);
    }
    static Handshake shows(const std::string& san, std::string protocol = "acme-tls/1") {
        Handshake out;
        out.connected = true;
        out.protocol = std::move(protocol);
        out.tls_version = "TLSv1.3";
        out.certificate = ChallengeCertificate(challenge_extensions(san, key)).der();
        return out;
    }
    static Handshake right() { return shows(std::string("DNS:") + host); }
    static Handshake fails(FailureKind kind, bool connected) {
        Handshake out;
        out.connected = connected;
        out.failure = {kind, "as the test has it"};
        return out;
    }
    [[nodiscard]] std::vector<std::string> shaken() const {
        std::vector<std::string> out;
        for (const auto& options : tls.asked())
            out.push_back(options.to.to_string());
        return out;
    }
};

TEST(TlsAlpnCheck, IPv6FirstOnPort443WithTheNameAndOneProtocol) {
    TlsWorld world;
    world.tls.on("*", "*", TlsWorld::right());
    const auto report = world.ask_tls();
    expect_finding(report, Verdict::passed, "ok");
    EXPECT_EQ(world.shaken(), std::vector<std::string>{"[2001:db8::1]:443"});
    EXPECT_EQ(world.tls.asked().front().server_name, TlsWorld::host);
    EXPECT_EQ(world.tls.asked().front().protocol, "acme-tls/1");
    ASSERT_EQ(report.hops.size(), 1U);
    EXPECT_EQ(report.hops[0].url, "tls://www.example.com:443");
    EXPECT_EQ(report.hops[0].family, "ipv6");
    EXPECT_EQ(report.hops[0].tls_version, "TLSv1.3");
    EXPECT_EQ(report.hops[0].tried.back().phase, "done");
    EXPECT_EQ(report.lookups.list().size(), 2U);
    EXPECT_TRUE(report.selected.empty());
}

TEST(TlsAlpnCheck, FallsBackToIPv4AndSaysBoth) {
    TlsWorld world;
    world.tls.on("192.0.2.1:443", "*", TlsWorld::right());
    const auto report = world.ask_tls();
    expect_finding(report, Verdict::passed, "ok");
    ASSERT_EQ(report.hops[0].tried.size(), 2U);
    EXPECT_EQ(report.hops[0].tried[0].outcome, "connection-refused");
    EXPECT_EQ(report.hops[0].tried[1].outcome, "answered");
    EXPECT_EQ(report.hops[0].address, "192.0.2.1");
}

TEST(TlsAlpnCheck, AWrongCertificateEndsTheTrying) {
    TlsWorld world;
    world.tls.on("*", "*", TlsWorld::right());
    world.tls.on("[2001:db8::1]:443", "*", TlsWorld::shows("DNS:other.example"));
    const auto report = world.ask_tls();
    expect_finding(report, Verdict::rejected, "certificate-mismatch");
    EXPECT_EQ(world.shaken().size(), 1U);
    EXPECT_NE(report.seen.find("other.example"), std::string::npos);
}

TEST(TlsAlpnCheck, ARefusedProtocolIsAnAnswer) {
    TlsWorld world;
    auto refused = TlsWorld::fails(FailureKind::tls_failed, true);
    refused.protocol_refused = true;
    world.tls.on("*", "*", refused);
    const auto report = world.ask_tls();
    expect_finding(report, Verdict::rejected, "alpn-mismatch");
    EXPECT_EQ(world.shaken().size(), 1U);
    EXPECT_EQ(report.hops[0].tried.back().phase, "tls");
}

TEST(TlsAlpnCheck, ABrokenHandshakeIsUndeterminedAfterAllAddresses) {
    TlsWorld world;
    world.tls.on("*", "*", TlsWorld::fails(FailureKind::tls_failed, true));
    const auto report = world.ask_tls();
    expect_finding(report, Verdict::undetermined, "tls-failed");
    EXPECT_EQ(world.shaken().size(), 2U);
    EXPECT_EQ(report.hops[0].address, "");
    EXPECT_TRUE(report.hops[0].failure);
}

TEST(TlsAlpnCheck, OctetsThatAreNoCertificateAreUndetermined) {
    TlsWorld world;
    auto garbage = TlsWorld::right();
    garbage.certificate = "garbage";
    world.tls.on("*", "*", garbage);
    expect_finding(world.ask_tls(), Verdict::undetermined, "tls-failed");
}

TEST(TlsAlpnCheck, ABlackHoleLeavesTimeForTheOtherAddress) {
    TlsWorld world;
    world.tls.on("*", "*", TlsWorld::right());
    world.tls.on("[2001:db8::1]:443", "*", TlsWorld::right(), std::chrono::seconds(60));
    const auto report = world.ask_tls(std::chrono::seconds(2));
    expect_finding(report, Verdict::passed, "ok");
    EXPECT_EQ(report.hops[0].address, "192.0.2.1");
}

TEST(TlsAlpnCheck, AnAddressIsNamedByItsReverseName) { // RFC 8738 §6
    TlsWorld world;
    world.tls.on("*", "*", TlsWorld::shows("IP:192.0.2.9"));
    const auto report = world.dcv(mpic::TlsAlpnQuestion{ip("192.0.2.9"), base::sha256(key)});
    expect_finding(report, Verdict::passed, "ok");
    EXPECT_EQ(world.tls.asked().front().server_name, "9.2.0.192.in-addr.arpa");
    EXPECT_EQ(report.hops[0].url, "tls://192.0.2.9:443");
    EXPECT_TRUE(report.lookups.list().empty());
    const auto v6 = world.dcv(mpic::TlsAlpnQuestion{ip("2001:db8::9"), base::sha256(key)});
    EXPECT_EQ(v6.hops[0].url, "tls://[2001:db8::9]:443");
    EXPECT_TRUE(world.tls.asked().back().server_name.ends_with(".ip6.arpa"));
}

TEST(TlsAlpnCheck, ReservedAddressesAreNotConnectedTo) { // BR 1.6.1, 4.2.2
    TlsWorld world;
    world.tls.on("*", "*", TlsWorld::shows("IP:10.0.0.1"));
    expect_finding(world.dcv(mpic::TlsAlpnQuestion{ip("10.0.0.1"), base::sha256(key)}),
                   Verdict::undetermined, "address-refused");
    // Globally reachable, and all the same no identifier.
    expect_finding(world.dcv(mpic::TlsAlpnQuestion{ip("192.88.99.1"), base::sha256(key)}),
                   Verdict::undetermined, "address-refused");
    world.dns.add("inside.example.com", base::dns::RecordType::a, "169.254.169.254");
    expect_finding(world.dcv(mpic::TlsAlpnQuestion{name("inside.example.com"), base::sha256(key)}),
                   Verdict::undetermined, "address-refused");
    EXPECT_TRUE(world.tls.asked().empty());
}

TEST(TlsAlpnCheck, ANameWithoutAddressIsUndetermined) {
    TlsWorld world;
    expect_finding(world.dcv(mpic::TlsAlpnQuestion{name("none.example.net"), base::sha256(key)}),
                   Verdict::undetermined, "dns-nxdomain");
}

TEST(TlsAlpnCheck, TheTestNetworksPortIsUsed) {
    TlsWorld world;
    world.settings.https_port = 5443;
    world.tls.on("*", "*", TlsWorld::right());
    const auto report = world.ask_tls();
    EXPECT_EQ(world.shaken(), std::vector<std::string>{"[2001:db8::1]:5443"});
    EXPECT_EQ(report.hops[0].url, "tls://www.example.com:443");
}

TEST(TlsAlpnCheck, AgainstARealServer) {
    World world;
    const ChallengeCertificate certificate(challenge_extensions("DNS:www.example.com", key));
    const AlpnServer server(certificate, {});
    world.settings.https_port = server.endpoint().port;
    world.dns.add("www.example.com", base::dns::RecordType::a, "127.0.0.1");
    const base::net::AddressPolicy loopback({base::net::Prefix::parse("127.0.0.0/8").value()});
    base::net::DirectHandshaker handshaker(world.clock,
                                           base::net::unverified_client_context().value());
    const mpic::check::Vantage vantage{world.dns, world.http,  handshaker,
                                       loopback,  world.clock, world.settings};
    const auto ask = [&](std::string_view authorization) {
        return run(world.loop,
                   mpic::check::check_dcv(
                       vantage,
                       mpic::TlsAlpnQuestion{name("www.example.com"), base::sha256(authorization)},
                       world.deadline(std::chrono::seconds(20))));
    };
    expect_finding(ask(key), Verdict::passed, "ok");
    expect_finding(ask("token.other"), Verdict::rejected, "acme-identifier-mismatch");
}

} // namespace
} // namespace test
