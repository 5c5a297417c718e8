// SPDX-License-Identifier: Apache-2.0
#include "base/http/client.hpp"

#include "base/async/task_set.hpp"
#include "support/http_server.hpp"
#include "support/raw_http_client.hpp"
#include "support/raw_http_server.hpp"
#include "support/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace base::http {
namespace {

using namespace std::string_literals;
using std::chrono::milliseconds;
using test::RawHttpServer;
using test::raw::Hold;
using test::raw::Pause;
using test::raw::ReadRequest;
using test::raw::Reset;
using test::raw::Send;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

class PoolTest : public testing::Test {
protected:
    PoolOptions options_for(net::Endpoint to) {
        return {.host = to.address.to_string(), .port = to.port};
    }
    Result<Response> ask(Pool& pool, Deadline deadline = test::soon()) {
        return test::run(loop, pool.send({.target = "/x"}, deadline));
    }
    /// Several at once.
    std::vector<Result<Response>> ask_many(Pool& pool, int n, Deadline deadline = test::soon()) {
        std::vector<Awaitable<Result<Response>>> all;
        for (int i = 0; i < n; ++i) {
            all.push_back(pool.send({.target = "/" + std::to_string(i)}, deadline));
        }
        return test::run(loop, gather(std::move(all)));
    }
    void wait(milliseconds time) {
        static_cast<void>(test::run(loop, sleep_until(test::soon(time))));
    }

