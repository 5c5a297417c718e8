// SPDX-License-Identifier: Apache-2.0
#include "base/http/client.hpp"
#include "base/http/server.hpp"

#include "base/core/digest.hpp"
#include "base/net/connect.hpp"
#include "support/http2_frames.hpp"
#include "support/http_server.hpp"
#include "support/raw_http_client.hpp"
#include "support/test_pki.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

namespace base::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ServerTlsTest : public testing::Test {
protected:
    void start(net::TlsContext context) {
        server.emplace(
            loop,
            [this](const Request& request, const Peer& peer) {
                peers.push_back(peer);
                return answer(request.target);
            },
            [context](ServerOptions& options) {
                options.tls = [context] { return context; };
                options.limits.handshake = Milliseconds(200);
            });
    }
    static Awaitable<Response> answer(std::string target) { co_return Response{.body = target}; }

    Result<Response> ask(net::TlsContext context, std::string identity) {
        Pool pool(loop, server->clock,
                  {.host = "127.0.0.1",
                   .port = server->endpoint().port,
                   .tls = [context] { return context; },
                   .peer_identity = std::move(identity)});
        return test::run(loop, pool.send({.target = "/x"}, test::soon()));
    }

    asio::io_context loop;
    std::vector<Peer> peers;
    std::optional<test::HttpServer> server;
};

TEST_F(ServerTlsTest, KnowsTheClientByItsCertificate) {
    start(test::pki().mutual_server({"agent.test"}));
    const auto response =
        ask(test::pki().mutual_client({"Coordinator.test", "spiffe://test/c"}), "agent.test");
    ASSERT_TRUE(response) << response.error().detail;
    EXPECT_EQ(response->body, "/x");
    ASSERT_EQ(peers.size(), 1U);
    EXPECT_THAT(peers[0].identities, ElementsAre("coordinator.test", "spiffe://test/c"));
    EXPECT_EQ(peers[0].certificate_sha256.size(), 64U);
    EXPECT_TRUE(peers[0].endpoint.address.is_loopback());
}

TEST_F(ServerTlsTest, AClientWithoutCertificateIsNobody) {
    start(test::pki().public_server({"api.test"}));
    const auto response =
        ask(test::TestPki::must(net::verifying_client_context(test::pki().ca_pem())), "api.test");
    ASSERT_TRUE(response) << response.error().detail;
    ASSERT_EQ(peers.size(), 1U);
    EXPECT_THAT(peers[0].identities, IsEmpty());
    EXPECT_EQ(peers[0].certificate_sha256, "");
}

TEST_F(ServerTlsTest, AClientOfAnotherCaIsRefused) {
    start(test::pki().mutual_server({"agent.test"}));
    const test::TestPki other;
    const auto identity = other.issue({"coordinator.test"});
    const auto response =
        ask(test::TestPki::must(net::mutual_client_context(identity, test::pki().ca_pem())),
            "agent.test");
    ASSERT_FALSE(response);
    EXPECT_THAT(peers, IsEmpty());
}

TEST_F(ServerTlsTest, TheLogSaysWhyAClientWasRefused) {
    struct Case {
        net::TlsIdentity identity;
        const char* reason;
    };
    const test::TestPki other;
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto issue = [](const net::TlsIdentity& ca, WallTime from, WallTime to) {
        return net::issue(ca, {.common_name = "c",
                               .subject_alternative_names = {"coordinator.test"},
                               .not_before = from,
                               .not_after = to});
    };
    const auto ca = net::make_ca("CA", now - std::chrono::hours(48), now + std::chrono::hours(48));
    const auto self_signed =
        net::make_ca("c", now - std::chrono::hours(1), now + std::chrono::hours(1));
    const Case cases[] = {
        {other.issue({"coordinator.test"}), "unable to get local issuer certificate"},
        {issue(ca, now - std::chrono::hours(2), now - std::chrono::hours(1)),
         "certificate has expired"},
        {issue(ca, now + std::chrono::hours(1), now + std::chrono::hours(2)),
         "certificate is not yet valid"},
        {self_signed, "self-signed certificate"}};
    const auto agent = issue(ca, now - std::chrono::hours(1), now + std::chrono::hours(1));
    for (const bool is_public : {false, true}) {
        server.reset();
        start(test::TestPki::must(
            is_public ? net::public_server_context(agent, ca.certificate_chain_pem)
                      : net::mutual_server_context(agent, ca.certificate_chain_pem)));
        for (std::size_t i = 0; i < std::size(cases); ++i) {
            const auto context = test::TestPki::must(
                net::mutual_client_context(cases[i].identity, ca.certificate_chain_pem));
            EXPECT_FALSE(ask(context, "coordinator.test"));
            const auto events = server->log.events();
            ASSERT_EQ(events.size(), i + 1);
            EXPECT_EQ(events.back().event, "tls-handshake-failed");
            EXPECT_EQ(events.back().field("reason"),
                      std::string(cases[i].reason) + " (client certificate)");
        }
    }
    EXPECT_THAT(peers, IsEmpty());
}

TEST_F(ServerTlsTest, TheLogSaysThatAClientHadNoCertificate) {
    start(test::pki().mutual_server({"agent.test"}));
    EXPECT_FALSE(ask(test::TestPki::must(net::verifying_client_context(test::pki().ca_pem())),
                     "agent.test"));
    ASSERT_EQ(server->log.count("tls-handshake-failed"), 1U);
    EXPECT_THAT(server->log.find("tls-handshake-failed")->field("reason"),
                HasSubstr("peer did not return a certificate"));
}

