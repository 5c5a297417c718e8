// SPDX-License-Identifier: Apache-2.0
// The server and well-behaved clients of HTTP/2.

#include "base/http/server.hpp"

#include "base/async/task_set.hpp"
#include "support/http_server.hpp"
#include "support/raw_http2_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace base::http {
namespace {

using std::chrono::milliseconds;
using test::RawHttp2Client;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
namespace h2 = test::http2;

/// Answers with what it was asked.
Awaitable<Response> echo(const Request& request, const Peer&) {
    co_return Response{.headers = {{"X-Method", request.method},
                                   {"X-Host", std::string(request.headers.get("Host"))}},
                       .body = request.target + "|" + request.body};
}

Awaitable<Response> slow(const Request& request, const Peer&) {
    const auto slept = co_await sleep_until(test::soon(milliseconds(300)));
    co_return Response{.body = (slept ? "slow" : "cut") + request.target};
}

class Http2ServerTest : public testing::Test {
protected:
    void start(Handler handler, const std::function<void(ServerLimits&)>& change = {}) {
        server.emplace(loop, std::move(handler), [&](ServerOptions& options) {
            if (change) {
                change(options.limits);
            }
        });
    }
    RawHttp2Client ask(std::string octets, std::uint32_t stream = 1) {
        return test::exchange_http2(loop, server->endpoint(), std::move(octets), stream);
    }

