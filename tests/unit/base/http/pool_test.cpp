// SPDX-License-Identifier: Apache-2.0
// The pool and a server of ours: what the two promise each other.

#include "base/http/client.hpp"

#include "base/async/task_set.hpp"
#include "support/http_server.hpp"
#include "support/raw_http_client.hpp"
#include "support/raw_http_server.hpp"
#include "support/test_pki.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace base::http {
namespace {

using std::chrono::milliseconds;
using test::RawHttpServer;
using testing::HasSubstr;

/// Notes who asks what, and answers after a while.
class SlowServer {
public:
    explicit SlowServer(asio::io_context& loop, std::size_t streams = 256,
                        milliseconds delay = milliseconds(50))
        : server(
              loop,
              [this, delay](const Request& request, const Peer& peer) {
                  connections.insert(peer.endpoint);
                  requests.push_back(request);
                  return answer(request.body, delay);
              },
              [streams](ServerOptions& options) { options.limits.streams = streams; }) {}

    Awaitable<Response> answer(std::string body, milliseconds delay) {
        most = std::max(most, ++at_once);
        static_cast<void>(co_await sleep_until(test::soon(delay)));
        --at_once;
        ++finished;
        co_return Response{.body = body.empty() ? "late" : body};
    }

    std::set<net::Endpoint> connections;
    std::vector<Request> requests;
    std::size_t at_once = 0;
    std::size_t most = 0;
    std::size_t finished = 0;
    test::HttpServer server;
};

class PoolTest : public testing::Test {
protected:
    static PoolOptions options_for(net::Endpoint to) {
        return {.host = to.address.to_string(), .port = to.port};
    }
    Result<Response> ask(Pool& pool, Deadline deadline = test::soon(), std::string body = {}) {
        return test::run(loop, pool.send({.target = "/x", .body = std::move(body)}, deadline));
    }
    /// Several at once.
    std::vector<Result<Response>> ask_many(Pool& pool, int n, Deadline deadline = test::soon()) {
        std::vector<Awaitable<Result<Response>>> all;
        for (int i = 0; i < n; ++i) {
            all.push_back(pool.send({.target = "/" + std::to_string(i)}, deadline));
        }
        return test::run(loop, gather(std::move(all)));
    }
    void until(const std::function<bool()>& condition) {
        EXPECT_TRUE(test::run_until(loop, condition));
    }

