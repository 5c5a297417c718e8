// SPDX-License-Identifier: Apache-2.0
#include "base/http/server.hpp"

#include "base/async/task_set.hpp"
#include "support/http_server.hpp"
#include "support/raw_http_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace base::http {
namespace {

using std::chrono::milliseconds;
using test::Piece;
using test::RawHttpClient;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr const char* get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr const char* close_get = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

Awaitable<Response> fine(const Request&, const Peer&) {
    co_return Response{.body = "fine"};
}

Awaitable<Response> slow(const Request&, const Peer&) {
    const auto slept = co_await sleep_until(test::soon(milliseconds(300)));
    co_return Response{.body = slept ? "slow" : "cut"};
}

Awaitable<Response> large(const Request&, const Peer&) {
    co_return Response{.body = std::string(32 * 1024 * 1024, 'a')};
}

class ServerLimitsTest : public testing::Test {
protected:
    void start(Handler handler, const std::function<void(ServerLimits&)>& change = {}) {
        server.emplace(loop, std::move(handler), [&](ServerOptions& options) {
            if (change) {
                change(options.limits);
            }
        });
    }
    std::string talk(std::vector<Piece> pieces) {
        return test::run(loop, RawHttpClient::talk(server->endpoint(), std::move(pieces)));
    }