    asio::io_context loop;
    std::optional<test::HttpServer> server;
};

TEST_F(Http2ServerTest, AnswersARequest) {
    start(echo);
    const auto client = ask(h2::hello() + h2::get(1, "/a?b"));
    EXPECT_EQ(client.frames.at(0).type, h2::settings_frame) << "RFC 9113 §3.4";
    const auto* head = client.find(h2::headers_frame, 1);
    ASSERT_NE(head, nullptr);
    EXPECT_EQ(head->payload.at(0), '\x88') << ":status 200, from the static table";
    EXPECT_EQ(client.body(1), "/a?b|");
    EXPECT_THAT(server->rejections, IsEmpty());
}

TEST_F(Http2ServerTest, ReadsABodyInPieces) {
    start(echo);
    const auto client = ask(h2::hello() + h2::post(1) + h2::data(1, "ab", false)
                            + h2::data(1, "", false) + h2::data(1, "cd", true));
    EXPECT_EQ(client.body(1), "/|abcd");
}

TEST_F(Http2ServerTest, TrailersAreDropped) { // RFC 9110 §6.5.1
    start(echo);
    const auto client = ask(h2::hello() + h2::post(1) + h2::data(1, "ab", false)
                            + h2::headers(1, {{"x", "y"}}, true));
    EXPECT_EQ(client.body(1), "/|ab");
}

TEST_F(Http2ServerTest, OctetByOctetIsTheSame) {
    start(echo);
    const auto body = test::run(loop, [](net::Endpoint to) -> Awaitable<std::string> {
        RawHttp2Client client = co_await RawHttp2Client::connect(to);
        for (const char c : h2::hello() + h2::post(1) + h2::data(1, "abc")) {
            co_await client.send(std::string(1, c));
        }
        co_await client.receive_end_of(1);
        co_return client.body(1);
    }(server->endpoint()));
    EXPECT_EQ(body, "/|abc");
}

TEST_F(Http2ServerTest, ManyRequestsAreUnderWayAtOnce) {
    std::size_t at_once = 0;
    std::size_t most = 0;
    start(
        [&](const Request& request, const Peer& peer) {
            return [](const Request& r, const Peer& p, std::size_t* now,
                      std::size_t* max) -> Awaitable<Response> {
                *max = std::max(*max, ++*now);
                auto response = co_await slow(r, p);
                --*now;
                co_return response;
            }(request, peer, &at_once, &most);
        },
        [](ServerLimits& l) { l.streams = 1000; });
    std::string all = h2::hello();
    for (std::uint32_t i = 0; i < 1000; ++i) {
        all += h2::get(2 * i + 1, "/" + std::to_string(i));
    }
    const auto client =
        test::run(loop, [](net::Endpoint to, std::string octets) -> Awaitable<RawHttp2Client> {
            RawHttp2Client c = co_await RawHttp2Client::connect(to);
            co_await c.send(std::move(octets));
            co_await c.receive([](const auto& got) {
                return std::ranges::count_if(got.frames,
                                             [](const auto& f) { return f.ends_stream(); })
                       == 1000;
            });
            co_return c;
        }(server->endpoint(), std::move(all)));
    EXPECT_EQ(most, 1000U);
    EXPECT_EQ(client.body(1), "slow/0");
    EXPECT_EQ(client.body(1999), "slow/999");
}

TEST_F(Http2ServerTest, AllHeadsMayComeBeforeTheFirstBody) { // as nghttp2's clients send them
    start(echo, [](ServerLimits& l) { l.streams = 6000; });
    std::string heads = h2::hello();
    std::string bodies;
    for (std::uint32_t stream = 1; stream < 12'000; stream += 2) {
        heads += h2::post(stream);
        bodies += h2::data(stream, "x");
    }
    EXPECT_EQ(ask(heads + bodies, 11'999).body(11'999), "/|x");
    EXPECT_THAT(server->rejections, IsEmpty());
}

TEST_F(Http2ServerTest, HeadHasNoBodyButItsLength) { // RFC 9110 §9.3.2
    start(echo);
    const auto client = ask(h2::hello() + h2::headers(1, h2::request_fields("HEAD", "/h")));
    EXPECT_TRUE(client.find(h2::headers_frame, 1)->ends_stream());
    EXPECT_EQ(client.count(h2::data_frame), 0U);
}

TEST_F(Http2ServerTest, HostOrAuthority) { // RFC 9113 §8.3.1
    std::vector<std::string> hosts;
    start([&hosts](const Request& request, const Peer& peer) {
        hosts.emplace_back(request.headers.get("Host"));
        EXPECT_EQ(request.headers.count("Host"), 1U);
        return echo(request, peer);
    });
    h2::Fields host = h2::request_fields();
    host.erase(host.begin() + 2);
    host.emplace_back("host", "only.test");
    h2::Fields both = h2::request_fields();
    both.emplace_back("host", "X");
    ask(h2::hello() + h2::headers(1, host) + h2::headers(3, both), 3);
    EXPECT_THAT(hosts, ElementsAre("only.test", "x"));
    h2::Fields other = h2::request_fields();
    other.emplace_back("host", "other");
    ask(h2::hello() + h2::headers(1, other));
    EXPECT_THAT(server->rejections, ElementsAre(Rejection::malformed));
    EXPECT_EQ(hosts.size(), 2U);
}

TEST_F(Http2ServerTest, SaysContinueWhenTheBodyIsHeldBack) { // RFC 9110 §10.1.1
    start(echo);
    const auto client = test::run(loop, [](net::Endpoint to) -> Awaitable<RawHttp2Client> {
        RawHttp2Client c = co_await RawHttp2Client::connect(to);
        co_await c.send(h2::hello() + h2::post(1, {{"expect", "100-continue"}}));
        co_await c.receive(
            [](const auto& got) { return got.find(h2::headers_frame, 1) != nullptr; });
        EXPECT_FALSE(c.find(h2::headers_frame, 1)->ends_stream());
        co_await c.send(h2::data(1, "body"));
        co_await c.receive_end_of(1);
        co_return c;
    }(server->endpoint()));
    EXPECT_EQ(client.count(h2::headers_frame), 2U);
    EXPECT_EQ(client.body(1), "/|body");
}

TEST_F(Http2ServerTest, AFaultEndsOneRequestOnly) {
    start([](const Request& request, const Peer& peer) {
        return request.target == "/fault" ? []() -> Awaitable<Response> {
            throw std::runtime_error("a secret of the database");
            co_return Response{};
        }()
                                          : echo(request, peer);
    });
    const auto client = ask(h2::hello() + h2::get(1, "/fault") + h2::get(3, "/fine"), 3);
    EXPECT_EQ(client.body(3), "/fine|");
    ASSERT_EQ(server->incidents.size(), 1U);
    EXPECT_EQ(client.body(1), server->incidents[0]);
    EXPECT_EQ(server->log.find("handler-fault")->field("path"), "/fault");
}

TEST_F(Http2ServerTest, HandlersRunToTheirEndWhenTheClientIsGone) { // the audit must be complete
    std::size_t finished = 0;
    start([&finished](const Request& request, const Peer& peer) {
        return [](const Request& r, const Peer& p, std::size_t* n) -> Awaitable<Response> {
            auto response = co_await slow(r, p);
            ++*n;
            co_return response;
        }(request, peer, &finished);
    });
    test::run(loop, [](net::Endpoint to) -> Awaitable<void> {
        RawHttp2Client client = co_await RawHttp2Client::connect(to);
        co_await client.send(h2::hello() + h2::get(1) + h2::get(3));
        co_await sleep_until(test::soon(milliseconds(50)));
        co_await client.send(h2::reset(1));
        co_await sleep_until(test::soon(milliseconds(20)));
        client.close();
        co_await sleep_until(test::soon(milliseconds(500)));
    }(server->endpoint()));
    EXPECT_EQ(finished, 2U);
    EXPECT_EQ(server->server->connections(), 0U);
}

TEST_F(Http2ServerTest, LargeResponsesFollowTheClientsWindow) {
    start([](const Request&, const Peer&) -> Awaitable<Response> {
        co_return Response{.body = std::string(2'000'000, 'a')};
    });
    const auto got = test::run(loop, [](net::Endpoint to) -> Awaitable<std::size_t> {
        RawHttp2Client c = co_await RawHttp2Client::connect(to);
        co_await c.send(h2::hello() + h2::get(1));
        for (std::size_t window = 65'535; window < 2'000'000; window += 65'535) {
            co_await c.receive([window](const auto& r) { return r.body(1).size() >= window; });
            EXPECT_EQ(c.body(1).size(), window) << "never more than the window";
            co_await c.send(h2::window(0, 65'535) + h2::window(1, 65'535));
        }
        co_await c.receive_end_of(1);
        co_return c.body(1).size();
    }(server->endpoint()));
    EXPECT_EQ(got, 2'000'000U);
}

TEST_F(Http2ServerTest, ConnectionsCarrySoManyRequestsAndSayGoodbye) {
    start(echo, [](ServerLimits& l) { l.requests_per_connection = 2; });
    const auto client = test::run(loop, [](net::Endpoint to) -> Awaitable<RawHttp2Client> {
        RawHttp2Client c = co_await RawHttp2Client::connect(to);
        co_await c.send(h2::hello() + h2::get(1) + h2::get(3));
        co_await c.receive_all();
        co_return c;
    }(server->endpoint()));
    EXPECT_TRUE(client.ended(1) && client.ended(3));
    const auto* goodbye = client.find(h2::goaway_frame);
    ASSERT_NE(goodbye, nullptr);
    EXPECT_EQ(goodbye->code(), h2::no_error);
    EXPECT_EQ(h2::Frame::take(goodbye->payload, 4), 3U) << "both were processed";
}

/// Asks, drains while the answer is under way, and returns what came.
Awaitable<RawHttp2Client> drained_meanwhile(Server& server, milliseconds limit) {
    RawHttp2Client busy = co_await RawHttp2Client::connect(server.endpoint());
    RawHttp2Client idle = co_await RawHttp2Client::connect(server.endpoint());
    co_await busy.send(h2::hello() + h2::get(1));
    co_await idle.send(h2::hello());
    co_await sleep_until(test::soon(milliseconds(50)));
    EXPECT_EQ(server.connections(), 2U);
    co_await server.drain(limit);
    EXPECT_EQ(server.connections(), 0U);
    co_await idle.receive_all();
    EXPECT_NE(idle.find(h2::goaway_frame), nullptr);
    co_await busy.receive_all();
    co_return busy;
}

TEST_F(Http2ServerTest, DrainLetsRequestsFinish) { // RFC 9113 §6.8
    start(slow);
    const auto begin = std::chrono::steady_clock::now();
    const auto client = test::run(loop, drained_meanwhile(*server->server, milliseconds(5000)));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(3000));
    EXPECT_EQ(client.body(1), "slow/");
    EXPECT_EQ(client.count(h2::goaway_frame), 2U) << "a notice, and the last word";
}