    asio::io_context loop;
    SystemClock clock;
};

TEST_F(PoolTest, ARequestArrivesAsItWasSentAndItsResponseToo) {
    test::HttpServer server(loop, [](const Request& request, const Peer&) {
        return [](Request got) -> Awaitable<Response> {
            co_return Response{.status = 207,
                               .headers = {{"X-Target", got.target},
                                           {"x-host", std::string(got.headers.get("HOST"))},
                                           {"X-Field", std::string(got.headers.get("X-Field"))},
                                           {"X-Method", got.method}},
                               .body = got.body};
        }(request);
    });
    Pool pool(loop, clock, options_for(server.endpoint()));
    const auto response =
        test::run(loop, pool.send({.method = "POST",
                                   .target = "/a/b?c=d",
                                   .headers = {{"X-Field", "value"}, {"Connection", "keep-alive"}},
                                   .body = "question"},
                                  test::soon()));
    ASSERT_TRUE(response) << response.error().detail;
    EXPECT_EQ(response->status, 207U);
    EXPECT_EQ(response->body, "question");
    EXPECT_EQ(response->headers.get("X-Target"), "/a/b?c=d");
    EXPECT_EQ(response->headers.get("X-Host"), server.endpoint().to_string());
    EXPECT_EQ(response->headers.get("X-Field"), "value");
    EXPECT_EQ(response->headers.get("X-Method"), "POST");
    EXPECT_EQ(response->headers.count("Content-Length"), 0U); // the stream's end says it
    EXPECT_NE(response->headers.get("Date"), "");
    EXPECT_EQ(pool.open_connections(), 1U);
}

TEST_F(PoolTest, ManyRequestsShareOneConnection) {
    SlowServer slow(loop);
    Pool pool(loop, clock, options_for(slow.server.endpoint()));
    EXPECT_TRUE(ask(pool));
    for (const auto& response : ask_many(pool, 180)) {
        ASSERT_TRUE(response) << response.error().detail;
        EXPECT_EQ(response->body, "late");
    }
    EXPECT_EQ(slow.most, 180U) << "side by side";
    EXPECT_EQ(slow.connections.size(), 1U);
    EXPECT_EQ(pool.open_connections(), 1U);
}

TEST_F(PoolTest, EachResponseIsItsOwnRequests) {
    test::HttpServer server(loop, [](const Request& request, const Peer&) {
        return [](std::string target) -> Awaitable<Response> {
            const int n = std::stoi(target.substr(1));
            static_cast<void>(co_await sleep_until(test::soon(milliseconds((n * 7) % 30))));
            co_return Response{.body =
                                   target + std::string(static_cast<std::size_t>(n) * 700, 'x')};
        }(request.target);
    });
    Pool pool(loop, clock, options_for(server.endpoint()));
    const auto responses = ask_many(pool, 100);
    for (std::size_t i = 0; i < responses.size(); ++i) {
        ASSERT_TRUE(responses[i]);
        EXPECT_EQ(responses[i]->body, "/" + std::to_string(i) + std::string(i * 700, 'x'));
    }
}

TEST_F(PoolTest, OpensAnotherConnectionWhenTheFirstIsNearlyFull) {
    SlowServer slow(loop, 8);
    PoolOptions options = options_for(slow.server.endpoint());
    options.max_connections = 3;
    Pool pool(loop, clock, options);
    EXPECT_TRUE(ask(pool));
    ask_many(pool, 5);
    EXPECT_EQ(pool.open_connections(), 1U);
    ask_many(pool, 6);
    EXPECT_EQ(pool.open_connections(), 2U);
    for (const auto& response : ask_many(pool, 40)) {
        EXPECT_TRUE(response) << response.error().detail;
    }
    EXPECT_EQ(pool.open_connections(), 3U);
    EXPECT_LE(slow.most, 24U);
    EXPECT_GT(slow.most, 16U);
}

TEST_F(PoolTest, OthersWaitTheirTurn) {
    SlowServer slow(loop, 2);
    PoolOptions options = options_for(slow.server.endpoint());
    options.max_connections = 1;
    Pool pool(loop, clock, options);
    EXPECT_TRUE(ask(pool));
    for (const auto& response : ask_many(pool, 6)) {
        EXPECT_TRUE(response) << response.error().detail;
    }
    EXPECT_EQ(slow.most, 2U);
    EXPECT_EQ(slow.connections.size(), 1U);
    ASSERT_EQ(slow.requests.size(), 7U);
    EXPECT_EQ((std::set{slow.requests[3].target, slow.requests[4].target}),
              (std::set<std::string>{"/2", "/3"}))
        << "first come, first served";
}

TEST_F(PoolTest, WaitingIsPartOfTheDeadline) {
    SlowServer slow(loop, 1, milliseconds(600));
    PoolOptions options = options_for(slow.server.endpoint());
    options.max_connections = 1;
    Pool pool(loop, clock, options);
    EXPECT_TRUE(ask(pool));
    const auto responses = ask_many(pool, 3, test::soon(milliseconds(900)));
    EXPECT_TRUE(responses[0]);
    ASSERT_FALSE(responses[2]);
    EXPECT_EQ(responses[2].error().kind, FailureKind::timeout);
    until([&] { return slow.at_once == 0; }); // until then the server refuses more
    EXPECT_TRUE(ask(pool)) << "no place was lost";
}

TEST_F(PoolTest, OverloadIsSaidAtOnce) {
    SlowServer slow(loop, 1);
    PoolOptions options = options_for(slow.server.endpoint());
    options.max_connections = 1;
    options.max_waiting = 2;
    Pool pool(loop, clock, options);
    EXPECT_TRUE(ask(pool));
    const auto responses = ask_many(pool, 4);
    EXPECT_TRUE(responses[0] && responses[1] && responses[2]);
    ASSERT_FALSE(responses[3]);
    EXPECT_EQ(responses[3].error().kind, FailureKind::overloaded);
    EXPECT_EQ(slow.requests.size(), 4U);
}

TEST_F(PoolTest, ATimeoutEndsItsOwnRequestOnly) {
    SlowServer slow(loop, 256, milliseconds(300));
    Pool pool(loop, clock, options_for(slow.server.endpoint()));
    std::vector<Awaitable<Result<Response>>> both;
    both.push_back(pool.send({}, test::soon(milliseconds(100))));
    both.push_back(pool.send({}, test::soon()));
    const auto begin = clock.steady();
    const auto responses = test::run(loop, gather(std::move(both)));
    ASSERT_FALSE(responses[0]);
    EXPECT_EQ(responses[0].error().kind, FailureKind::timeout);
    EXPECT_TRUE(responses[1]);
    EXPECT_GE(clock.steady() - begin, milliseconds(300));
    EXPECT_EQ(slow.connections.size(), 1U);
    EXPECT_EQ(pool.open_connections(), 1U);
    EXPECT_EQ(slow.finished, 2U) << "what a handler does is complete, wanted or not";
}

TEST_F(PoolTest, ATimeoutIsInTime) {
    SlowServer slow(loop, 256, milliseconds(2000));
    Pool pool(loop, clock, options_for(slow.server.endpoint()));
    const auto begin = clock.steady();
    EXPECT_EQ(ask(pool, test::soon(milliseconds(100))).error().kind, FailureKind::timeout);
    EXPECT_GE(clock.steady() - begin, milliseconds(100));
    EXPECT_LT(clock.steady() - begin, milliseconds(1000));
    EXPECT_EQ(ask(pool, Deadline(clock.steady())).error().kind, FailureKind::timeout);
}

Awaitable<Result<void>> ask_and_keep(Pool& pool, Result<Response>& out) {
    out = co_await pool.send({.target = "/x"}, test::soon());
    co_return Result<void>();
}

TEST_F(PoolTest, CancellationEndsItsOwnRequestOnly) {
    SlowServer slow(loop, 256, milliseconds(200));
    Pool pool(loop, clock, options_for(slow.server.endpoint()));
    Result<Response> response;
    EXPECT_TRUE(test::run(
        loop, with_deadline(test::soon(milliseconds(50)), "test", ask_and_keep(pool, response))));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, FailureKind::cancelled);
    EXPECT_EQ(pool.open_connections(), 1U);
    EXPECT_TRUE(ask(pool));
    EXPECT_EQ(slow.connections.size(), 1U);
}