    asio::io_context loop;
    SystemClock clock;
};

TEST_F(PoolTest, ReusesItsConnection) {
    const RawHttpServer server({{ReadRequest{}, Send{ok}, ReadRequest{}, Send{ok}, Hold{}}});
    Pool pool(loop, clock, options_for(server.endpoint()));
    for (int i = 0; i < 2; ++i) {
        const auto response = ask(pool);
        ASSERT_TRUE(response) << response.error().detail;
        EXPECT_EQ(response->body, "ok");
        EXPECT_EQ(pool.open_connections(), 1U);
    }
    const std::string request =
        "GET /x HTTP/1.1\r\nHost: " + server.endpoint().to_string() + "\r\n\r\n";
    EXPECT_THAT(server.received(), ElementsAre(request + request));
}

TEST_F(PoolTest, ClosesWhatTheServerWantsClosed) {
    const RawHttpServer server({RawHttpServer::answer(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")});
    Pool pool(loop, clock, options_for(server.endpoint()));
    EXPECT_TRUE(ask(pool));
    EXPECT_EQ(pool.open_connections(), 0U);
    EXPECT_TRUE(ask(pool));
    EXPECT_EQ(server.connections(), 2U);
}

TEST_F(PoolTest, NoticesThatAnIdleConnectionWasClosed) {
    const RawHttpServer server({RawHttpServer::answer(ok)}); // closes after one, without saying so
    Pool pool(loop, clock, options_for(server.endpoint()));
    EXPECT_TRUE(ask(pool));
    wait(milliseconds(50));
    EXPECT_TRUE(ask(pool));
    EXPECT_EQ(server.connections(), 2U);
}

TEST_F(PoolTest, RetriesOnceOnAStaleConnection) {                         // RFC 9110 §9.2.2
    const RawHttpServer server({{ReadRequest{}, Send{ok}, ReadRequest{}}, // dies of the second
                                {ReadRequest{}, Send{ok}, Hold{}}});
    Pool pool(loop, clock, options_for(server.endpoint()));
    EXPECT_TRUE(ask(pool));
    const auto response = ask(pool);
    ASSERT_TRUE(response) << response.error().detail;
    EXPECT_EQ(server.connections(), 2U);
}

TEST_F(PoolTest, RetriesOnceAndNotTwice) {
    const RawHttpServer server(
        {{ReadRequest{}, Send{ok}, ReadRequest{}, Reset{}}, {ReadRequest{}}});
    Pool pool(loop, clock, options_for(server.endpoint()));
    EXPECT_TRUE(ask(pool));
    const auto response = ask(pool);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, FailureKind::connection_reset);
    EXPECT_EQ(server.connections(), 2U);
    EXPECT_EQ(pool.open_connections(), 0U);
}

TEST_F(PoolTest, DoesNotRetryWhatWasHalfAnswered) {
    const RawHttpServer server({{ReadRequest{}, Send{ok}, ReadRequest{}, Send{"HTTP/1.1 20"}},
                                {ReadRequest{}, Send{ok}, Hold{}}});
    Pool pool(loop, clock, options_for(server.endpoint()));
    EXPECT_TRUE(ask(pool));
    const auto response = ask(pool);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, FailureKind::connection_reset);
    EXPECT_EQ(server.connections(), 1U);
}

struct Wrong {
    std::string_view name, answer;
    FailureKind kind;
};
class PoolWrongAnswer : public PoolTest, public testing::WithParamInterface<Wrong> {};

TEST_P(PoolWrongAnswer, FailsAndClosesTheConnection) {
    const RawHttpServer server({RawHttpServer::answer(std::string(GetParam().answer))});
    PoolOptions options = options_for(server.endpoint());
    options.body_limit = 10;
    Pool pool(loop, clock, options);
    const auto response = ask(pool);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, GetParam().kind) << response.error().detail;
    EXPECT_EQ(pool.open_connections(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Table, PoolWrongAnswer,
    testing::Values(
        Wrong{"Garbage", "%&/()", FailureKind::http_malformed},
        Wrong{"BothLengths",
              "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
              FailureKind::http_malformed},
        Wrong{"TooLarge", "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n0123456789a",
              FailureKind::http_too_large},
        Wrong{"ClosedInTheBody", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n01",
              FailureKind::connection_reset},
        Wrong{"ClosedInTheHead", "HTTP/1.1 200 OK\r\nContent-", FailureKind::connection_reset}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(PoolTest, DropsAConnectionThatSaysMoreThanItWasAsked) {
    const RawHttpServer server({{ReadRequest{}, Send{ok + "HTTP/1.1 200 evil\r\n"s}, Hold{}}});
    Pool pool(loop, clock, options_for(server.endpoint()));
    EXPECT_TRUE(ask(pool));
    EXPECT_EQ(pool.open_connections(), 0U);
}

TEST_F(PoolTest, ATimeoutClosesTheConnection) {
    const RawHttpServer server({{ReadRequest{}, Send{"HTTP/1.1 200 OK\r\n"}, Hold{}}});
    Pool pool(loop, clock, options_for(server.endpoint()));
    const auto begin = clock.steady();
    const auto response = ask(pool, test::soon(milliseconds(100)));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, FailureKind::timeout);
    EXPECT_LT(clock.steady() - begin, milliseconds(1000));
    EXPECT_EQ(pool.open_connections(), 0U);
    EXPECT_EQ(ask(pool, Deadline(clock.steady())).error().kind, FailureKind::timeout);
}

TEST_F(PoolTest, AReusedConnectionKeepsADeadlineShorterThanTheLast) {
    const RawHttpServer server({{ReadRequest{}, Send{ok}, ReadRequest{}, Hold{}}});
    Pool pool(loop, clock, options_for(server.endpoint()));
    EXPECT_TRUE(ask(pool, test::soon(milliseconds(9000))));
    const auto begin = clock.steady();
    EXPECT_EQ(ask(pool, test::soon(milliseconds(100))).error().kind, FailureKind::timeout);
    EXPECT_LT(clock.steady() - begin, milliseconds(1000));
}

/// Counts connections by their peers, and answers late.
class SlowServer {
public:
    explicit SlowServer(asio::io_context& loop)
        : server(loop, [this](const Request& request, const Peer& peer) {
              connections.insert(peer.endpoint);
              targets.push_back(request.target);
              return late();
          }) {}
    static Awaitable<Response> late() {
        static_cast<void>(co_await sleep_until(test::soon(milliseconds(50))));
        co_return Response{.body = "late"};
    }
    std::set<net::Endpoint> connections;
    std::vector<std::string> targets;
    test::HttpServer server;
};

TEST_F(PoolTest, OpensAsManyConnectionsAsItMayAndOthersWaitTheirTurn) {
    SlowServer slow(loop);
    PoolOptions options = options_for(slow.server.endpoint());
    options.max_connections = 2;
    Pool pool(loop, clock, options);
    for (const auto& response : ask_many(pool, 6)) {
        EXPECT_TRUE(response) << response.error().detail;
    }
    EXPECT_EQ(slow.connections.size(), 2U);
    EXPECT_EQ(pool.open_connections(), 2U);
    ASSERT_EQ(slow.targets.size(), 6U);
    EXPECT_EQ(std::set<std::string>(slow.targets.begin() + 2, slow.targets.begin() + 4),
              (std::set<std::string>{"/2", "/3"}))
        << "first come, first served";
}

TEST_F(PoolTest, WaitingIsPartOfTheDeadline) {
    SlowServer slow(loop);
    PoolOptions options = options_for(slow.server.endpoint());
    options.max_connections = 1;
    Pool pool(loop, clock, options);
    const auto responses = ask_many(pool, 3, test::soon(milliseconds(80)));
    EXPECT_TRUE(responses[0]);
    ASSERT_FALSE(responses[2]);
    EXPECT_EQ(responses[2].error().kind, FailureKind::timeout);
    EXPECT_TRUE(ask(pool)) << "no place was lost";
}

TEST_F(PoolTest, OverloadIsSaidAtOnce) {
    SlowServer slow(loop);
    PoolOptions options = options_for(slow.server.endpoint());
    options.max_connections = 1;
    options.max_waiting = 2;
    Pool pool(loop, clock, options);
    const auto responses = ask_many(pool, 4);
    EXPECT_TRUE(responses[0] && responses[1] && responses[2]);
    ASSERT_FALSE(responses[3]);
    EXPECT_EQ(responses[3].error().kind, FailureKind::overloaded);
}

TEST_F(PoolTest, AFailedConnectionPassesItsPlaceOn) {
    const RawHttpServer server({{ReadRequest{}}, {ReadRequest{}, Send{ok}, Hold{}}});
    PoolOptions options = options_for(server.endpoint());
    options.max_connections = 1;
    Pool pool(loop, clock, options);
    const auto responses = ask_many(pool, 2);
    EXPECT_FALSE(responses[0]);
    EXPECT_TRUE(responses[1]);
}

TEST_F(PoolTest, KeepsOnlySoManyIdleConnections) {
    SlowServer slow(loop);
    PoolOptions options = options_for(slow.server.endpoint());
    options.max_idle = 1;
    Pool pool(loop, clock, options);
    ask_many(pool, 4);
    EXPECT_EQ(pool.open_connections(), 1U);
}

TEST_F(PoolTest, ClosesIdleConnectionsAfterAWhile) {
    SlowServer slow(loop);
    PoolOptions options = options_for(slow.server.endpoint());
    options.idle_timeout = milliseconds(100);
    Pool pool(loop, clock, options);
    ask_many(pool, 3);
    EXPECT_EQ(pool.open_connections(), 3U);
    wait(milliseconds(60));
    EXPECT_TRUE(ask(pool)); // 50 ms: the other two expire meanwhile
    wait(milliseconds(20));
    EXPECT_EQ(pool.open_connections(), 1U);
    wait(milliseconds(150));
    EXPECT_EQ(pool.open_connections(), 0U);
    EXPECT_EQ(slow.server.server->connections(), 0U);
}

TEST_F(PoolTest, CloseIdleClosesOnlyThose) {
    SlowServer slow(loop);
    Pool pool(loop, clock, options_for(slow.server.endpoint()));
    ask_many(pool, 2);
    pool.close_idle();
    EXPECT_EQ(pool.open_connections(), 0U);
    EXPECT_TRUE(ask(pool));
}

Awaitable<Result<void>> ask_and_keep(Pool& pool, Result<Response>& out) {
    out = co_await pool.send({.target = "/x"}, test::soon());
    co_return Result<void>();
}

TEST_F(PoolTest, CancellationClosesThatConnectionOnly) {
    const RawHttpServer server({{ReadRequest{}, Send{ok}, ReadRequest{}, Hold{}}});
    Pool pool(loop, clock, options_for(server.endpoint()));
    EXPECT_TRUE(ask(pool));
    Result<Response> response;
    EXPECT_TRUE(test::run(
        loop, with_deadline(test::soon(milliseconds(50)), "test", ask_and_keep(pool, response))));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, FailureKind::cancelled);
    EXPECT_EQ(pool.open_connections(), 0U);
}

TEST_F(PoolTest, ARequestMayOutliveItsPool) {
    SlowServer slow(loop);
    auto pool = std::make_unique<Pool>(loop, clock, options_for(slow.server.endpoint()));
    auto pending = pool->send({}, test::soon());
    pool.reset();
    const auto response = test::run(loop, std::move(pending));
    EXPECT_TRUE(response);
    wait(milliseconds(20));
    EXPECT_EQ(slow.server.server->connections(), 0U) << "and its connection is not kept";
}

TEST_F(PoolTest, RefusedIsRefused) {
    net::Endpoint gone;
    {
        const RawHttpServer server({{}});
        gone = server.endpoint();
    }
    Pool pool(loop, clock, options_for(gone));
    const auto response = ask(pool);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, FailureKind::connection_refused);
    EXPECT_EQ(pool.open_connections(), 0U);
}

TEST_F(PoolTest, ResolvesItsHostAndTriesEachAddress) {
    const RawHttpServer server({RawHttpServer::answer(ok)}); // on 127.0.0.1, not on ::1
    PoolOptions options = options_for(server.endpoint());
    options.host = "localhost";
    Pool pool(loop, clock, options);
    const auto response = ask(pool);
    ASSERT_TRUE(response) << response.error().detail;
    EXPECT_THAT(server.received()[0],
                HasSubstr("Host: localhost:" + std::to_string(server.endpoint().port) + "\r\n"));
}

TEST_F(PoolTest, ANameWithoutAddressIsNoAddress) {
    Pool pool(loop, clock, {.host = "no-such-host.invalid", .port = 1});
    const auto response = ask(pool);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, FailureKind::no_address) << response.error().detail;
    EXPECT_THAT(response.error().detail, HasSubstr("no-such-host.invalid"));
}

TEST_F(PoolTest, SendsTheHostItIsGiven) {
    const RawHttpServer server({RawHttpServer::answer(ok)});
    Pool pool(loop, clock, options_for(server.endpoint()));
    EXPECT_TRUE(test::run(loop, pool.send({.headers = {{"Host", "x"}}}, test::soon())));
    EXPECT_THAT(server.received(), ElementsAre("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
}

} // namespace
} // namespace base::http