    asio::io_context loop;
    std::optional<test::HttpServer> server;
};

TEST_F(ServerLimitsTest, HeadOverItsLimitIsAnswered) {
    start(fine, [](ServerLimits& l) { l.head_bytes = 512; });
    EXPECT_THAT(talk({{"GET / HTTP/1.1\r\nX: " + std::string(100'000, 'a')}}),
                StartsWith("HTTP/1.1 400"));
    EXPECT_THAT(server->rejections, ElementsAre(Rejection::head_too_large));
}

TEST_F(ServerLimitsTest, BodyOverItsLimitIsAnsweredThoughTheClientStillSends) {
    start(fine, [](ServerLimits& l) { l.body_bytes = 100; });
    EXPECT_THAT(talk({{"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 150000\r\n\r\n"
                       + std::string(150'000, 'a')}}),
                StartsWith("HTTP/1.1 400"));
    EXPECT_THAT(server->rejections, ElementsAre(Rejection::body_too_large));
}

TEST_F(ServerLimitsTest, ASlowHeadIsAnsweredAndClosed) {
    start(fine, [](ServerLimits& l) { l.head = milliseconds(100); });
    EXPECT_THAT(
        talk({{"GET / HT"}, {"TP/1.1\r\nHost", milliseconds(50)}, {": x", milliseconds(60)}}),
        AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("head")));
    EXPECT_THAT(server->rejections, ElementsAre(Rejection::timeout));
}

TEST_F(ServerLimitsTest, ASlowBodyIsAnsweredAndClosed) {
    start(fine, [](ServerLimits& l) { l.body = milliseconds(100); });
    EXPECT_THAT(talk({{"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab"},
                      {"c", milliseconds(50)},
                      {"d", milliseconds(60)}}),
                AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("body")));
    EXPECT_THAT(server->rejections, ElementsAre(Rejection::timeout));
}

TEST_F(ServerLimitsTest, TheTimeForTheHeadBeginsWithItsFirstOctet) {
    start(fine, [](ServerLimits& l) { l.head = milliseconds(100); });
    EXPECT_THAT(talk({{close_get, milliseconds(200)}}), EndsWith("fine"));
}

TEST_F(ServerLimitsTest, AnIdleConnectionIsClosedSilently) {
    start(fine, [](ServerLimits& l) { l.idle = milliseconds(50); });
    EXPECT_EQ(talk({}), "");
    EXPECT_THAT(talk({{get}}), EndsWith("fine"));
    EXPECT_THAT(server->rejections, IsEmpty());
}

TEST_F(ServerLimitsTest, AClientThatDoesNotReadIsClosed) {
    start(large, [](ServerLimits& l) { l.write = milliseconds(100); });
    const std::size_t got = test::run(loop, [](net::Endpoint to) -> Awaitable<std::size_t> {
        RawHttpClient client = co_await RawHttpClient::connect(to);
        co_await client.send(get);
        co_await sleep_until(test::soon(milliseconds(300)));
        const std::string all = co_await client.receive();
        co_return all.size();
    }(server->endpoint()));
    EXPECT_LT(got, 32U * 1024 * 1024);
}

TEST_F(ServerLimitsTest, LargeResponsesArriveWhole) {
    start(large);
    EXPECT_GT(talk({{close_get}}).size(), 32U * 1024 * 1024);
}

TEST_F(ServerLimitsTest, ConnectionsCarrySoManyRequests) {
    start(fine, [](ServerLimits& l) { l.requests_per_connection = 2; });
    const std::string text = talk({{std::string(get) + get + get}});
    const std::size_t second = text.find("HTTP/1.1 200", 1);
    ASSERT_NE(second, std::string::npos);
    EXPECT_THAT(text.substr(second), HasSubstr("Connection: close\r\n"));
    EXPECT_EQ(text.find("HTTP/1.1 200", second + 1), std::string::npos);
}

/// Opens `holders` connections with a request each, then one more; returns what that one got.
Awaitable<std::string> one_more(net::Endpoint to, std::size_t holders) {
    std::vector<RawHttpClient> held;
    for (std::size_t i = 0; i < holders; ++i) {
        held.push_back(co_await RawHttpClient::connect(to));
        co_await held.back().send(get);
        co_await held.back().receive("fine");
    }
    co_return co_await RawHttpClient::talk(to, {{close_get}});
}

TEST_F(ServerLimitsTest, ConnectionsOverTheLimitAreClosedAtOnce) {
    start(fine, [](ServerLimits& l) { l.connections = 2; });
    EXPECT_EQ(test::run(loop, one_more(server->endpoint(), 2)), "");
    EXPECT_THAT(test::run(loop, one_more(server->endpoint(), 1)), EndsWith("fine"))
        << "the places are free again";
}

TEST_F(ServerLimitsTest, ConnectionsOfOneAddressAreCounted) {
    start(fine, [](ServerLimits& l) { l.connections_per_address = 2; });
    EXPECT_EQ(test::run(loop, one_more(server->endpoint(), 2)), "");
    EXPECT_THAT(test::run(loop, one_more(server->endpoint(), 1)), EndsWith("fine"));
}

/// Asks, drains while the answer is under way, and returns the answer.
Awaitable<std::string> drained_meanwhile(Server& server, milliseconds limit) {
    RawHttpClient busy = co_await RawHttpClient::connect(server.endpoint());
    RawHttpClient idle = co_await RawHttpClient::connect(server.endpoint());
    co_await busy.send(get);
    co_await sleep_until(test::soon(milliseconds(50)));
    EXPECT_EQ(server.connections(), 2U);
    co_await server.drain(limit);
    EXPECT_EQ(server.connections(), 0U);
    EXPECT_EQ(co_await idle.receive(), "");
    co_return co_await busy.receive();
}

TEST_F(ServerLimitsTest, DrainLetsRequestsFinishAndClosesIdleConnections) {
    start(slow);
    const net::Endpoint at = server->endpoint();
    const auto begin = std::chrono::steady_clock::now();
    const std::string text =
        test::run(loop, drained_meanwhile(*server->server, milliseconds(5000)));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(2000))
        << "no longer than needed";
    EXPECT_THAT(text, HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(text, EndsWith("slow"));
    const auto refused = test::run(loop, net::connect(at, {}, test::soon()));
    ASSERT_FALSE(refused) << "it accepts no more";
    EXPECT_EQ(refused.error().kind, FailureKind::connection_refused);
}

TEST_F(ServerLimitsTest, DrainCancelsWhatIsLeftAtItsLimit) {
    start(slow);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(test::run(loop, drained_meanwhile(*server->server, milliseconds(50))), "");
    EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(250));
    EXPECT_THAT(server->incidents, IsEmpty()) << "a cancellation is no fault";
}

TEST_F(ServerLimitsTest, ADrainWithoutPatienceStillAwaitsTheEndOfWhatItCancels) {
    start(slow);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(test::run(loop, drained_meanwhile(*server->server, milliseconds(0))), "");
    EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(250));
}

TEST_F(ServerLimitsTest, DrainAnswersARequestThatHasArrivedButWasNotReadYet) {
    start(slow);
    const auto text = test::run(loop, [](Server& asked) -> Awaitable<std::string> {
        RawHttpClient client = co_await RawHttpClient::connect(asked.endpoint());
        co_await sleep_until(test::soon(milliseconds(50)));
        co_await client.send(get);
        co_await asked.drain(milliseconds(5000));
        co_return co_await client.receive();
    }(*server->server));
    EXPECT_THAT(text, EndsWith("slow"));
}

} // namespace
} // namespace base::http
