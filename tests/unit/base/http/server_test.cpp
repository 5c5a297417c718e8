// SPDX-License-Identifier: Apache-2.0
#include "base/http/server.hpp"

#include "base/async/task_set.hpp"
#include "support/http_server.hpp"
#include "support/raw_http_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>
#include <system_error>

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

/// Answers with what it was asked.
Awaitable<Response> echo(const Request& request, const Peer&) {
    co_return Response{.headers = {{"X-Method", request.method}},
                       .body = request.target + "|" + request.body};
}

class ServerTest : public testing::Test {
protected:
    std::string talk(std::vector<Piece> pieces) {
        return test::run(loop, RawHttpClient::talk(server.endpoint(), std::move(pieces)));
    }

    asio::io_context loop;
    test::HttpServer server{loop, echo};
};

constexpr const char* close_get = "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

TEST_F(ServerTest, AnswersWithLengthAndDate) {
    const std::string text = talk({{close_get}});
    EXPECT_THAT(text, StartsWith("HTTP/1.1 200 OK\r\nX-Method: GET\r\nDate: "));
    EXPECT_THAT(text, HasSubstr("GMT\r\nConnection: close\r\nContent-Length: 6\r\n"));
    EXPECT_THAT(text, EndsWith("\r\n\r\n/last|"));
}

TEST_F(ServerTest, KeepsTheConnectionAlive) { // RFC 9112 §9.3
    const std::string text =
        talk({{"GET /1 HTTP/1.1\r\nHost: x\r\n\r\n"}, {close_get, milliseconds(20)}});
    EXPECT_THAT(text, HasSubstr("/1|HTTP/1.1 200"));
    EXPECT_THAT(text, EndsWith("/last|"));
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) { // RFC 9112 §9.3.2
    std::string all;
    for (int i = 0; i < 50; ++i) {
        all += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab";
    }
    const std::string text = talk({{all + close_get}});
    std::size_t at = 0;
    for (int i = 0; i < 50; ++i) {
        at = text.find("\r\n\r\n/" + std::to_string(i) + "|ab", at);
        ASSERT_NE(at, std::string::npos) << i;
    }
    EXPECT_THAT(text, EndsWith("/last|"));
}

/// What has been read of a request is its connection's own, whoever is read next.
TEST_F(ServerTest, HalfARequestOutlivesTheReadingOfOthers) {
    const auto meanwhile = [](net::Endpoint to) -> Awaitable<std::string> {
        RawHttpClient slow = co_await RawHttpClient::connect(to);
        co_await slow.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /second HTTP/1.1\r\nHo");
        co_await slow.receive("/1|");
        RawHttpClient other = co_await RawHttpClient::connect(to);
        co_await other.send("GET /x HTTP/1.1\r\nHost: y\r\nX-Filler: " + std::string(200, 'z')
                            + "\r\n\r\n");
        co_await other.receive("/x|");
        co_await slow.send("st: x\r\nConnection: close\r\n\r\n");
        co_return co_await slow.receive();
    };
    EXPECT_THAT(test::run(loop, meanwhile(server.endpoint())), EndsWith("/second|"));
}

TEST_F(ServerTest, Http10ClosesUnlessAskedNotTo) { // RFC 9112 §9.3
    EXPECT_THAT(talk({{"GET /1 HTTP/1.0\r\n\r\n"}}), HasSubstr("Connection: close\r\n"));
    const std::string kept =
        talk({{"GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /2 HTTP/1.0\r\n\r\n"}});
    EXPECT_THAT(kept, HasSubstr("Connection: keep-alive\r\n"));
    EXPECT_THAT(kept, EndsWith("/2|"));
}

TEST_F(ServerTest, HeadHasNoBody) { // RFC 9110 §9.3.2
    const std::string text =
        talk({{std::string("HEAD /h HTTP/1.1\r\nHost: x\r\n\r\n") + close_get}});
    EXPECT_THAT(text, HasSubstr("X-Method: HEAD\r\n"));
    EXPECT_THAT(text, HasSubstr("Content-Length: 3\r\n\r\nHTTP/1.1 200"));
}

