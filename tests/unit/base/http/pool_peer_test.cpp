// SPDX-License-Identifier: Apache-2.0
// The pool and a peer that is wrong, slow or gone.

#include "base/http/client.hpp"

#include "base/async/task_set.hpp"
#include "support/raw_http2_peer.hpp"
#include "support/raw_http_client.hpp"
#include "support/raw_http_server.hpp"
#include "support/raw_tls_server.hpp"
#include "support/test_pki.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace base::http {
namespace {

using std::chrono::milliseconds;
using test::RawHttp2Peer;
using testing::HasSubstr;
namespace h2 = test::http2;

class PoolPeerTest : public testing::Test {
protected:
    void start(RawHttp2Peer::Script script,
               std::string hello = h2::settings() + h2::settings_ack()) {
        peer.emplace(loop, std::move(script), std::move(hello));
        options.host = "127.0.0.1";
        options.port = peer->endpoint().port;
    }
    Pool& pool() {
        if (!made) {
            made.emplace(loop, clock, options);
        }
        return *made;
    }
    Result<Response> ask(Deadline deadline = test::soon()) {
        return test::run(loop, pool().send({.target = "/x"}, deadline));
    }
    std::vector<Result<Response>> ask_many(int n, Deadline deadline = test::soon(),
                                           std::string body = {}) {
        std::vector<Awaitable<Result<Response>>> all;
        for (int i = 0; i < n; ++i) {
            all.push_back(pool().send({.body = body}, deadline));
        }
        return test::run(loop, gather(std::move(all)));
    }
    void until(const std::function<bool()>& condition) {
        EXPECT_TRUE(test::run_until(loop, condition));
    }
    std::size_t count(h2::Type type) const {
        return static_cast<std::size_t>(
            std::ranges::count(peer->frames, type, [](const auto& f) { return f.type; }));
    }

    asio::io_context loop;
    SystemClock clock;
    PoolOptions options;
    std::optional<RawHttp2Peer> peer;
    std::optional<Pool> made; // goes first
};

RawHttp2Peer::Answer fine(const RawHttp2Peer::Asked& asked) {
    return {h2::response(asked.stream, "ok")};
}

TEST_F(PoolPeerTest, RetriesOnceOnAConnectionThatHadServed) { // RFC 9110 §9.2.2
    start([](const auto& asked) {
        return asked.connection == 0 && asked.number == 2 ? RawHttp2Peer::Answer{{}, true}
                                                          : fine(asked);
    });
    EXPECT_TRUE(ask());
    const auto response = ask();
    ASSERT_TRUE(response) << response.error().detail;
    EXPECT_EQ(response->body, "ok");
    EXPECT_EQ(peer->connections, 2U);
}

TEST_F(PoolPeerTest, RetriesOnceAndNotTwice) {
    start([](const auto& asked) {
        return asked.number == 2 || asked.connection > 0 ? RawHttp2Peer::Answer{{}, true}
                                                         : fine(asked);
    });
    EXPECT_TRUE(ask());
    const auto response = ask();
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, FailureKind::connection_reset) << response.error().detail;
    EXPECT_EQ(peer->connections, 2U);
    until([&] { return pool().open_connections() == 0; });
}

TEST_F(PoolPeerTest, DoesNotRetryOnAConnectionThatServedNobody) {
    start([](const auto&) { return RawHttp2Peer::Answer{{}, true}; });
    EXPECT_EQ(ask().error().kind, FailureKind::connection_reset);
    EXPECT_EQ(peer->connections, 1U);
}

TEST_F(PoolPeerTest, DoesNotRetryWhatWasHalfAnswered) {
    start([](const auto& asked) {
        return asked.number == 1
                   ? fine(asked)
                   : RawHttp2Peer::Answer{h2::headers(asked.stream, {{":status", "200"}}, false),
                                          true};
    });
    EXPECT_TRUE(ask());
    EXPECT_EQ(ask().error().kind, FailureKind::connection_reset);
    EXPECT_EQ(peer->connections, 1U);
}

