// SPDX-License-Identifier: Apache-2.0
// The server and clients of HTTP/2 that are slow, wrong or hostile: bounded in memory and in time.

#include "base/http/server.hpp"

#include "support/http_server.hpp"
#include "support/raw_http2_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace base::http {
namespace {

using std::chrono::milliseconds;
using test::RawHttp2Client;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace h2 = test::http2;

class Http2HostileTest : public testing::Test {
protected:
    Awaitable<Response> work(std::string target) {
        most = std::max(most, ++at_once);
        ++begun;
        static_cast<void>(co_await sleep_until(test::soon(delay)));
        --at_once;
        co_return Response{.body = target + std::string(body_size, 'b')};
    }
    void start(const std::function<void(ServerLimits&)>& change = {}) {
        server.emplace(
            loop, [this](const Request& request, const Peer&) { return work(request.target); },
            [&](ServerOptions& options) {
                options.limits.streams = 16;
                if (change) {
                    change(options.limits);
                }
            });
    }
    /// Sends, then reads until the server closes.
    RawHttp2Client talk(std::vector<test::Piece> pieces) {
        return test::run(
            loop, [](net::Endpoint to, std::vector<test::Piece> all) -> Awaitable<RawHttp2Client> {
                RawHttp2Client client = co_await RawHttp2Client::connect(to);
                for (test::Piece& piece : all) {
                    if (piece.pause.count() > 0) {
                        static_cast<void>(co_await sleep_until(test::soon(piece.pause)));
                    }
                    if (!co_await client.send(std::move(piece.octets))) {
                        break;
                    }
                }
                co_await client.receive_all();
                co_return client;
            }(server->endpoint(), std::move(pieces)));
    }
    RawHttp2Client ask(std::string octets, std::uint32_t stream = 1) {
        return test::exchange_http2(loop, server->endpoint(), std::move(octets), stream);
    }
    /// Sends the same again and again without reading, until the server closes or `rounds` are
    /// over. Whether it closed.
    bool flood(std::string first, const std::function<std::string(std::uint32_t)>& round,
               std::uint32_t rounds) {
        return test::run(loop,
                         [](net::Endpoint to, std::string hello,
                            std::function<std::string(std::uint32_t)> make,
                            std::uint32_t n) -> Awaitable<bool> {
                             RawHttp2Client client = co_await RawHttp2Client::connect(to);
                             bool open = co_await client.send(std::move(hello));
                             for (std::uint32_t i = 0; open && i < n; ++i) {
                                 open = co_await client.send(make(i));
                             }
                             co_return !open;
                         }(server->endpoint(), std::move(first), round, rounds));
    }