TEST_F(PoolTest, LargeBodiesGoBothWays) {
    test::HttpServer server(loop, [](const Request& request, const Peer&) {
        return [](std::size_t n) -> Awaitable<Response> {
            co_return Response{.body = std::string(16 * n, 'r')};
        }(request.body.size());
    });
    Pool pool(loop, clock, options_for(server.endpoint()));
    for (int i = 0; i < 20; ++i) {
        const auto response = ask(pool, test::soon(), std::string(60'000, 'q'));
        ASSERT_TRUE(response) << response.error().detail;
        EXPECT_EQ(response->body.size(), 960'000U);
    }
    EXPECT_EQ(pool.open_connections(), 1U);
}

TEST_F(PoolTest, ABodyOverTheLimitEndsItsOwnRequestOnly) {
    test::HttpServer server(loop, [](const Request& request, const Peer&) {
        return [](bool large) -> Awaitable<Response> {
            co_return Response{.body = std::string(large ? 100'001 : 100'000, 'r')};
        }(request.target == "/1");
    });
    PoolOptions options = options_for(server.endpoint());
    options.body_limit = 100'000;
    Pool pool(loop, clock, options);
    const auto responses = ask_many(pool, 3);
    EXPECT_TRUE(responses[0] && responses[2]);
    ASSERT_FALSE(responses[1]);
    EXPECT_EQ(responses[1].error().kind, FailureKind::http_too_large);
    EXPECT_EQ(pool.open_connections(), 1U);
}

TEST_F(PoolTest, ClosesAnIdleConnectionAfterAWhile) {
    SlowServer slow(loop);
    PoolOptions options = options_for(slow.server.endpoint());
    options.idle_timeout = milliseconds(150);
    Pool pool(loop, clock, options);
    ask_many(pool, 3);
    const auto idle_since = clock.steady();
    EXPECT_EQ(pool.open_connections(), 1U);
    until([&] { return pool.open_connections() == 0; });
    EXPECT_GE(clock.steady() - idle_since, milliseconds(100));
    until([&] { return slow.server.server->connections() == 0; });
}

TEST_F(PoolTest, CloseIdleClosesOnlyThose) {
    SlowServer slow(loop);
    Pool pool(loop, clock, options_for(slow.server.endpoint()));
    ask_many(pool, 2);
    pool.close_idle();
    until([&] { return pool.open_connections() == 0; });
    Result<Response> response;
    EXPECT_TRUE(test::run(loop, [](Pool& asked, Result<Response>& out) -> Awaitable<Result<void>> {
        TaskSet tasks(
            static_cast<asio::io_context&>((co_await asio::this_coro::executor).context()));
        tasks.spawn([](Pool& p, Result<Response>& o) -> Awaitable<void> {
            static_cast<void>(co_await ask_and_keep(p, o));
        }(asked, out));
        static_cast<void>(co_await sleep_until(test::soon(milliseconds(25))));
        asked.close_idle();
        co_await tasks.join();
        co_return Result<void>();
    }(pool, response)));
    EXPECT_TRUE(response) << "it was not idle";
    EXPECT_EQ(slow.connections.size(), 2U);
}

TEST_F(PoolTest, ARequestMayOutliveItsPool) {
    SlowServer slow(loop);
    auto pool = std::make_unique<Pool>(loop, clock, options_for(slow.server.endpoint()));
    EXPECT_TRUE(ask(*pool));
    auto pending = pool->send({}, test::soon());
    pool.reset();
    EXPECT_TRUE(test::run(loop, std::move(pending)));
    until([&] { return slow.server.server->connections() == 0; }); // nor is its connection kept
}

TEST_F(PoolTest, APoolMayDieWhileItConnects) {
    const RawHttpServer silent({{test::raw::Hold{}}});
    const auto tls = test::TestPki::must(net::unverified_client_context());
    PoolOptions options = options_for(silent.endpoint());
    options.tls = [tls] { return tls; };
    options.connect_timeout = milliseconds(300);
    auto pool = std::make_unique<Pool>(loop, clock, options);
    EXPECT_FALSE(ask(*pool, test::soon(milliseconds(50))));
    EXPECT_EQ(pool->open_connections(), 1U);
    pool.reset();
    loop.restart();
    loop.run(); // nothing is left of it
}

TEST_F(PoolTest, RefusedIsRefused) {
    net::Endpoint gone;
    {
        const RawHttpServer server({{}});
        gone = server.endpoint();
    }
    Pool pool(loop, clock, options_for(gone));
    for (const auto& response : ask_many(pool, 3)) {
        ASSERT_FALSE(response);
        EXPECT_EQ(response.error().kind, FailureKind::connection_refused);
    }
    EXPECT_EQ(pool.open_connections(), 0U);
}

TEST_F(PoolTest, ResolvesItsHostAndTriesEachAddress) {
    SlowServer slow(loop); // on 127.0.0.1, not on ::1
    PoolOptions options = options_for(slow.server.endpoint());
    options.host = "localhost";
    Pool pool(loop, clock, options);
    const auto response = ask(pool);
    ASSERT_TRUE(response) << response.error().detail;
    EXPECT_EQ(slow.requests[0].headers.get("Host"),
              "localhost:" + std::to_string(slow.server.endpoint().port));
}

TEST_F(PoolTest, ANameWithoutAddressIsNoAddress) {
    Pool pool(loop, clock, {.host = "no-such-host.invalid", .port = 1});
    const auto response = ask(pool);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, FailureKind::no_address) << response.error().detail;
    EXPECT_THAT(response.error().detail, HasSubstr("no-such-host.invalid"));
}

TEST_F(PoolTest, SendsTheHostItIsGiven) {
    SlowServer slow(loop);
    Pool pool(loop, clock, options_for(slow.server.endpoint()));
    EXPECT_TRUE(test::run(loop, pool.send({.headers = {{"Host", "x"}}}, test::soon())));
    EXPECT_EQ(slow.requests[0].headers.get("Host"), "x");
    EXPECT_EQ(slow.requests[0].headers.count("Host"), 1U);
}

TEST_F(PoolTest, WhatCannotBeSentIsInvalidAndHarmsNobody) {
    SlowServer slow(loop);
    Pool pool(loop, clock, options_for(slow.server.endpoint()));
    EXPECT_TRUE(ask(pool));
    const auto response =
        test::run(loop, pool.send({.headers = {{"X", "a\r\nY: b"}}}, test::soon()));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, FailureKind::invalid);
    EXPECT_TRUE(ask(pool));
    EXPECT_EQ(slow.connections.size(), 1U);
}

} // namespace
} // namespace base::http