TEST_F(ServerTlsTest, AnotherIdentityThanWantedIsRefused) {
    start(test::pki().mutual_server({"other.test", "192.0.2.1"}));
    const auto response = ask(test::pki().mutual_client({"coordinator.test"}), "agent.test");
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, FailureKind::tls_identity);
    EXPECT_THAT(response.error().detail, HasSubstr("agent.test"));
    EXPECT_THAT(response.error().detail, HasSubstr("other.test and 192.0.2.1"));
    EXPECT_THAT(peers, IsEmpty()) << "nothing was asked of it";
}

TEST_F(ServerTlsTest, AServerOfAnotherCaIsRefused) {
    const test::TestPki other;
    start(other.mutual_server({"agent.test"}));
    const auto response = ask(test::pki().mutual_client({"coordinator.test"}), "agent.test");
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, FailureKind::tls_failed);
    EXPECT_THAT(response.error().detail, HasSubstr("certificate"));
}

TEST_F(ServerTlsTest, AContextIsAskedForEveryConnection) {
    auto current = test::pki().mutual_server({"old.test"});
    server.emplace(
        loop, [](const Request& request, const Peer&) { return answer(request.target); },
        [&current](ServerOptions& options) { options.tls = [&current] { return current; }; });
    const auto client = test::pki().mutual_client({"coordinator.test"});
    EXPECT_TRUE(ask(client, "old.test"));
    current = test::pki().mutual_server({"new.test"});
    EXPECT_TRUE(ask(client, "new.test"));
    EXPECT_FALSE(ask(client, "old.test"));
}

TEST_F(ServerTlsTest, PlainHttpIsClosed) {
    start(test::pki().public_server({"api.test"}));
    const std::string text =
        test::run(loop, test::RawHttpClient::talk(server->endpoint(),
                                                  {{"GET / HTTP/1.1\r\nHost: x\r\n\r\n"}}));
    EXPECT_THAT(text, testing::Not(HasSubstr("HTTP/1.1")));
    EXPECT_EQ(server->log.count("tls-handshake-failed"), 1U);
}

TEST_F(ServerTlsTest, ASlowHandshakeIsClosed) {
    start(test::pki().public_server({"api.test"}));
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(test::run(loop, test::RawHttpClient::talk(server->endpoint(), {{"\x16\x03\x01"}})),
              "");
    EXPECT_LT(std::chrono::steady_clock::now() - begin, Milliseconds(2000));
}

/// What the server agrees to when a client offers `protocols` (RFC 7301), and what it answers then;
/// nothing when it refuses.
Awaitable<std::optional<std::string>> agreed(net::Endpoint to, net::TlsContext context,
                                             std::string protocols) {
    auto socket = co_await net::connect(to, {}, test::soon());
    asio::ssl::stream<asio::ip::tcp::socket> stream(std::move(*socket), *context);
    if (!protocols.empty()) {
        SSL_set_alpn_protos(stream.native_handle(),
                            reinterpret_cast<const unsigned char*>(protocols.data()),
                            static_cast<unsigned>(protocols.size()));
    }
    const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::client,
                                                         asio::as_tuple(asio::deferred));
    if (error) {
        co_return std::nullopt;
    }
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(stream.native_handle(), &chosen, &size);
    const std::string protocol(reinterpret_cast<const char*>(chosen), size);
    const std::string request = protocol == "h2"
                                    ? test::http2::hello() + test::http2::get(1)
                                    : "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    co_await asio::async_write(stream, asio::buffer(request), asio::deferred);
    std::string answer(9, '\0');
    co_await asio::async_read(stream, asio::buffer(answer), asio::deferred);
    EXPECT_EQ(protocol == "h2", answer != "HTTP/1.1 ");
    co_return protocol;
}

TEST_F(ServerTlsTest, SpeaksHttp2OrHttp1AsTheClientLikes) { // RFC 7301 §3.2
    start(test::pki().public_server({"api.test"}));
    const auto client = test::TestPki::must(net::unverified_client_context());
    const auto ask_for = [&](std::string protocols) {
        return test::run(loop, agreed(server->endpoint(), client, std::move(protocols)));
    };
    EXPECT_EQ(ask_for("\x02h2\x08http/1.1"), "h2");
    EXPECT_EQ(ask_for("\x08http/1.1\x02h2"), "h2");
    EXPECT_EQ(ask_for("\x08http/1.1"), "http/1.1");
    EXPECT_EQ(ask_for("\x02h3\x08http/1.1"), "http/1.1");
    EXPECT_EQ(ask_for(""), "") << "a client without ALPN gets HTTP/1.1";
    EXPECT_EQ(ask_for("\x03"
                      "ftp"),
              std::nullopt);
}

TEST_F(ServerTlsTest, ManyRequestsShareAConnection) {
    start(test::pki().mutual_server({"agent.test"}));
    const auto context = test::pki().mutual_client({"coordinator.test"});
    int handshakes = 0;
    Pool pool(loop, server->clock,
              {.host = "127.0.0.1",
               .port = server->endpoint().port,
               .tls =
                   [&] {
                       ++handshakes;
                       return context;
                   },
               .peer_identity = "agent.test"});
    for (int i = 0; i < 20; ++i) {
        const auto response = test::run(
            loop, pool.send({.method = "POST", .body = std::string(20'000, 'a')}, test::soon()));
        ASSERT_TRUE(response) << response.error().detail;
    }
    EXPECT_EQ(handshakes, 1);
    EXPECT_EQ(peers.front().endpoint, peers.back().endpoint);
}

} // namespace
} // namespace base::http