TEST_F(PoolPeerTest, SendsAgainWhatWasRefused) { // RFC 9113 §8.7
    start([](const auto& asked) {
        return asked.number == 1 ? RawHttp2Peer::Answer{h2::reset(asked.stream, h2::refused_stream)}
                                 : fine(asked);
    });
    EXPECT_TRUE(ask());
    EXPECT_EQ(peer->connections, 1U);
}

TEST_F(PoolPeerTest, RefusedTwiceIsOverloaded) {
    start([](const auto& asked) {
        return RawHttp2Peer::Answer{h2::reset(asked.stream, h2::refused_stream)};
    });
    EXPECT_EQ(ask().error().kind, FailureKind::overloaded);
}

TEST_F(PoolPeerTest, SendsAgainWhatAGoawayLeavesOut) { // RFC 9113 §6.8
    std::size_t answered = 0;
    start([&answered](const auto& asked) -> RawHttp2Peer::Answer {
        if (asked.connection > 0 || asked.number < 3) {
            ++answered;
            return fine(asked);
        }
        // The third and what came after it were not looked at.
        return {h2::goaway(asked.stream - 2)};
    });
    for (const auto& response : ask_many(6)) {
        EXPECT_TRUE(response) << response.error().detail;
    }
    EXPECT_EQ(answered, 6U);
    EXPECT_EQ(peer->connections, 2U);
    until([&] { return peer->open == 1; }); // the old one is closed
}

TEST_F(PoolPeerTest, AfterAGoawayWhatIsUnderWayIsWaitedFor) {
    start([](const auto& asked) -> RawHttp2Peer::Answer {
        if (asked.connection > 0) {
            return fine(asked);
        }
        return asked.number < 2
                   ? RawHttp2Peer::Answer{h2::goaway(0x7fffffff)}
                   : RawHttp2Peer::Answer{h2::response(1, "one") + h2::response(3, "two")};
    });
    for (const auto& response : ask_many(2)) {
        EXPECT_TRUE(response) << response.error().detail;
    }
    EXPECT_TRUE(ask());
    EXPECT_EQ(peer->connections, 2U) << "and new requests go elsewhere";
}

struct Wrong {
    std::string_view name;
    std::string answer; ///< to stream 1
    FailureKind kind;
    bool keeps_connection = true;
    bool closes = false;
};
class PoolWrongAnswer : public PoolPeerTest, public testing::WithParamInterface<Wrong> {};

TEST_P(PoolWrongAnswer, Fails) {
    options.body_limit = 10;
    start([](const auto& asked) {
        return asked.stream == 1 && asked.connection == 0
                   ? RawHttp2Peer::Answer{GetParam().answer, GetParam().closes}
                   : fine(asked);
    });
    const auto response = ask(test::soon(milliseconds(5000)));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, GetParam().kind) << response.error().detail;
    EXPECT_TRUE(ask()) << "the next is not harmed";
    EXPECT_EQ(peer->connections, GetParam().keeps_connection ? 1U : 2U);
}

std::string interim(int n) {
    std::string out;
    for (int i = 0; i < n; ++i) {
        out += h2::headers(1, {{":status", "103"}}, false);
    }
    return out;
}

