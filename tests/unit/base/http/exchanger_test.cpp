// SPDX-License-Identifier: Apache-2.0
#include "base/http/client.hpp"

#include "base/async/task_set.hpp"
#include "support/http_server.hpp"
#include "support/raw_http_client.hpp"
#include "support/raw_http_server.hpp"
#include "support/run.hpp"
#include "support/test_pki.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

const SteadyTime::duration not_reached{};

class ExchangerTest : public testing::Test {
protected:
    Exchange ask(const RawHttpServer& server, Deadline deadline = test::soon(),
                 const std::function<void(ExchangeOptions&)>& change = {}) {
        ExchangeOptions options{.to = server.endpoint()};
        if (change) {
            change(options);
        }
        return test::run(loop, exchanger.exchange(options, request, deadline));
    }
    Exchange ask(const std::vector<RawHttpServer::Step>& script) {
        const RawHttpServer server({script});
        return ask(server);
    }

    asio::io_context loop;
    SystemClock clock;
    DirectExchanger exchanger{clock, test::TestPki::must(net::unverified_client_context())};
    Request request{.target = "/.well-known/acme-challenge/x",
                    .headers = {{"Host", "www.example"}, {"User-Agent", "t"}}};
};

TEST_F(ExchangerTest, SendsExactlyTheRequestAndSaysClose) {
    const RawHttpServer server(
        {RawHttpServer::answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")});
    const Exchange done = ask(server);
    ASSERT_FALSE(done.failure) << done.failure->detail;
    EXPECT_THAT(server.received(),
                ElementsAre("GET /.well-known/acme-challenge/x HTTP/1.1\r\nHost: www.example\r\n"
                            "User-Agent: t\r\nConnection: close\r\n\r\n"));
}

TEST_F(ExchangerTest, RecordsPhasesAndTimes) {
    const Exchange done = ask({ReadRequest{}, Pause{milliseconds(30)},
                               Send{"HTTP/1.1 200 Fine\r\nX: y\r\nContent-Length: 2\r\n\r\n"},
                               Pause{milliseconds(30)}, Send{"ok"}, Hold{}});
    ASSERT_FALSE(done.failure) << done.failure->detail;
    EXPECT_EQ(done.phase, ExchangePhase::done);
    EXPECT_EQ(done.response.status, 200U);
    EXPECT_EQ(done.response.reason, "Fine");
    EXPECT_EQ(done.response.headers.get("x"), "y");
    EXPECT_EQ(done.response.body, "ok");
    EXPECT_FALSE(done.body_cut);
    EXPECT_EQ(done.tls_version, "");
    EXPECT_GT(done.times.connected, not_reached);
    EXPECT_EQ(done.times.tls_done, not_reached);
    EXPECT_GE(done.times.first_byte, done.times.connected + milliseconds(20));
    EXPECT_GE(done.times.finished, done.times.first_byte + milliseconds(20));
}

TEST_F(ExchangerTest, ReadsEveryFramingOfABody) { // RFC 9112 §6.3
    for (const std::string& answer :
         {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"s, "HTTP/1.1 200 OK\r\n\r\nhello"s,
          "HTTP/1.0 200 OK\r\n\r\nhello"s,
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhell\r\n1\r\no\r\n0\r\n\r\n"s,
          "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"s}) {
        const Exchange done = ask(RawHttpServer::answer(answer));
        ASSERT_FALSE(done.failure) << answer << done.failure->detail;
        EXPECT_EQ(done.response.body, "hello") << answer;
    }
}

TEST_F(ExchangerTest, DoesNotWaitForACloseItDoesNotNeed) {
    const Exchange done = ask({ReadRequest{}, Send{"HTTP/1.1 204 No Content\r\n\r\n"}, Hold{}});
    ASSERT_FALSE(done.failure) << done.failure->detail;
    EXPECT_EQ(done.response.status, 204U);
}

TEST_F(ExchangerTest, KeepsAContentCodingAsItIs) {
    const Exchange done = ask(RawHttpServer::answer(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b"));
    EXPECT_EQ(done.response.body, "\x1f\x8b");
}

TEST_F(ExchangerTest, CutsABodyAtItsLimitAndHangsUp) {
    for (const std::string& head : {"Content-Length: 1000000\r\n\r\n"s, "\r\n"s,
                                    "Transfer-Encoding: chunked\r\n\r\nf4240\r\n"s}) {
        const RawHttpServer server(
            {{ReadRequest{}, Send{"HTTP/1.1 200 OK\r\n" + head + std::string(200'000, 'a')},
              Hold{}}});
        const Exchange done =
            ask(server, test::soon(), [](ExchangeOptions& o) { o.body_limit = 1000; });
        ASSERT_FALSE(done.failure) << done.failure->detail;
        EXPECT_TRUE(done.body_cut);
        EXPECT_EQ(done.response.body, std::string(1000, 'a'));
        EXPECT_EQ(done.phase, ExchangePhase::done);
    }
}

struct Ends {
    std::string_view name;
    std::vector<RawHttpServer::Step> script;
    FailureKind kind;
    ExchangePhase phase;
};

class ExchangeFails : public ExchangerTest, public testing::WithParamInterface<Ends> {};

TEST_P(ExchangeFails, WithItsKindAndPhase) {
    const Exchange done = ask(GetParam().script);
    ASSERT_TRUE(done.failure);
    EXPECT_EQ(done.failure->kind, GetParam().kind) << done.failure->detail;
    EXPECT_EQ(done.phase, GetParam().phase);
    EXPECT_THAT(done.failure->detail, HasSubstr("127.0.0.1"));
    EXPECT_EQ(done.times.finished, not_reached);
}

constexpr const char* chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(
    Table, ExchangeFails,
    testing::Values(
        Ends{"ClosedWithoutAWord",
             {ReadRequest{}},
             FailureKind::connection_reset,
             ExchangePhase::head},
        Ends{"ClosedInTheHead",
             {ReadRequest{}, Send{"HTTP/1.1 200 OK\r\nX: "}},
             FailureKind::connection_reset,
             ExchangePhase::head},
        Ends{"ResetInTheHead",
             {ReadRequest{}, Send{"HTTP/1.1 200 OK\r\nX: "}, Pause{milliseconds(30)}, Reset{}},
             FailureKind::connection_reset,
             ExchangePhase::head},
        Ends{"ClosedInTheBody",
             {ReadRequest{}, Send{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe"}},
             FailureKind::connection_reset,
             ExchangePhase::body},
        Ends{"ResetInTheBody",
             {ReadRequest{}, Send{"HTTP/1.1 200 OK\r\n\r\nhe"}, Pause{milliseconds(30)}, Reset{}},
             FailureKind::connection_reset,
             ExchangePhase::body},
        Ends{"ClosedBetweenChunks",
             {ReadRequest{}, Send{chunked + "2\r\nhe\r\n"s}},
             FailureKind::connection_reset,
             ExchangePhase::body},
        Ends{"BadChunk",
             {ReadRequest{}, Send{chunked + "2\r\nhe\r\nzz\r\n"s}, Hold{}},
             FailureKind::http_malformed,
             ExchangePhase::body},
        Ends{"EndlessChunkExtension",
             {ReadRequest{}, Send{chunked + "2;"s + std::string(100'000, 'a')}, Hold{}},
             FailureKind::http_malformed,
             ExchangePhase::body},
        Ends{"BadStatusLine",
             {ReadRequest{}, Send{"HTTP/1.1 OK\r\n\r\n"}, Hold{}},
             FailureKind::http_malformed,
             ExchangePhase::head},
        Ends{"AnotherProtocolThatSpeaksFirst",
             {Send{"220 mail.example ESMTP\r\n"}, Hold{}},
             FailureKind::http_malformed,
             ExchangePhase::head},
        Ends{"Http2",
             {ReadRequest{}, Send{"\0\0\x12\x04\0\0\0\0\0"s}, Hold{}},
             FailureKind::http_malformed,
             ExchangePhase::head},
        Ends{"BothLengths",
             {ReadRequest{},
              Send{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"},
              Hold{}},
             FailureKind::http_malformed,
             ExchangePhase::head},
        Ends{"SwitchingProtocols",
             {ReadRequest{}, Send{"HTTP/1.1 101 Switching Protocols\r\n\r\n"}, Hold{}},
             FailureKind::http_malformed,
             ExchangePhase::head},
        Ends{"HeadFlood",
             {ReadRequest{}, Send{"HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'a')}, Hold{}},
             FailureKind::http_too_large,
             ExchangePhase::head}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(ExchangerTest, ASlowHeadIsATimeoutThere) {
    const RawHttpServer server({{ReadRequest{}, Send{"HTTP/1.1 200"}, Hold{}}});
    const auto begin = clock.steady();
    const Exchange done = ask(server, test::soon(milliseconds(100)));
    ASSERT_TRUE(done.failure);
    EXPECT_EQ(done.failure->kind, FailureKind::timeout);
    EXPECT_EQ(done.phase, ExchangePhase::head);
    EXPECT_GT(done.times.first_byte, not_reached);
    EXPECT_LT(clock.steady() - begin, milliseconds(1000));
}

TEST_F(ExchangerTest, ASlowBodyIsATimeoutAndKeepsWhatCame) {
    const RawHttpServer server(
        {{ReadRequest{}, Send{"HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 9\r\n\r\nhe"},
          Pause{milliseconds(40)}, Send{"l"}, Pause{milliseconds(40)}, Send{"l"}, Hold{}}});
    const Exchange done = ask(server, test::soon(milliseconds(200)));
    ASSERT_TRUE(done.failure);
    EXPECT_EQ(done.failure->kind, FailureKind::timeout);
    EXPECT_THAT(done.failure->detail, HasSubstr("body"));
    EXPECT_EQ(done.phase, ExchangePhase::body);
    EXPECT_EQ(done.response.status, 200U);
    EXPECT_EQ(done.response.headers.get("X"), "y");
    EXPECT_EQ(done.response.body, "hell");
}

TEST_F(ExchangerTest, RefusedIsRefused) {
    net::Endpoint gone;
    {
        const RawHttpServer server({{}});
        gone = server.endpoint();
    }
    const Exchange done = test::run(loop, exchanger.exchange({.to = gone}, request, test::soon()));
    ASSERT_TRUE(done.failure);
    EXPECT_EQ(done.failure->kind, FailureKind::connection_refused);
    EXPECT_EQ(done.phase, ExchangePhase::connect);
    EXPECT_EQ(done.times.connected, not_reached);
}

TEST_F(ExchangerTest, ConnectsFromItsSourceAddress) {
    net::Endpoint seen;
    test::HttpServer server(loop, [&seen](const Request&, const Peer& peer) {
        seen = peer.endpoint;
        return []() -> Awaitable<Response> { co_return Response{}; }();
    });
    const auto source = net::IpAddress::parse("127.0.0.77");
    const Exchange done =
        test::run(loop, exchanger.exchange({.to = server.endpoint(), .source = source}, request,
                                           test::soon()));
    ASSERT_FALSE(done.failure) << done.failure->detail;
    EXPECT_EQ(seen.address, *source);
}

TEST_F(ExchangerTest, OverIpv6) {
    const RawHttpServer server({RawHttpServer::answer("HTTP/1.1 200 OK\r\n\r\nsix")}, "::1");
    EXPECT_EQ(ask(server).response.body, "six");
}

TEST_F(ExchangerTest, TlsToAServerWithoutTlsFailsInThatPhase) {
    const RawHttpServer server(
        {{ReadRequest{}}, {Send{"HTTP/1.1 400 Bad Request\r\n\r\n"}, Hold{}}});
    const auto tls = [](ExchangeOptions& o) { o.tls_server_name = "www.example"; };
    const RawHttpServer talks({{Send{"HTTP/1.1 400 Bad Request\r\n\r\n"}, Hold{}}});
    const Exchange done = ask(talks, test::soon(), tls);
    ASSERT_TRUE(done.failure);
    EXPECT_EQ(done.failure->kind, FailureKind::tls_failed) << done.failure->detail;
    EXPECT_EQ(done.phase, ExchangePhase::tls);
    const RawHttpServer closes({{Pause{milliseconds(20)}}});
    EXPECT_EQ(ask(closes, test::soon(), tls).failure->kind, FailureKind::tls_failed);
    const RawHttpServer silent({{Hold{}}});
    const Exchange late = ask(silent, test::soon(milliseconds(100)), tls);
    EXPECT_EQ(late.failure->kind, FailureKind::timeout);
    EXPECT_EQ(late.phase, ExchangePhase::tls);
}

TEST_F(ExchangerTest, TlsDoesNotValidateTheCertificate) { // BR 3.2.2.4.19 asks for no validation
    const test::TestPki unknown_ca;
    const auto context = unknown_ca.public_server({"other.example"});
    test::HttpServer server(
        loop,
        [](const Request& r, const Peer&) {
            return [](std::string host) -> Awaitable<Response> {
                co_return Response{.body = std::move(host)};
            }(std::string(r.headers.get("Host")));
        },
        [&](ServerOptions& options) { options.tls = [context] { return context; }; });
    for (const std::string name : {"www.example", ""}) {
        const Exchange done =
            test::run(loop, exchanger.exchange({.to = server.endpoint(), .tls_server_name = name},
                                               request, test::soon()));
        ASSERT_FALSE(done.failure) << done.failure->detail;
        EXPECT_EQ(done.response.body, "www.example");
        EXPECT_EQ(done.tls_version, "TLSv1.3");
        EXPECT_GT(done.times.tls_done, done.times.connected);
    }
}

TEST_F(ExchangerTest, SendsNothingThatBreaksTheFraming) {
    const RawHttpServer server({RawHttpServer::answer("HTTP/1.1 200 OK\r\n\r\n")});
    request.target = "/ HTTP/1.1\r\nX: y";
    const Exchange done = ask(server);
    ASSERT_TRUE(done.failure);
    EXPECT_EQ(done.failure->kind, FailureKind::invalid);
    EXPECT_EQ(server.connections(), 0U);
}

Awaitable<Result<void>> ask_into(Exchanger& exchanger, ExchangeOptions options, Request request,
                                 Exchange& out) {
    out = co_await exchanger.exchange(std::move(options), std::move(request), test::soon());
    co_return Result<void>();
}

TEST_F(ExchangerTest, CancellationClosesTheConnectionAndKeepsWhatCame) {
    const RawHttpServer server(
        {{ReadRequest{}, Send{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhe"}, Hold{}}});
    Exchange done;
    const auto outcome = test::run(
        loop, with_deadline(test::soon(milliseconds(150)), "test",
                            ask_into(exchanger, {.to = server.endpoint()}, request, done)));
    EXPECT_TRUE(outcome) << "the exchange ended by itself when it was cancelled";
    ASSERT_TRUE(done.failure);
    EXPECT_EQ(done.failure->kind, FailureKind::cancelled);
    EXPECT_EQ(done.phase, ExchangePhase::body);
    EXPECT_EQ(done.response.body, "he");
}

} // namespace
} // namespace base::http
