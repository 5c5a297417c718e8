// SPDX-License-Identifier: Apache-2.0
// One handshake, for what the server shows in it: against servers made with OpenSSL alone.

#include "base/net/tls_handshake.hpp"

#include "base/net/certificate_facts.hpp"
#include "support/challenge_certificate.hpp"
#include "support/one_by_one_server.hpp"
#include "support/run.hpp"
#include "support/test_pki.hpp"

#include <gtest/gtest.h>

#include <boost/asio/ssl/stream.hpp>

#include <chrono>
#include <future>

namespace {

using base::FailureKind;
using base::net::Handshake;
using test::AlpnServer;
using test::ChallengeCertificate;

constexpr auto name = "www.example.test";

struct TlsHandshake : testing::Test {
    Handshake shake(base::net::HandshakeOptions options,
                    base::Milliseconds budget = std::chrono::seconds(20)) {
        base::net::DirectHandshaker handshaker(clock,
                                               base::net::unverified_client_context().value());
        return test::run(loop,
                         handshaker.shake_hands(std::move(options),
                                                base::Deadline::after(clock.steady(), budget)));
    }
    static base::net::HandshakeOptions to(const AlpnServer& server) {
        return {
            .to = server.endpoint(), .source = {}, .server_name = name, .protocol = "acme-tls/1"};
    }

    base::asio::io_context loop{1};
    base::SystemClock clock;
    ChallengeCertificate certificate{{{"subjectAltName", std::string("DNS:") + name}}};
};

TEST_F(TlsHandshake, BringsProtocolVersionAndCertificate) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        const AlpnServer server(certificate, {.newest_version = version});
        const Handshake got = shake(to(server));
        EXPECT_FALSE(got.failure) << got.failure->detail;
        EXPECT_TRUE(got.connected);
        EXPECT_EQ(got.protocol, "acme-tls/1");
        EXPECT_EQ(got.tls_version, version == TLS1_3_VERSION ? "TLSv1.3" : "TLSv1.2");
        EXPECT_EQ(got.certificate, certificate.der());
        EXPECT_GE(got.done_after, got.connected_after);
    }
}

TEST_F(TlsHandshake, OffersOneProtocolAndTheNameAlone) { // RFC 8737 §3
    const AlpnServer server(certificate, {});
    (void)shake(to(server));
    EXPECT_EQ(server.asked(), (std::pair<std::string, std::string>(name, "\x0a"
                                                                         "acme-tls/1")));
}

TEST_F(TlsHandshake, AServerWithoutAlpnChoosesNothing) {
    const AlpnServer server(certificate, {.protocol = std::nullopt});
    const Handshake got = shake(to(server));
    EXPECT_FALSE(got.failure);
    EXPECT_EQ(got.protocol, "");
    EXPECT_EQ(got.certificate, certificate.der());
}

TEST_F(TlsHandshake, TheAlertNoApplicationProtocolIsToldApart) { // RFC 7301 §3.2
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        const AlpnServer server(certificate, {.protocol = "h2", .newest_version = version});
        const Handshake got = shake(to(server));
        ASSERT_TRUE(got.failure);
        EXPECT_EQ(got.failure->kind, FailureKind::tls_failed);
        EXPECT_TRUE(got.protocol_refused) << got.failure->detail;
    }
}

TEST_F(TlsHandshake, NothingOlderThanTls12IsSpoken) { // RFC 8737 §3
    const AlpnServer server(certificate, {.newest_version = TLS1_1_VERSION});
    const Handshake got = shake(to(server));
    ASSERT_TRUE(got.failure);
    EXPECT_EQ(got.failure->kind, FailureKind::tls_failed);
    EXPECT_FALSE(got.protocol_refused);
    EXPECT_EQ(got.certificate, "");
}

TEST_F(TlsHandshake, SilenceEndsAtTheDeadline) {
    const AlpnServer server(certificate, {.silent = true});
    const Handshake got = shake(to(server), base::Milliseconds(200));
    ASSERT_TRUE(got.failure);
    EXPECT_EQ(got.failure->kind, FailureKind::timeout);
    EXPECT_TRUE(got.connected);
}

TEST_F(TlsHandshake, AClosedPortIsRefused) {
    base::net::Endpoint closed;
    {
        const AlpnServer server(certificate, {});
        closed = server.endpoint();
    }
    const Handshake got =
        shake({.to = closed, .source = {}, .server_name = name, .protocol = "acme-tls/1"});
    ASSERT_TRUE(got.failure);
    EXPECT_EQ(got.failure->kind, FailureKind::connection_refused);
    EXPECT_FALSE(got.connected);
}

