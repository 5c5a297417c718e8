// SPDX-License-Identifier: Apache-2.0
#include "base/http/message.hpp"

#include "base/http/message_text.hpp"

#include <gtest/gtest.h>

namespace base::http {
namespace {

TEST(Headers, LooksUpWithoutCase) { // RFC 9110 §5.1
    const Headers headers{{"Location", "/a"}, {"X-One", "1"}, {"location", "/b"}};
    EXPECT_EQ(headers.get("LOCATION"), "/a");
    EXPECT_EQ(headers.count("location"), 2U);
    EXPECT_EQ(headers.get("X-Two"), "");
    EXPECT_EQ(headers.count("X-Two"), 0U);
}

TEST(Headers, SetReplacesEveryLineOfThatName) {
    Headers headers{{"A", "1"}, {"B", "2"}, {"a", "3"}};
    headers.set("a", "4");
    EXPECT_EQ(headers, (Headers{{"A", "4"}, {"B", "2"}}));
    headers.set("C", "5");
    EXPECT_EQ(headers, (Headers{{"A", "4"}, {"B", "2"}, {"C", "5"}}));
}

TEST(Headers, GivesItsLinesInOrder) {
    Headers headers{{"A", ""}, {"b", "2"}};
    headers.add("A", std::string(300, 'x'));
    EXPECT_EQ(headers.size(), 3U);
    std::string all;
    for (const auto& [name, value] : headers.fields()) {
        all.append(name).append("=").append(value).append(";");
    }
    EXPECT_EQ(all, "A=;b=2;A=" + std::string(300, 'x') + ";");
    headers.set("a", headers.get("b")); // a view into itself
    EXPECT_EQ(headers, (Headers{{"A", "2"}, {"b", "2"}}));
    EXPECT_NE(headers, (Headers{{"A2", ""}, {"b", "2"}}));
}

TEST(Request, PathEndsAtTheQuery) {
    EXPECT_EQ(Request{.target = "/a/b?c/d"}.path(), "/a/b");
    EXPECT_EQ(Request{.target = "/a"}.path(), "/a");
}

TEST(JsonResponse, SaysItsType) {
    const Response response = json_response(429, "{}");
    EXPECT_EQ(response.status, 429U);
    EXPECT_EQ(response.headers.get("content-type"), "application/json");
    EXPECT_EQ(response.body, "{}");
}

std::string sent(const Request& request, bool keep_alive = true) {
    std::string out;
    const auto appended = append_request(out, request, keep_alive);
    return appended ? out : "refused: " + appended.error().detail;
}

TEST(RequestText, IsHeadThenBody) { // RFC 9112 §3
    EXPECT_EQ(sent({.target = "/x?y", .headers = {{"Host", "a.example"}}}),
              "GET /x?y HTTP/1.1\r\nHost: a.example\r\n\r\n");
    EXPECT_EQ(sent({.method = "POST", .headers = {{"Host", "a"}}, .body = "abc"}, false),
              "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc");
    EXPECT_EQ(sent({.method = "POST"}), "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
}

TEST(RequestText, OwnsTheFraming) {
    EXPECT_EQ(sent({.headers = {{"content-length", "9"},
                                {"Transfer-Encoding", "chunked"},
                                {"CONNECTION", "upgrade"}}}),
              "GET / HTTP/1.1\r\n\r\n");
}

TEST(RequestText, RefusesWhatWouldBreakTheFraming) {
    for (const Request& request :
         {Request{.method = "GE T"}, Request{.method = ""}, Request{.target = "/a b"},
          Request{.target = "/\r\nX: y"}, Request{.target = ""},
          Request{.headers = {{"X\r\n", "y"}}}, Request{.headers = {{"X", "y\r\nZ: 1"}}},
          Request{.headers = {{"X", std::string("\0", 1)}}}, Request{.headers = {{"", "y"}}}}) {
        EXPECT_TRUE(sent(request).starts_with("refused")) << sent(request);
    }
}

std::string sent(const Response& response, ResponseFraming framing = {}) {
    std::string out;
    framing.date = "D";
    append_response(out, response, framing);
    return out;
}

TEST(ResponseText, IsHeadThenBody) {
    EXPECT_EQ(sent(Response{.headers = {{"X", "y"}}, .body = "abc"}),
              "HTTP/1.1 200 OK\r\nX: y\r\nDate: D\r\nContent-Length: 3\r\n\r\nabc");
    EXPECT_EQ(sent(Response{.status = 404, .reason = "Nope"}, {.keep_alive = false}),
              "HTTP/1.1 404 Nope\r\nDate: D\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(
        sent(Response{.status = 599}, {.http10 = true}),
        "HTTP/1.1 599 Status\r\nDate: D\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n");
}

TEST(ResponseText, HasNoLengthWhereThereIsNoBody) { // RFC 9110 §8.6
    EXPECT_EQ(sent(Response{.status = 204}), "HTTP/1.1 204 No Content\r\nDate: D\r\n\r\n");
    EXPECT_EQ(sent(Response{.status = 304, .body = "x"}),
              "HTTP/1.1 304 Not Modified\r\nDate: D\r\n\r\n");
}

TEST(ResponseText, ToHeadHasTheLengthOfGetAndNoBody) { // RFC 9110 §9.3.2
    EXPECT_EQ(sent(Response{.body = "abc"}, {.to_head = true}),
              "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 3\r\n\r\n");
    EXPECT_EQ(sent(Response{.headers = {{"Content-Length", "7"}}}, {.to_head = true}),
              "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 7\r\n\r\n");
}

TEST(ResponseText, AHandlersMistakeDoesNotSplitTheResponse) {
    EXPECT_EQ(
        sent(Response{.reason = "a\r\nb", .headers = {{"X", "y\r\nZ: 1"}, {"Bad Name", "z"}}}),
        "HTTP/1.1 200 a  b\r\nX: y  Z: 1\r\nDate: D\r\nContent-Length: 0\r\n\r\n");
}

TEST(HttpDate, IsImfFixdate) { // RFC 9110 §5.6.7's example
    EXPECT_EQ(http_date(WallTime(std::chrono::seconds(784111777))),
              "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(http_date(WallTime(std::chrono::microseconds(1709210096999999))),
              "Thu, 29 Feb 2024 12:34:56 GMT");
}

} // namespace
} // namespace base::http