    asio::io_context loop;
    milliseconds delay{1};
    std::size_t body_size = 0;
    std::size_t at_once = 0;
    std::size_t most = 0;
    std::size_t begun = 0;
    std::optional<test::HttpServer> server;
};

TEST_F(Http2HostileTest, AHeadOverItsLimitIsAnswered) {
    start([](ServerLimits& l) { l.head_bytes = 512; });
    h2::Fields fields = h2::request_fields();
    fields.emplace_back("x", std::string(600, 'a'));
    const auto client = ask(h2::hello() + h2::headers(1, fields) + h2::get(3), 3);
    EXPECT_THAT(server->rejections, ElementsAre(Rejection::head_too_large));
    EXPECT_THAT(client.body(1), HasSubstr("limit"));
    EXPECT_EQ(client.body(3), "/") << "the connection is not harmed";
}

TEST_F(Http2HostileTest, TooManyFieldsAreAHeadOverItsLimit) {
    start([](ServerLimits& l) { l.head_bytes = 100'000; });
    h2::Fields fields = h2::request_fields();
    for (int i = 0; i < 300; ++i) {
        fields.emplace_back("x", "y");
    }
    ask(h2::hello() + h2::headers(1, fields));
    EXPECT_THAT(server->rejections, ElementsAre(Rejection::head_too_large));
}

TEST_F(Http2HostileTest, AHeadFarOverItsLimitIsReset) {
    start([](ServerLimits& l) { l.head_bytes = 512; });
    h2::Fields fields = h2::request_fields();
    for (int i = 0; i < 40; ++i) {
        fields.emplace_back("x", std::string(200, 'a'));
    }
    const auto client = ask(h2::hello() + h2::headers(1, fields) + h2::get(3), 3);
    EXPECT_NE(client.find(h2::reset_frame, 1), nullptr);
    EXPECT_EQ(client.body(3), "/");
    EXPECT_EQ(begun, 1U);
}

TEST_F(Http2HostileTest, ABodyOverItsLimitIsAnsweredAndTheRestUnwanted) {
    start([](ServerLimits& l) { l.body_bytes = 100; });
    const auto client = test::run(loop, [](net::Endpoint to) -> Awaitable<RawHttp2Client> {
        RawHttp2Client c = co_await RawHttp2Client::connect(to);
        co_await c.send(h2::hello() + h2::post(1) + h2::data(1, std::string(90, 'a'), false)
                        + h2::data(1, std::string(90, 'a'), false) + h2::data(1, "a", false)
                        + h2::get(3));
        co_await c.receive([](const auto& got) { return got.find(h2::reset_frame, 1) != nullptr; });
        co_return c;
    }(server->endpoint()));
    EXPECT_THAT(server->rejections, ElementsAre(Rejection::body_too_large));
    EXPECT_THAT(client.body(1), HasSubstr("limit"));
    ASSERT_NE(client.find(h2::reset_frame, 1), nullptr); // RFC 9113 §8.1
    EXPECT_EQ(client.find(h2::reset_frame, 1)->code(), h2::no_error);
    EXPECT_EQ(client.body(3), "/");
    EXPECT_EQ(begun, 1U);
}

TEST_F(Http2HostileTest, AStatedLengthOverTheLimitIsAnsweredAtOnce) {
    start([](ServerLimits& l) { l.body_bytes = 100; });
    ask(h2::hello() + h2::post(1, {{"content-length", "101"}}));
    ask(h2::hello() + h2::post(1, {{"content-length", "9223372036854775807"}}));
    EXPECT_THAT(server->rejections,
                ElementsAre(Rejection::body_too_large, Rejection::body_too_large));
}

struct Malformed {
    std::string_view name;
    std::string octets; ///< with stream 1
};
class Http2Malformed : public Http2HostileTest, public testing::WithParamInterface<Malformed> {};

TEST_P(Http2Malformed, ReachesNoHandler) { // RFC 9113 §8.1.1
    start();
    const auto client = ask(h2::hello() + GetParam().octets + h2::get(3), 3);
    EXPECT_TRUE(client.find(h2::reset_frame, 1) != nullptr || !server->rejections.empty());
    EXPECT_EQ(client.body(3), "/") << "the connection is not harmed";
    EXPECT_EQ(begun, 1U);
}

h2::Fields with(std::string name, std::string value) {
    h2::Fields fields = h2::request_fields();
    fields.emplace_back(std::move(name), std::move(value));
    return fields;
}
h2::Fields without(std::size_t index) {
    h2::Fields fields = h2::request_fields();
    fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(index));
    return fields;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Http2Malformed,
    testing::Values(
        Malformed{"NoMethod", h2::headers(1, without(0))},
        Malformed{"NoScheme", h2::headers(1, without(1))},
        Malformed{"NoAuthority", h2::headers(1, without(2))},
        Malformed{"NoPath", h2::headers(1, without(3))},
        Malformed{"PathOfNothing", h2::headers(1, h2::request_fields("GET", ""))},
        Malformed{"PathWithoutSlash", h2::headers(1, h2::request_fields("GET", "x"))},
        Malformed{"MethodTwice", h2::headers(1, with(":method", "GET"))},
        Malformed{"UnknownPseudoField", h2::headers(1, with(":x", "y"))},
        Malformed{"UpperCase", h2::headers(1, with("X-Y", "z"))},
        Malformed{"Connection", h2::headers(1, with("connection", "close"))},
        Malformed{"TransferEncoding", h2::headers(1, with("transfer-encoding", "chunked"))},
        Malformed{"TwoHosts", h2::headers(1, {{":method", "GET"},
                                              {":scheme", "http"},
                                              {":path", "/"},
                                              {"host", "a"},
                                              {"host", "b"}})},
        Malformed{"Connect", h2::headers(1, {{":method", "CONNECT"}, {":authority", "x:443"}})},
        Malformed{"LengthIsNoNumber", h2::headers(1, with("content-length", "-1"))},
        Malformed{"MoreThanItsLength", h2::post(1, {{"content-length", "1"}}) + h2::data(1, "ab")},
        Malformed{"LessThanItsLength", h2::post(1, {{"content-length", "3"}}) + h2::data(1, "ab")}),
    [](const auto& info) { return std::string(info.param.name); });

struct Fatal {
    std::string_view name;
    std::string octets;
    std::optional<std::uint32_t> code = {}; ///< of the GOAWAY
};
class Http2Fatal : public Http2HostileTest, public testing::WithParamInterface<Fatal> {};

TEST_P(Http2Fatal, EndsTheConnection) { // RFC 9113 §5.4.1
    start();
    auto client = talk({{GetParam().octets}});
    EXPECT_TRUE(client.closed);
    if (GetParam().code) {
        ASSERT_NE(client.find(h2::goaway_frame), nullptr);
        EXPECT_EQ(client.find(h2::goaway_frame)->code(), *GetParam().code);
    }
    EXPECT_EQ(begun, 0U);
    client.close();
    EXPECT_TRUE(test::run_until(loop, [this] { return server->server->connections() == 0; }));
}

std::string continuations(int n, std::string_view payload = "") {
    std::string out =
        h2::frame(h2::headers_frame, h2::end_stream, 1, h2::block(h2::request_fields()));
    for (int i = 0; i < n; ++i) {
        out += h2::frame(h2::continuation_frame, h2::none, 1, payload);
    }
    return out;
}
std::string many(int n, const std::string& octets) {
    std::string out;
    for (int i = 0; i < n; ++i) {
        out += octets;
    }
    return out;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Http2Fatal,
    testing::Values(
        Fatal{"NoSettings", std::string(h2::preface) + h2::get(1), h2::protocol_error},
        Fatal{"AHugeFrame", h2::hello() + std::string("\xff\xff\xff\x00\x00\x00\x00\x00\x01", 9)},
        Fatal{"HpackGarbage",
              h2::hello() + h2::frame(h2::headers_frame, 5, 1, "\xff\xff\xff\xff\xff")},
        Fatal{"AnEvenStream", h2::hello() + h2::get(2), h2::protocol_error},
        Fatal{"DataWithoutStream", h2::hello() + h2::data(1, "x"), h2::protocol_error},
        Fatal{"AContinuationAlone", h2::hello() + h2::frame(h2::continuation_frame, 4, 1, "")},
        Fatal{"AWindowOverItsBound", h2::hello() + h2::window(0, 0x7fffffff)},
        Fatal{"AWindowOfNothing", h2::hello() + h2::window(0, 0)},
        Fatal{"AnUnfinishedHeadInterrupted", h2::hello() + continuations(0) + h2::ping(),
              h2::protocol_error},
        // CVE-2024-28182 and its kin
        Fatal{"ContinuationFlood", h2::hello() + continuations(2000)},
        Fatal{"ContinuationFloodWithFields",
              h2::hello() + continuations(2000, h2::field("x", std::string(100, 'a')))},
        Fatal{"PingFlood", h2::hello() + many(8'000, h2::ping()), h2::enhance_your_calm},
        Fatal{"SettingsFlood", h2::hello() + many(8'000, h2::settings({{3, 100}})),
              h2::enhance_your_calm},
        Fatal{"PriorityFlood",
              h2::hello()
                  + many(8'000, h2::frame(h2::priority_frame, 0, 1, std::string("\0\0\0\0\1", 5))),
              h2::enhance_your_calm},
        Fatal{"WindowFlood", h2::hello() + many(8'000, h2::window(0, 1)), h2::enhance_your_calm},
        Fatal{"EmptyDataFlood", h2::hello() + h2::post(1) + many(8'000, h2::data(1, "", false)),
              h2::enhance_your_calm}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(Http2HostileTest, SettingsOfMoreThanNeededEndTheConnection) {
    start();
    std::vector<std::pair<std::uint16_t, std::uint32_t>> all(2000, {3, 100});
    EXPECT_TRUE(talk({{h2::hello() + h2::settings(all)}}).closed);
}

TEST_F(Http2HostileTest, StreamsOverTheLimitAreRefused) {
    delay = milliseconds(200);
    start();
    std::string all(h2::preface);
    all += h2::settings(); // the server's own are not acknowledged: its limit is not known yet
    for (std::uint32_t i = 0; i < 20; ++i) {
        all += h2::get(2 * i + 1);
    }
    const auto client = ask(all, 31);
    EXPECT_EQ(most, 16U);
    EXPECT_EQ(client.count(h2::reset_frame), 4U);
    EXPECT_EQ(client.find(h2::reset_frame, 39)->code(), h2::refused_stream);
}

TEST_F(Http2HostileTest, RapidResetStartsFewHandlers) { // CVE-2023-44487
    delay = milliseconds(500);
    start();
    // In one breath no handler is asked at all.
    std::string all = h2::hello();
    for (std::uint32_t i = 0; i < 500; ++i) {
        all += h2::get(2 * i + 1) + h2::reset(2 * i + 1);
    }
    ask(all + h2::get(1001), 1001);
    EXPECT_LE(begun, 17U);
    // One by one the handlers that run still count.
    begun = 0;
    EXPECT_TRUE(flood(
        h2::hello(), [](std::uint32_t i) { return h2::get(2 * i + 1) + h2::reset(2 * i + 1); },
        50'000));
    EXPECT_LE(most, 16U);
    EXPECT_LE(begun, 1000U);
}

TEST_F(Http2HostileTest, RequestsOfAClientThatNeverReadsAreBounded) {
    body_size = 100'000;
    start([](ServerLimits& l) { l.write = milliseconds(300); });
    EXPECT_TRUE(flood(
        std::string(h2::preface) + h2::settings({{4, 0x7fffffff}})
            + h2::window(0, 0x7fffffff - 65'535),
        [](std::uint32_t i) { return h2::get(2 * i + 1); }, 2'000'000));
    EXPECT_LE(most, 16U);
    EXPECT_LE(begun, 20'000U);
}

TEST_F(Http2HostileTest, FloodsOfAClientThatNeverReadsEndTheConnection) {
    start();
    EXPECT_TRUE(flood(h2::hello(), [](std::uint32_t) { return many(100, h2::ping()); }, 100'000));
}

TEST_F(Http2HostileTest, AClientThatIgnoresRefusalsIsSentAway) {
    // It never acknowledges the server's settings, so that its streams are refused one by one.
    delay = milliseconds(30'000);
    start();
    std::string all = std::string(h2::preface) + h2::settings();
    for (std::uint32_t i = 0; i < 6000; ++i) {
        all += h2::get(2 * i + 1);
    }
    const auto client = talk({{std::move(all)}});
    ASSERT_NE(client.find(h2::goaway_frame), nullptr);
    EXPECT_EQ(client.find(h2::goaway_frame)->code(), h2::enhance_your_calm);
    EXPECT_EQ(begun, 16U);
    server->drain(milliseconds(0));
}

TEST_F(Http2HostileTest, AStalledWindowIsNotWaitedForEver) {
    body_size = 100'000;
    start([](ServerLimits& l) { l.write = milliseconds(150); });
    // No window at all, then one that is too small.
    const auto none = ask(std::string(h2::preface) + h2::settings({{4, 0}}) + h2::get(1));
    ASSERT_NE(none.find(h2::reset_frame, 1), nullptr);
    EXPECT_EQ(none.find(h2::reset_frame, 1)->code(), h2::cancel);
    const auto small = ask(h2::hello() + h2::get(1));
    EXPECT_EQ(small.body(1).size(), 65'535U);
    EXPECT_NE(small.find(h2::reset_frame, 1), nullptr);
}

TEST_F(Http2HostileTest, ASlowHeadEndsTheConnection) {
    start([](ServerLimits& l) { l.head = milliseconds(100); });
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(talk({{h2::hello() + continuations(0)}}).closed);
    // Also when octets trickle in, and when the client does not get as far as its settings.
    EXPECT_TRUE(talk({{h2::hello() + continuations(0)},
                      {continuations(1).substr(continuations(0).size()), milliseconds(60)}})
                    .closed);
    EXPECT_TRUE(talk({{std::string(h2::preface)}}).closed);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(5000));
    EXPECT_EQ(begun, 0U);
}

TEST_F(Http2HostileTest, ASlowBodyIsAnswered) {
    start([](ServerLimits& l) { l.body = milliseconds(150); });
    const auto client = ask(h2::hello() + h2::post(1) + h2::data(1, "a", false));
    EXPECT_THAT(server->rejections, ElementsAre(Rejection::timeout));
    EXPECT_THAT(client.body(1), HasSubstr("in time"));
    EXPECT_EQ(begun, 0U);
}

TEST_F(Http2HostileTest, AnIdleConnectionIsClosedAndPingsDoNotProlongIt) {
    start([](ServerLimits& l) { l.idle = milliseconds(150); });
    const auto begin = std::chrono::steady_clock::now();
    std::vector<test::Piece> pieces{{h2::hello() + h2::get(1)}};
    for (int i = 0; i < 20; ++i) {
        pieces.push_back({h2::ping(), milliseconds(20)});
    }
    const auto client = talk(std::move(pieces));
    EXPECT_TRUE(client.ended(1));
    ASSERT_NE(client.find(h2::goaway_frame), nullptr);
    EXPECT_EQ(client.find(h2::goaway_frame)->code(), h2::no_error);
    EXPECT_LT(client.count(h2::ping_frame), 20U);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(5000));
}

} // namespace
} // namespace base::http
