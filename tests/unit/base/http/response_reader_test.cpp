// SPDX-License-Identifier: Apache-2.0
#include "base/http/response_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace base::http {
namespace {

using namespace std::string_view_literals;
using Progress = ResponseReader::Progress;

constexpr std::size_t head_limit = 1024;
constexpr std::size_t body_limit = 16;

bool over(const ResponseReader& reader) {
    return reader.progress() == Progress::done || reader.progress() == Progress::failed;
}

/// Returns what was left.
std::string feed_all(ResponseReader& reader, std::string_view text, std::size_t piece = 1 << 20) {
    std::string pending;
    while (!over(reader)) {
        const std::size_t used = reader.feed(pending);
        pending.erase(0, used);
        if (used > 0 || over(reader)) {
            continue;
        }
        if (text.empty()) {
            break;
        }
        pending += text.substr(0, piece);
        text.remove_prefix(std::min(piece, text.size()));
    }
    return pending + std::string(text);
}

struct Read {
    std::string_view name, text;
    bool to_eof;
    unsigned status;
    std::string_view body;
    bool cut, keep_alive;
};

class ResponseRead : public testing::TestWithParam<Read> {};

TEST_P(ResponseRead, InPiecesOfAnySize) {
    const Read& want = GetParam();
    for (std::size_t piece = 1; piece <= want.text.size(); ++piece) {
        ResponseReader reader(head_limit, body_limit);
        feed_all(reader, want.text, piece);
        if (want.to_eof) {
            EXPECT_EQ(reader.progress(), Progress::body);
            EXPECT_TRUE(reader.until_close());
            reader.end_of_input();
        }
        ASSERT_EQ(reader.progress(), Progress::done) << piece << ": " << reader.failure().detail;
        EXPECT_EQ(reader.response().status, want.status);
        EXPECT_EQ(reader.response().body, want.body);
        EXPECT_EQ(reader.cut(), want.cut);
        EXPECT_EQ(reader.keep_alive(), want.keep_alive);
    }
}

#define OK "HTTP/1.1 200 OK\r\n"

INSTANTIATE_TEST_SUITE_P(
    Rfc9112, ResponseRead,
    testing::Values(
        Read{"Length", OK "Content-Length: 3\r\n\r\nabc", false, 200, "abc", false, true},
        Read{"EmptyLength", OK "Content-Length: 0\r\n\r\n", false, 200, "", false, true},
        Read{"Close", OK "Connection: close\r\nContent-Length: 3\r\n\r\nabc", false, 200, "abc",
             false, false},
        Read{"Chunked", OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n",
             false, 200, "abcd", false, true},
        Read{"Trailers", OK "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n", false,
             200, "a", false, true},
        Read{"ToEof", OK "\r\nabc", true, 200, "abc", false, false},
        Read{"ToEofHttp10", "HTTP/1.0 200 OK\r\n\r\nabc", true, 200, "abc", false, false},
        Read{"ToEofEmpty", OK "\r\n", true, 200, "", false, false},
        Read{"NoReason", "HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n", false, 404, "", false, true},
        Read{"NoContent", "HTTP/1.1 204 No Content\r\n\r\n", false, 204, "", false, true},
        Read{"NotModifiedHasNoBody", "HTTP/1.1 304 x\r\nContent-Length: 5\r\n\r\n", false, 304, "",
             false, true},
        Read{"Interim",
             "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" OK
             "Content-Length: 1\r\n\r\na",
             false, 200, "a", false, true},
        Read{"LengthCut", OK "Content-Length: 17\r\n\r\n0123456789abcdefg", false, 200,
             "0123456789abcdef", true, false},
        Read{"LengthAtLimit", OK "Content-Length: 16\r\n\r\n0123456789abcdef", false, 200,
             "0123456789abcdef", false, true},
        Read{"ChunkedCut",
             OK "Transfer-Encoding: chunked\r\n\r\nf\r\n0123456789abcde\r\n2\r\nfg\r\n0\r\n\r\n",
             false, 200, "0123456789abcdef", true, false},
        Read{"ToEofCut", OK "\r\n0123456789abcdefg", false, 200, "0123456789abcdef", true, false},
        Read{"ContentCodingIsKept",
             OK "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b", false, 200,
             "\x1f\x8b", false, true}),
    [](const auto& info) { return std::string(info.param.name); });

struct Bad {
    std::string_view name, text;
    FailureKind kind = FailureKind::http_malformed;
};

class ResponseBad : public testing::TestWithParam<Bad> {};

TEST_P(ResponseBad, InPiecesOfAnySize) {
    for (std::size_t piece : {1UL, 5UL, 1UL << 20}) {
        ResponseReader reader(head_limit, body_limit);
        feed_all(reader, GetParam().text, piece);
        ASSERT_EQ(reader.progress(), Progress::failed) << piece;
        EXPECT_EQ(reader.failure().kind, GetParam().kind) << reader.failure().detail;
        EXPECT_NE(reader.failure().detail, "");
    }
}

#define INTERIM "HTTP/1.1 100 Continue\r\n\r\n"

INSTANTIATE_TEST_SUITE_P(
    Rfc9112, ResponseBad,
    testing::Values(
        Bad{"Smtp", "220 mail.example ESMTP\r\n"}, Bad{"Ssh", "SSH-2.0-x"},
        Bad{"Http09", "<html>hello"}, Bad{"Http2", "HTTP/2.0 200 OK\r\n\r\n"},
        Bad{"Http2Frames", "\0\0\x12\x04\0\0\0\0\0"sv}, Bad{"LowerCase", "http/1.1 200 OK\r\n\r\n"},
        Bad{"Http12", "HTTP/1.2 200 OK\r\n\r\n"}, Bad{"BadStatus", "HTTP/1.1 2x0 OK\r\n\r\n"},
        Bad{"ShortStatus", "HTTP/1.1 20 OK\r\n\r\n"},
        Bad{"StatusBelow100", "HTTP/1.1 099 OK\r\n\r\n"},
        Bad{"BareLineFeeds", "HTTP/1.1 200 OK\nContent-Length: 0\n\n"},
        Bad{"Folded", OK "X: a\r\n b\r\nContent-Length: 0\r\n\r\n"},
        Bad{"BareCarriageReturn", OK "X: a\rb\r\nContent-Length: 0\r\n\r\n"},
        Bad{"SpaceBeforeColon", OK "Content-Length : 3\r\n\r\nabc"},
        Bad{"LengthAndTransferEncoding",
            OK "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        Bad{"TwoLengths", OK "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc"},
        Bad{"BadLength", OK "Content-Length: 3a\r\n\r\nabc"},
        Bad{"GzipTransferCoding", OK "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
        Bad{"TransferEncodingInHttp10",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        Bad{"BadChunkSize", OK "Transfer-Encoding: chunked\r\n\r\nzz\r\n"},
        Bad{"ChunkWithoutCrlf", OK "Transfer-Encoding: chunked\r\n\r\n1\r\naXX1\r\n"},
        Bad{"SwitchingProtocols", "HTTP/1.1 101 Switching Protocols\r\n\r\n"},
        Bad{"SixInterim", INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(ResponseReader, AnInterimResponseIsNeverTheAnswer) { // RFC 9110 §15.2
    ResponseReader reader(head_limit, body_limit);
    feed_all(reader, INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM, 1UL << 20);
    EXPECT_EQ(reader.progress(), Progress::failed);
    EXPECT_FALSE(reader.has_head());
}

TEST(ResponseReader, FiveInterimResponsesAreSkipped) {
    ResponseReader reader(head_limit, body_limit);
    feed_all(reader, INTERIM INTERIM INTERIM INTERIM INTERIM OK "Content-Length: 0\r\n\r\n", 3);
    EXPECT_EQ(reader.progress(), Progress::done) << reader.failure().detail;
}

TEST(ResponseReader, BoundsTheHeadAsAWhole) {
    std::string text = OK;
    for (int i = 0; i < 200; ++i) {
        text += "X: y\r\n";
    }
    for (std::size_t piece : {1UL, 6UL, 1UL << 20}) {
        ResponseReader reader(head_limit, body_limit);
        feed_all(reader, text, piece);
        ASSERT_EQ(reader.progress(), Progress::failed);
        EXPECT_EQ(reader.failure().kind, FailureKind::http_too_large);
    }
}

TEST(ResponseReader, AnEndTooEarlyIsAReset) { // RFC 9112 §8
    for (const std::string_view text : {""sv, "HT"sv, OK ""sv, OK "Content-Length: 3\r\n\r\nab"sv,
                                        OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"sv}) {
        ResponseReader reader(head_limit, body_limit);
        feed_all(reader, text);
        reader.end_of_input();
        ASSERT_EQ(reader.progress(), Progress::failed) << text;
        EXPECT_EQ(reader.failure().kind, FailureKind::connection_reset);
    }
}

TEST(ResponseReader, KeepsWhatWasReadOfAFailedBody) {
    ResponseReader reader(head_limit, body_limit);
    feed_all(reader, OK "X: y\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n");
    EXPECT_EQ(reader.progress(), Progress::failed);
    EXPECT_EQ(reader.response().status, 200U);
    EXPECT_EQ(reader.response().headers.get("X"), "y");
    EXPECT_EQ(reader.response().body, "abc");
}

TEST(ResponseReader, StopsAtTheEndOfTheMessage) {
    ResponseReader reader(head_limit, body_limit);
    EXPECT_EQ(feed_all(reader, OK "Content-Length: 1\r\n\r\naHTTP/1.1"), "HTTP/1.1");
    reader.next();
    EXPECT_EQ(reader.progress(), Progress::head);
    EXPECT_EQ(reader.response(), Response{});
}

} // namespace
} // namespace base::http
