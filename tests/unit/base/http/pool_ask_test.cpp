// SPDX-License-Identifier: Apache-2.0
// Requests that are called back: who is told what, and what they may do then.

#include "base/http/client.hpp"

#include "support/http2_frames.hpp"
#include "support/raw_http2_peer.hpp"
#include "support/raw_http_client.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <utility>

namespace base::http {
namespace {

using test::RawHttp2Peer;
namespace h2 = test::http2;

/// Keeps what it hears of its request, and does what a test wants it to do then.
class Listener final : public Pool::Caller {
public:
    Listener() = default;
    explicit Listener(std::function<void()> then) : then_(std::move(then)) {}

    void answered(Result<Response> response) noexcept override {
        ++told;
        heard.emplace(std::move(response));
        if (then_) {
            then_();
        }
    }

    int told = 0;
    std::optional<Result<Response>> heard;

private:
    std::function<void()> then_;
};

class PoolAskTest : public testing::Test {
protected:
    void start(RawHttp2Peer::Script script) {
        peer.emplace(loop, std::move(script), h2::settings() + h2::settings_ack());
        options.host = "127.0.0.1";
        options.port = peer->endpoint().port;
        pool.emplace(loop, clock, options);
    }
    Pool::Asked ask(Listener& listener) {
        auto asked = pool->ask({.target = "/x"}, test::soon(), listener);
        EXPECT_TRUE(asked);
        return asked ? std::move(*asked) : Pool::Asked();
    }
    void until(const std::function<bool()>& condition) {
        EXPECT_TRUE(test::run_until(loop, condition));
    }

    asio::io_context loop;
    SystemClock clock;
    PoolOptions options;
    std::optional<RawHttp2Peer> peer;
    std::optional<Pool> pool; // goes first
};

RawHttp2Peer::Answer fine(const RawHttp2Peer::Asked& asked) {
    return {h2::response(asked.stream, "ok")};
}

/// Keeps silent until two have asked, and ends both at once: by their answers, or by going away.
RawHttp2Peer::Script ends_two(bool with_answers) {
    return [with_answers, first = std::uint32_t{0}](const auto& asked) mutable {
        if (std::exchange(first, asked.stream) == 0) {
            return RawHttp2Peer::Answer{};
        }
        return with_answers ? RawHttp2Peer::Answer{h2::response(1, "ok") + h2::response(3, "ok")}
                            : RawHttp2Peer::Answer{{}, true};
    };
}

TEST_F(PoolAskTest, TheCallerIsToldOnce) {
    start(fine);
    Listener listener;
    const auto asked = ask(listener);
    EXPECT_EQ(listener.told, 0) << "not from within ask()";
    until([&] { return listener.told > 0; });
    ASSERT_TRUE(*listener.heard);
    EXPECT_EQ((*listener.heard)->body, "ok");
    pool.reset();
    until([&] { return peer->frames.back().type == h2::goaway_frame; });
    EXPECT_EQ(listener.told, 1);
}

TEST_F(PoolAskTest, ItMayDestroyTheRequestThen) {
    start(fine);
    std::optional<Pool::Asked> asked;
    Listener listener([&] { asked.reset(); });
    asked = ask(listener);
    until([&] { return listener.told > 0; });
    EXPECT_FALSE(asked);
    Listener next;
    const auto again = ask(next);
    until([&] { return next.told > 0; });
    EXPECT_TRUE(*next.heard);
}

TEST_F(PoolAskTest, ItMayWithdrawAnotherThatHasEndedToo) {
    for (const bool with_answers : {true, false}) {
        start(ends_two(with_answers));
        std::optional<Pool::Asked> first;
        std::optional<Pool::Asked> second;
        Listener one([&] { second.reset(); });
        Listener other([&] { first.reset(); });
        first = ask(one);
        second = ask(other);
        until([&] { return one.told + other.told > 0; });
        const Listener& told = one.told > 0 ? one : other;
        EXPECT_EQ(told.heard->has_value(), with_answers);
        if (!with_answers) {
            until([&] { return pool->open_connections() == 0; });
        }
        EXPECT_EQ(one.told + other.told, 1) << "the other was withdrawn";
    }
}

TEST_F(PoolAskTest, ItMayWithdrawAnotherThatWaitsForTheSameConnection) {
    start(fine);
    peer.reset(); // nobody listens there
    std::optional<Pool::Asked> second;
    Listener unheard;
    Listener third;
    Listener listener([&] { second.reset(); });
    const auto first = ask(listener);
    second = ask(unheard);
    const auto last = ask(third);
    until([&] { return third.told > 0; });
    EXPECT_EQ(listener.heard->error().kind, FailureKind::connection_refused);
    EXPECT_EQ(unheard.told, 0);
    EXPECT_EQ(third.heard->error().kind, FailureKind::connection_refused);
}

TEST_F(PoolAskTest, AWithdrawnRequestsStreamEnds) {
    start(
        [](const auto& asked) { return asked.number == 1 ? RawHttp2Peer::Answer{} : fine(asked); });
    Listener unheard;
    std::optional<Pool::Asked> withdrawn = ask(unheard);
    until([&] { return !peer->frames.empty() && peer->frames.back().type == h2::headers_frame; });
    EXPECT_EQ(withdrawn->given_up(FailureKind::timeout).detail,
              "waiting for an answer of 127.0.0.1");
    EXPECT_EQ(withdrawn->given_up(FailureKind::cancelled).detail, "asking 127.0.0.1");
    withdrawn.reset();
    until([&] { return peer->frames.back().type == h2::reset_frame; });
    Listener next;
    const auto asked = ask(next);
    until([&] { return next.told > 0; });
    EXPECT_EQ(unheard.told, 0);
    EXPECT_EQ(peer->connections, 1U);
}

TEST_F(PoolAskTest, WhatFailsAtOnceIsSaidAtOnce) {
    start(fine);
    Listener unheard;
    const auto late = pool->ask({}, Deadline(clock.steady()), unheard);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().kind, FailureKind::timeout);
    Listener listener;
    const auto asked = ask(listener);
    until([&] { return listener.told > 0; });
    const auto invalid = pool->ask({.headers = {{"X", "a\r\nY: b"}}}, test::soon(), unheard);
    ASSERT_FALSE(invalid);
    EXPECT_EQ(invalid.error().kind, FailureKind::invalid);
    EXPECT_EQ(unheard.told, 0);
}

} // namespace
} // namespace base::http
