// SPDX-License-Identifier: Apache-2.0
// Connections that have come while the loop was busy, and all wait to be accepted.

#include "base/async/task_set.hpp"
#include "base/http/server.hpp"

#include "support/http_server.hpp"
#include "support/raw_http_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace base::http {
namespace {

using test::RawHttpClient;
using testing::EndsWith;

constexpr std::size_t burst = 200; // some wait in the kernel, which may hold 4096 by default

Awaitable<Response> fine(const Request&, const Peer&) {
    co_return Response{.body = "fine"};
}

/// Connections that the kernel has made; the server's loop has not run meanwhile.
std::vector<RawHttpClient> come(asio::io_context& loop, net::Endpoint to) {
    std::vector<RawHttpClient> clients;
    for (std::size_t i = 0; i < burst; ++i) {
        clients.push_back(RawHttpClient::connect_now(loop, to));
    }
    return clients;
}

Awaitable<std::string> ask(RawHttpClient& client) {
    co_await client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    co_return co_await client.receive();
}

TEST(AcceptBurst, AreAcceptedManyAtOnceAndNotAllAtOnce) {
    asio::io_context loop;
    test::HttpServer server(loop, fine);
    loop.poll(); // it waits for connections
    auto clients = come(loop, server.endpoint());
    ASSERT_EQ(server.server->connections(), 0U);
    loop.restart();
    while (server.server->connections() == 0) {
        ASSERT_EQ(loop.run_one_for(std::chrono::seconds(10)), 1U);
    }
    EXPECT_GT(server.server->connections(), 10U) << "in one turn of the loop";
    EXPECT_LT(server.server->connections(), burst) << "what else there is to do gets its turn";
}

TEST(AcceptBurst, AreAllServed) {
    asio::io_context loop;
    test::HttpServer server(loop, fine);
    auto clients = come(loop, server.endpoint());
    std::vector<Awaitable<std::string>> all;
    for (RawHttpClient& client : clients) {
        all.push_back(ask(client));
    }
    for (const std::string& answer : test::run(loop, gather(std::move(all)))) {
        EXPECT_THAT(answer, EndsWith("fine"));
    }
    EXPECT_EQ(server.log.count("accept-failed"), 0U);
}

TEST(AcceptBurst, BeyondTheLimitTheyAreClosedAtOnce) {
    asio::io_context loop;
    test::HttpServer server(loop, fine, [](ServerOptions& o) { o.limits.connections = 100; });
    auto clients = come(loop, server.endpoint());
    EXPECT_TRUE(test::run_until(loop, [&] { return server.server->connections() == 100; }));
    EXPECT_EQ(test::run(loop, clients.back().receive()), "");
    EXPECT_THAT(test::run(loop, ask(clients.front())), EndsWith("fine"));
}

} // namespace
} // namespace base::http
