// SPDX-License-Identifier: Apache-2.0
// Asking a perspective whether it is there.

#include "http_perspective_client_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using base::FailureKind;
using base::http::Response;
using mpic::Outcome;
using mpic::wire::AgentQuestion;
using test::HttpPerspectiveClientTest;
using test::identity;
using testing::HasSubstr;

class ProbeTest : public HttpPerspectiveClientTest {
protected:
    void start_with(unsigned status, std::string body) {
        client.reset();
        server.emplace(
            loop,
            [this, status, body](const base::http::Request& got, const base::http::Peer&) {
                requests.push_back(got);
                return say(status, body);
            },
            [](base::http::ServerOptions& options) {
                options.tls = [] { return test::pki().mutual_server({identity}); };
            });
        endpoint = server->endpoint();
    }
    base::Result<void> probe() {
        base::http::PoolOptions pool;
        pool.host = endpoint.address.to_string();
        pool.port = endpoint.port;
        pool.tls = [this] { return client_tls; };
        pool.peer_identity = identity;
        client.emplace("iad", loop, clock, std::move(pool));
        return test::run(loop, client->probe(base::Deadline::after(clock.steady(), 5s)));
    }

private:
    static base::Awaitable<Response> say(unsigned status, std::string body) {
        co_return base::http::json_response(status, std::move(body));
    }
};

TEST_F(ProbeTest, AnAgentSaysThatItIsThereAndWho) {
    start_with(200, mpic::wire::encode_agent_health("iad", "mpicd 0.1.0"));
    EXPECT_TRUE(probe());
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0].method, "GET");
    EXPECT_EQ(requests[0].target, mpic::wire::agent_health_path);
    EXPECT_EQ(client->load().questions, 0U);
    EXPECT_EQ(client->load().connections, 1U);
}

TEST_F(ProbeTest, AnOlderAgentIsThereToo) {
    start_with(404, "{}");
    EXPECT_TRUE(probe());
}

TEST_F(ProbeTest, AnotherPerspectiveIsNotTheOne) {
    start_with(200, mpic::wire::encode_agent_health("fra", "mpicd 0.1.0"));
    const auto result = probe();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, FailureKind::tls_identity);
    EXPECT_THAT(result.error().detail, HasSubstr("\"fra\", not as \"iad\""));
}

TEST_F(ProbeTest, WhatElseAnAgentMaySay) {
    for (const auto& [status, body, kind] :
         {std::tuple{403U, "{}", FailureKind::tls_identity},
          {421U, "{}", FailureKind::tls_identity},
          {500U, "{}", FailureKind::peer_malformed},
          {200U, "{}", FailureKind::peer_malformed},
          {200U, "nonsense", FailureKind::peer_malformed},
          {200U, R"({"perspective":7})", FailureKind::peer_malformed}}) {
        start_with(status, body);
        const auto result = probe();
        ASSERT_FALSE(result) << status << body;
        EXPECT_EQ(result.error().kind, kind) << status << body;
    }
}

TEST_F(ProbeTest, NobodyIsThere) {
    start_with(200, "{}");
    server.reset();
    const auto result = probe();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, FailureKind::connection_refused);
}

} // namespace