TEST_F(Http2ServerTest, DrainCancelsWhatIsLeftAtItsLimit) {
    start(slow);
    const auto begin = std::chrono::steady_clock::now();
    const auto client = test::run(loop, drained_meanwhile(*server->server, milliseconds(50)));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(280));
    EXPECT_EQ(client.body(1), "");
    EXPECT_THAT(server->incidents, IsEmpty()) << "a cancellation is no fault";
}

TEST_F(Http2ServerTest, ARequestThatCrossesTheNoticeIsAnswered) {
    start(slow);
    const auto client = test::run(loop, [](Server& asked) -> Awaitable<RawHttp2Client> {
        RawHttp2Client c = co_await RawHttp2Client::connect(asked.endpoint());
        co_await c.send(h2::hello() + h2::get(1, "/1"));
        co_await c.receive([](const auto& got) { return got.find(h2::settings_frame) != nullptr; });
        TaskSet tasks(
            static_cast<asio::io_context&>((co_await asio::this_coro::executor).context()));
        tasks.spawn(asked.drain(milliseconds(5000)));
        co_await c.receive([](const auto& got) { return got.find(h2::goaway_frame) != nullptr; });
        co_await c.send(h2::get(3, "/3"));
        co_await c.receive_all();
        co_await tasks.join();
        co_return c;
    }(*server->server));
    EXPECT_EQ(client.body(1), "slow/1");
    EXPECT_EQ(client.body(3), "slow/3");
}

TEST_F(Http2ServerTest, HandlersMistakesDoNotBreakTheStream) {
    start([](const Request&, const Peer&) -> Awaitable<Response> {
        co_return Response{.headers = {{"X-Split", "a\r\nb"},
                                       {"bad name", "x"},
                                       {"Connection", "close"},
                                       {"X-Blank", " \t"}},
                           .body = "fine"};
    });
    EXPECT_EQ(ask(h2::hello() + h2::get(1)).body(1), "fine");
}

} // namespace
} // namespace base::http