INSTANTIATE_TEST_SUITE_P(
    Table, PoolWrongAnswer,
    testing::Values(
        Wrong{"Garbage", "HTTP/1.1 400 Bad Request\r\n\r\n", FailureKind::http_malformed, false},
        Wrong{"NoStatus", h2::headers(1, {{"x", "y"}}), FailureKind::http_malformed},
        Wrong{"StatusTwice", h2::headers(1, {{":status", "200"}, {":status", "200"}}),
              FailureKind::http_malformed},
        Wrong{
            "BothLengths",
            h2::headers(1, {{":status", "200"}, {"content-length", "5"}, {"content-length", "4"}}),
            FailureKind::http_malformed},
        Wrong{"LessThanItsLength",
              h2::headers(1, {{":status", "200"}, {"content-length", "5"}}, false)
                  + h2::data(1, "abc"),
              FailureKind::http_malformed},
        Wrong{"SixInterim", interim(6) + h2::response(1, "ok"), FailureKind::http_malformed},
        Wrong{"DataFirst", h2::data(1, "ok"), FailureKind::http_malformed, false},
        Wrong{"TooLarge", h2::response(1, "0123456789a"), FailureKind::http_too_large},
        Wrong{"LargeHead",
              h2::headers(1, {{":status", "200"},
                              {"x", std::string(16'300, 'a')},
                              {"y", "abcdefgh"},
                              {"z", std::string(10, 'a')}}),
              FailureKind::http_too_large},
        Wrong{"Reset", h2::reset(1, h2::internal_error), FailureKind::connection_reset},
        Wrong{"ResetInTheBody",
              h2::headers(1, {{":status", "200"}}, false) + h2::data(1, "ab", false)
                  + h2::reset(1, h2::internal_error),
              FailureKind::connection_reset},
        Wrong{"ClosedInTheBody",
              h2::headers(1, {{":status", "200"}}, false) + h2::data(1, "ab", false),
              FailureKind::connection_reset, false, true},
        Wrong{"ClosedInTheHead", h2::response(1, "ok").substr(0, 11), FailureKind::connection_reset,
              false, true},
        Wrong{"AStreamNobodyOpened", h2::response(7, "ok"), FailureKind::http_malformed, false},
        Wrong{"APush",
              h2::frame(static_cast<h2::Type>(5), h2::end_headers, 1,
                        h2::number(2, 4) + h2::block(h2::request_fields())),
              FailureKind::http_malformed, false}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(PoolPeerTest, InterimResponsesAndTrailersAreSkipped) { // RFC 9110 §15.2, §6.5
    start([](const auto& asked) {
        return RawHttp2Peer::Answer{
            interim(5) + h2::headers(asked.stream, {{":status", "200"}, {"x", "1"}}, false)
            + h2::data(asked.stream, "ok", false) + h2::headers(asked.stream, {{"x", "2"}})};
    });
    const auto response = ask();
    ASSERT_TRUE(response) << response.error().detail;
    EXPECT_EQ(response->status, 200U);
    EXPECT_EQ(response->body, "ok");
    EXPECT_EQ(response->headers.count("x"), 1U);
    EXPECT_EQ(response->headers.get("x"), "1");
}

TEST_F(PoolPeerTest, AnAnswerBeforeTheRequestWasReadIsAnAnswer) { // RFC 9113 §8.1
    // The peer gives no window: the body cannot be sent.
    bool answered = false;
    start([](const auto&) { return RawHttp2Peer::Answer{}; },
          h2::settings({{4, 0}}) // SETTINGS_INITIAL_WINDOW_SIZE
    );
    const auto response =
        test::run(loop,
                  [](PoolPeerTest& test, RawHttp2Peer& raw, Pool& asked, bool& done,
                     asio::io_context& on) -> Awaitable<Result<Response>> {
                      static_cast<void>(test);
                      TaskSet tasks(on);
                      tasks.spawn([](RawHttp2Peer& r, bool& d) -> Awaitable<void> {
                          while (std::ranges::none_of(r.frames, [](const auto& f) {
                              return f.type == h2::headers_frame;
                          })) {
                              static_cast<void>(co_await sleep_until(test::soon(milliseconds(2))));
                          }
                          d = true;
                          co_await r.say(0, h2::response(1, "too large", "413"));
                      }(raw, done));
                      auto out = co_await asked.send(
                          {.method = "POST", .body = std::string(100'000, 'a')}, test::soon());
                      co_await tasks.join();
                      co_return out;
                  }(*this, *peer, pool(), answered, loop));
    ASSERT_TRUE(response) << response.error().detail;
    EXPECT_EQ(response->status, 413U);
    EXPECT_TRUE(answered);
    until([&] { return count(h2::reset_frame) == 1; }); // the rest is not sent
}

TEST_F(PoolPeerTest, ADeadlineResetsItsStream) {
    start(
        [](const auto& asked) { return asked.number == 1 ? RawHttp2Peer::Answer{} : fine(asked); });
    EXPECT_EQ(ask(test::soon(milliseconds(50))).error().kind, FailureKind::timeout);
    until([&] { return count(h2::reset_frame) == 1; });
    EXPECT_TRUE(ask());
    EXPECT_EQ(peer->connections, 1U);
}

TEST_F(PoolPeerTest, ALateAnswerToAWithdrawnRequestHarmsNobody) {
    start([](const auto& asked) {
        return asked.number == 1 ? RawHttp2Peer::Answer{}
                                 : RawHttp2Peer::Answer{h2::response(1, "late")
                                                        + h2::response(asked.stream, "ok")};
    });
    EXPECT_EQ(ask(test::soon(milliseconds(50))).error().kind, FailureKind::timeout);
    const auto response = ask();
    ASSERT_TRUE(response) << response.error().detail;
    EXPECT_EQ(response->body, "ok");
    EXPECT_EQ(peer->connections, 1U);
}

TEST_F(PoolPeerTest, NoticesThatAnIdleConnectionWasClosed) {
    start([](const auto& asked) { return RawHttp2Peer::Answer{fine(asked).octets, true}; });
    EXPECT_TRUE(ask());
    until([&] { return pool().open_connections() == 0; });
    EXPECT_TRUE(ask());
    EXPECT_EQ(peer->connections, 2U);
}

TEST_F(PoolPeerTest, ASilentPeerIsAskedForASignOfLifeAndGivenUp) {
    options.ping_after = milliseconds(60);
    options.ping_timeout = milliseconds(120);
    start([](const auto& asked) {
        return asked.connection == 0 && asked.number > 1 ? RawHttp2Peer::Answer{} : fine(asked);
    });
    peer->answers_pings = false;
    EXPECT_TRUE(ask());
    const auto begin = clock.steady();
    const auto response = ask(); // and sent again, since the connection had served
    ASSERT_TRUE(response) << response.error().detail;
    EXPECT_GE(clock.steady() - begin, milliseconds(180));
    EXPECT_LT(clock.steady() - begin, milliseconds(5000));
    EXPECT_EQ(count(h2::ping_frame), 1U);
    EXPECT_EQ(peer->connections, 2U);
}

TEST_F(PoolPeerTest, APeerThatShowsLifeMayTakeItsTime) {
    options.ping_after = milliseconds(40);
    options.ping_timeout = milliseconds(400);
    start([](const auto&) { return RawHttp2Peer::Answer{}; });
    EXPECT_EQ(ask(test::soon(milliseconds(600))).error().kind, FailureKind::timeout);
    EXPECT_EQ(peer->connections, 1U);
    EXPECT_EQ(pool().open_connections(), 1U);
    EXPECT_GE(count(h2::ping_frame), 2U);
}

TEST_F(PoolPeerTest, APeerThatDoesNotReadGetsOnlySoMuch) {
    options.max_waiting = 20;
    options.max_connections = 1;
    start(fine, h2::settings({{3, 100'000}, {4, 0x7fffffff}})
                    + h2::window(0, 0x7fffffff - 65'535)); // no limit of its own
    peer->reads = false;
    const std::string body(60'000, 'a');
    EXPECT_EQ(ask(test::soon(milliseconds(500))).error().kind, FailureKind::timeout);
    std::size_t overloaded = 0;
    for (int round = 0; round < 10; ++round) {
        for (const auto& response : ask_many(50, test::soon(milliseconds(300)), body)) {
            ASSERT_FALSE(response);
            overloaded += response.error().kind == FailureKind::overloaded ? 1U : 0U;
        }
    }
    EXPECT_GE(overloaded, 100U);
    EXPECT_EQ(peer->connections, 1U);
}

TEST_F(PoolPeerTest, APeerThatClosesEachConnectionAtOnceIsNotAskedForEver) {
    const test::RawHttpServer closing({{}});
    options.host = "127.0.0.1";
    options.port = closing.endpoint().port;
    for (const auto& response : ask_many(5)) {
        ASSERT_FALSE(response);
        EXPECT_EQ(response.error().kind, FailureKind::connection_reset) << response.error().detail;
    }
    EXPECT_LE(closing.connections(), 3U);
}

TEST_F(PoolPeerTest, APeerThatLeavesAtOnceIsNotAskedForEver) {
    start(fine, h2::settings() + h2::goaway(0));
    for (const auto& response : ask_many(5, test::soon(milliseconds(3000)))) {
        ASSERT_FALSE(response);
        EXPECT_EQ(response.error().kind, FailureKind::connection_reset) << response.error().detail;
    }
    EXPECT_LE(peer->connections, 8U);
}

} // namespace
} // namespace base::http