TEST_F(ServerTest, SaysContinueWhenTheBodyIsHeldBack) { // RFC 9110 §10.1.1
    const std::string head = "POST /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                             "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n";
    EXPECT_THAT(
        talk({{head}, {"body", milliseconds(50)}}),
        AllOf(StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200"), EndsWith("/c|body")));
    EXPECT_THAT(talk({{head + "body"}}), StartsWith("HTTP/1.1 200")) << "nothing was held back";
}

TEST_F(ServerTest, ReadsChunkedBodies) { // RFC 9112 §7.1
    EXPECT_THAT(talk({{"POST /k HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n3\r\nab"},
                      {"c\r\n2\r\nde\r\n0\r\n\r\n", milliseconds(20)}}),
                EndsWith("/k|abcde"));
}

TEST_F(ServerTest, AnswersAMalformedRequestAndCloses) {
    const std::string text =
        talk({{std::string("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
               + close_get}});
    EXPECT_THAT(text, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
    EXPECT_THAT(text, HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(text, Not(HasSubstr("/last"))) << "what follows is not a request";
    EXPECT_THAT(server.rejections, ElementsAre(Rejection::malformed));
}

TEST_F(ServerTest, AnUnsolicitedCloseIsSilent) {
    test::run(loop, [](net::Endpoint to) -> Awaitable<void> {
        RawHttpClient client = co_await RawHttpClient::connect(to);
        client.finish();
        EXPECT_EQ(co_await client.receive(), "");
    }(server.endpoint()));
    EXPECT_THAT(server.rejections, IsEmpty());
    EXPECT_THAT(server.log.events(), IsEmpty());
}

TEST_F(ServerTest, ACloseWithinARequestIsSilent) {
    test::run(loop, [](net::Endpoint to) -> Awaitable<void> {
        RawHttpClient client = co_await RawHttpClient::connect(to);
        co_await client.send("GET / HTTP/1.1\r\nHo");
        client.finish();
        EXPECT_EQ(co_await client.receive(), "");
    }(server.endpoint()));
    EXPECT_THAT(server.rejections, IsEmpty());
}

Awaitable<Response> faulty(const Request& request, const Peer&) {
    if (request.target == "/memory") {
        throw std::bad_alloc();
    }
    if (request.target == "/int") {
        throw 42; // NOLINT: whatever a library may throw
    }
    if (request.target == "/fault") {
        throw std::runtime_error("a secret of the database");
    }
    co_return Response{.body = "fine"};
}

TEST(ServerFaults, EndOneRequestAndAreLoggedWithTheirIncident) {
    asio::io_context loop;
    test::HttpServer server(loop, faulty);
    const std::string text = test::run(
        loop, RawHttpClient::talk(server.endpoint(), {{"GET /fault HTTP/1.1\r\nHost: x\r\n\r\n"
                                                       "GET /memory HTTP/1.1\r\nHost: x\r\n\r\n"
                                                       "GET /int HTTP/1.1\r\nHost: x\r\n\r\n"},
                                                      {close_get}}));
    EXPECT_THAT(text, StartsWith("HTTP/1.1 500 Internal Server Error\r\n"));
    EXPECT_THAT(text, Not(HasSubstr("secret")));
    EXPECT_THAT(text, EndsWith("fine"));
    ASSERT_EQ(server.incidents.size(), 3U);
    EXPECT_THAT(text, HasSubstr(server.incidents[0]));
    EXPECT_EQ(server.log.count("handler-fault"), 3U);
    const auto logged = server.log.find("handler-fault");
    ASSERT_TRUE(logged);
    EXPECT_EQ(logged->field("incident"), server.incidents[0]);
    EXPECT_EQ(logged->field("what"), "a secret of the database");
    EXPECT_EQ(logged->field("path"), "/fault");
}

TEST(ServerHandlers, RunToTheirEndWhenTheClientIsGone) { // the audit must be complete
    asio::io_context loop;
    bool finished = false;
    test::HttpServer server(loop, [&finished](const Request&, const Peer&) {
        return [](bool* done) -> Awaitable<Response> {
            const auto slept = co_await sleep_until(test::soon(milliseconds(100)));
            *done = slept.has_value();
            co_return Response{};
        }(&finished);
    });
    test::run(loop, [](net::Endpoint to) -> Awaitable<void> {
        RawHttpClient client = co_await RawHttpClient::connect(to);
        co_await client.send(close_get);
        co_await sleep_until(test::soon(milliseconds(20)));
        client.close();
        co_await sleep_until(test::soon(milliseconds(200)));
    }(server.endpoint()));
    EXPECT_TRUE(finished);
    EXPECT_EQ(server.server->connections(), 0U);
}

TEST(ServerListen, NamesTheEndpointThatIsTaken) {
    asio::io_context loop;
    test::HttpServer first(loop, echo);
    try {
        test::HttpServer second(loop, echo,
                                [&](ServerOptions& options) { options.listen = first.endpoint(); });
        FAIL() << "bound twice";
    } catch (const std::system_error& error) {
        EXPECT_THAT(error.what(), HasSubstr(first.endpoint().to_string()));
    }
}

TEST(ServerListen, SeveralMayShareAnEndpoint) {
    asio::io_context loop;
    const auto share = [](ServerOptions& options) { options.reuse_port = true; };
    test::HttpServer first(loop, echo, share);
    test::HttpServer second(loop, echo, [&](ServerOptions& options) {
        share(options);
        options.listen = first.endpoint();
    });
    EXPECT_EQ(first.endpoint(), second.endpoint());
    first.drain();
    EXPECT_THAT(test::run(loop, RawHttpClient::talk(second.endpoint(), {{close_get}})),
                EndsWith("/last|"));
}

TEST(ServerListen, OnIpv6) {
    asio::io_context loop;
    net::Endpoint seen;
    test::HttpServer server(
        loop,
        [&seen](const Request& request, const Peer& peer) {
            seen = peer.endpoint;
            return echo(request, peer);
        },
        [](ServerOptions& options) { options.listen.address = *net::IpAddress::parse("::1"); });
    test::run(loop, RawHttpClient::talk(server.endpoint(), {{close_get}}));
    EXPECT_EQ(seen.address.to_string(), "::1");
}

} // namespace
} // namespace base::http