TEST_F(TlsHandshake, LeavesAServerThatAsksForACertificate) { // RFC 8446 §2
    const auto tls = test::pki().mutual_server({"agent.test"});
    std::promise<std::string> why;
    const test::OneByOneServer server([&](test::OneByOneServer::Socket& socket) {
        boost::asio::ssl::stream<test::OneByOneServer::Socket&> stream(socket, *tls);
        boost::system::error_code error;
        stream.handshake(boost::asio::ssl::stream_base::server, error);
        why.set_value(error.message());
    });
    const Handshake got = shake({.to = server.endpoint(),
                                 .source = {},
                                 .server_name = "localhost",
                                 .protocol = "h2",
                                 .leave_when_asked = true});
    EXPECT_TRUE(got.asked_for_certificate) << (got.failure ? got.failure->detail : "completed");
    EXPECT_TRUE(got.failure);
    EXPECT_EQ(got.tls_version, "TLSv1.3");
    EXPECT_EQ(got.protocol, "h2");
    EXPECT_FALSE(got.certificate.empty());
    auto ended = why.get_future();
    ASSERT_EQ(ended.wait_for(std::chrono::seconds(20)), std::future_status::ready);
    const std::string said = ended.get();
    EXPECT_NE(said.find("alert internal error"), std::string::npos) << said;
    EXPECT_EQ(said.find("certificate"), std::string::npos) << "no refusal: " << said;
}

TEST_F(TlsHandshake, AServerThatAsksForNoCertificateIsNotLeft) {
    const AlpnServer server(certificate, {});
    auto options = to(server);
    options.leave_when_asked = true;
    const Handshake got = shake(options);
    EXPECT_FALSE(got.failure);
    EXPECT_FALSE(got.asked_for_certificate);
}

TEST_F(TlsHandshake, WhatCannotBeOfferedIsInvalid) {
    const AlpnServer server(certificate, {.silent = true});
    for (const std::string& protocol : {std::string(), std::string(256, 'x')}) {
        auto options = to(server);
        options.protocol = protocol;
        const Handshake got = shake(options);
        ASSERT_TRUE(got.failure);
        EXPECT_EQ(got.failure->kind, FailureKind::invalid);
    }
}

TEST(CertificateFacts, ListsNamesAndExtensionsAsTheyStand) {
    const std::string digest = base::sha256("x");
    const ChallengeCertificate made(
        {{"subjectAltName", "DNS:WWW.Example.test,IP:192.0.2.1,IP:2001:db8::1,email:a@b.test"},
         {"1.3.6.1.5.5.7.1.31", test::acme_identifier(test::octet_string(digest))}});
    const auto facts = base::net::read_certificate(made.der()).value();
    using Kind = base::net::AlternativeName::Kind;
    ASSERT_EQ(facts.alternative_names.size(), 4U);
    EXPECT_EQ(facts.alternative_names[0],
              (base::net::AlternativeName{Kind::dns, "WWW.Example.test"}));
    EXPECT_EQ(facts.alternative_names[1].value, std::string("\xc0\x00\x02\x01", 4));
    EXPECT_EQ(facts.alternative_names[2].value.size(), 16U);
    EXPECT_EQ(facts.alternative_names[3].kind, Kind::other);
    ASSERT_EQ(facts.extensions.size(), 2U);
    EXPECT_EQ(facts.extensions[0].oid, "2.5.29.17");
    EXPECT_FALSE(facts.extensions[0].critical);
    EXPECT_EQ(facts.extensions[1].oid, "1.3.6.1.5.5.7.1.31");
    EXPECT_TRUE(facts.extensions[1].critical);
    EXPECT_EQ(facts.extensions[1].value, test::octet_string(digest));
}

TEST(CertificateFacts, OtherOctetsAreAFailure) {
    const std::string der = ChallengeCertificate({}).der();
    EXPECT_TRUE(base::net::read_certificate(der));
    for (const std::string& wrong :
         {std::string(), std::string("x"), der.substr(0, der.size() - 1), der + "x"}) {
        const auto read = base::net::read_certificate(wrong);
        ASSERT_FALSE(read);
        EXPECT_EQ(read.error().kind, FailureKind::tls_failed);
    }
    const ChallengeCertificate broken({{"2.5.29.17", "DER:05:00"}}); // a NULL for its names
    EXPECT_FALSE(base::net::read_certificate(broken.der()));
}

} // namespace
