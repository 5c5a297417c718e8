// SPDX-License-Identifier: Apache-2.0
#include "base/http/client.hpp"
#include "base/http/server.hpp"

#include "base/core/digest.hpp"
#include "support/http_server.hpp"
#include "support/raw_http_client.hpp"
#include "support/test_pki.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
