// SPDX-License-Identifier: Apache-2.0
#include "base/http/request_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace base::http {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t head_limit = 1024;
constexpr std::size_t body_limit = 64;

/// Feeds everything, as a session does: what was not used is shown again with what follows.
std::string feed_all(RequestReader& reader, std::string_view text, std::size_t piece = 1 << 20) {
    std::string pending;
    while (reader.progress() != ReadProgress::done && reader.progress() != ReadProgress::failed) {
        const std::size_t used = reader.feed(pending);
        pending.erase(0, used);
        if (used > 0 || reader.progress() == ReadProgress::done
            || reader.progress() == ReadProgress::failed) {
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

TEST(RequestReader, ReadsARequestInPiecesOfAnySize) {
    const std::string_view text = "POST /a?b HTTP/1.1\r\nHost: x\r\nX-A: \t1 2 \r\n"
                                  "Content-Length: 5\r\n\r\nhello";
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        RequestReader reader(head_limit, body_limit);
        EXPECT_EQ(feed_all(reader, text, piece), "");
        ASSERT_EQ(reader.progress(), ReadProgress::done) << piece << ": " << reader.detail();
        EXPECT_EQ(reader.request(),
                  (Request{.method = "POST",
                           .target = "/a?b",
                           .headers = {{"Host", "x"}, {"X-A", "1 2"}, {"Content-Length", "5"}},
                           .body = "hello"}));
        EXPECT_TRUE(reader.keep_alive());
    }
}

TEST(RequestReader, DecodesChunksAndDropsTrailers) { // RFC 9112 §7.1
    const std::string_view text = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"
                                  "3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nHost: evil\r\n\r\n";
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        RequestReader reader(head_limit, body_limit);
        feed_all(reader, text, piece);
        ASSERT_EQ(reader.progress(), ReadProgress::done) << piece << ": " << reader.detail();
        EXPECT_EQ(reader.request().body, "abcde");
        EXPECT_EQ(reader.request().headers.count("Host"), 1U);
    }
}

TEST(RequestReader, ReadsAnEmptyChunkedBodyInPiecesOfAnySize) {
    const std::string_view text =
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        RequestReader reader(head_limit, body_limit);
        feed_all(reader, text, piece);
        ASSERT_EQ(reader.progress(), ReadProgress::done) << piece << ": " << reader.detail();
        EXPECT_EQ(reader.request().body, "");
    }
}

TEST(RequestReader, StopsAfterTheHeadAndAtTheEndOfTheMessage) { // pipelining, RFC 9112 §9.3.2
    RequestReader reader(head_limit, body_limit);
    const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n";
    EXPECT_EQ(reader.feed(head + "aGET"), head.size());
    EXPECT_EQ(reader.progress(), ReadProgress::head);
    EXPECT_EQ(reader.feed("aGET"), 1U);
    EXPECT_EQ(reader.progress(), ReadProgress::done);
    reader.next();
    EXPECT_EQ(reader.progress(), ReadProgress::need_more);
    EXPECT_EQ(reader.request().body, "");
    feed_all(reader, "GET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(reader.request().target, "/2");
    EXPECT_EQ(reader.request().headers.size(), 1U);
}

TEST(RequestReader, SkipsAnEmptyLineBeforeTheRequest) { // RFC 9112 §2.2
    for (std::size_t piece : {1U, 100U}) {
        RequestReader reader(head_limit, body_limit);
        feed_all(reader, "\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", piece);
        EXPECT_EQ(reader.progress(), ReadProgress::done);
    }
    RequestReader reader(head_limit, body_limit);
    feed_all(reader, "\r\n\r\n\r\n\r\n\r\n\r\n");
    EXPECT_EQ(reader.progress(), ReadProgress::failed);
}

struct Form {
    std::string_view target, read;
};

TEST(RequestReader, AcceptsTheAbsoluteForm) { // RFC 9112 §3.2.2
    for (const auto& [target, read] :
         {Form{"http://x/a?b", "/a?b"}, Form{"HTTPS://x", "/"}, Form{"*", "*"}}) {
        RequestReader reader(head_limit, body_limit);
        feed_all(reader, "OPTIONS " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_EQ(reader.progress(), ReadProgress::done) << target;
        EXPECT_EQ(reader.request().target, read);
    }
}

struct Persistence {
    std::string_view text;
    bool keep_alive;
};

TEST(RequestReader, KnowsWhetherTheConnectionPersists) { // RFC 9112 §9.3
    for (const auto& [text, keep_alive] :
         {Persistence{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", true},
          Persistence{"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false},
          Persistence{"GET / HTTP/1.0\r\n\r\n", false},
          Persistence{"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true}}) {
        RequestReader reader(head_limit, body_limit);
        feed_all(reader, text);
        ASSERT_EQ(reader.progress(), ReadProgress::done) << text;
        EXPECT_EQ(reader.keep_alive(), keep_alive) << text;
    }
}

TEST(RequestReader, KnowsExpectations) { // RFC 9110 §10.1.1
    const std::string rest = "Expect: 100-Continue\r\nHost: x\r\nContent-Length: 1\r\n\r\n";
    RequestReader reader(head_limit, body_limit);
    reader.feed("POST / HTTP/1.1\r\n" + rest);
    EXPECT_TRUE(reader.expects_continue());
    RequestReader old(head_limit, body_limit);
    old.feed("POST / HTTP/1.0\r\n" + rest);
    EXPECT_FALSE(old.expects_continue()) << "HTTP/1.0 does not know interim responses";
}

struct Rejected {
    std::string_view name, text;
    Rejection why;
};

class RequestRejected : public testing::TestWithParam<Rejected> {};

TEST_P(RequestRejected, WhetherItComesAtOnceOrOctetByOctet) {
    for (std::size_t piece : {1UL, 7UL, 1UL << 20}) {
        RequestReader reader(head_limit, body_limit);
        feed_all(reader, GetParam().text, piece);
        ASSERT_EQ(reader.progress(), ReadProgress::failed) << piece;
        EXPECT_EQ(reader.rejection(), GetParam().why) << reader.detail();
        EXPECT_NE(reader.detail(), "");
    }
}

#define HEAD "POST / HTTP/1.1\r\nHost: x\r\n"

INSTANTIATE_TEST_SUITE_P(
    Rfc9112, RequestRejected,
    testing::Values(
        Rejected{"LengthAndTransferEncoding",
                 HEAD "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                 Rejection::malformed},
        Rejected{"TransferEncodingAndLength",
                 HEAD "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
                 Rejection::malformed},
        Rejected{"TwoLengths", HEAD "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
                 Rejection::malformed},
        Rejected{"TwoEqualLengths", HEAD "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
                 Rejection::malformed},
        Rejected{"LengthList", HEAD "Content-Length: 5, 5\r\n\r\nhello", Rejection::malformed},
        Rejected{"LengthSigned", HEAD "Content-Length: +5\r\n\r\nhello", Rejection::malformed},
        Rejected{"LengthNegative", HEAD "Content-Length: -1\r\n\r\n", Rejection::malformed},
        Rejected{"LengthHex", HEAD "Content-Length: 0x5\r\n\r\n", Rejection::malformed},
        Rejected{"LengthEmpty", HEAD "Content-Length:\r\n\r\n", Rejection::malformed},
        Rejected{"LengthOverflow", HEAD "Content-Length: 99999999999999999999999\r\n\r\n",
                 Rejection::malformed},
        Rejected{"OtherTransferEncoding", HEAD "Transfer-Encoding: gzip\r\n\r\n",
                 Rejection::malformed},
        Rejected{"ChunkedNotLast", HEAD "Transfer-Encoding: chunked, gzip\r\n\r\n",
                 Rejection::malformed},
        Rejected{"ChunkedTwice", HEAD "Transfer-Encoding: chunked, chunked\r\n\r\n",
                 Rejection::malformed},
        Rejected{"TwoTransferEncodings",
                 HEAD "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
                 Rejection::malformed},
        Rejected{"MangledTransferEncoding", HEAD "Transfer-Encoding: xchunked\r\n\r\n",
                 Rejection::malformed},
        Rejected{"TransferEncodingInHttp10",
                 "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                 Rejection::malformed},
        Rejected{"SpaceBeforeColon", HEAD "Transfer-Encoding : chunked\r\n\r\n",
                 Rejection::malformed},
        Rejected{"FoldedLine", HEAD "X: a\r\n b\r\n\r\n", Rejection::malformed},
        Rejected{"FoldedWithTab", HEAD "X: a\r\n\tb\r\n\r\n", Rejection::malformed},
        Rejected{"SpaceBeforeFirstField", "GET / HTTP/1.1\r\n X: a\r\nHost: x\r\n\r\n",
                 Rejection::malformed},
        Rejected{"BareLineFeed", "GET / HTTP/1.1\nHost: x\n\n", Rejection::malformed},
        Rejected{"BareLineFeedInField", HEAD "X: a\nY: b\r\n\r\n", Rejection::malformed},
        Rejected{"BareCarriageReturn", HEAD "X: a\rb\r\n\r\n", Rejection::malformed},
        Rejected{"NulInField", HEAD "X: a\0b\r\n\r\n"sv, Rejection::malformed},
        Rejected{"NoColon", HEAD "X\r\n\r\n", Rejection::malformed},
        Rejected{"NoHost", "GET / HTTP/1.1\r\n\r\n", Rejection::malformed},
        Rejected{"TwoHosts", HEAD "Host: y\r\n\r\n", Rejection::malformed},
        Rejected{"BadMethod", "G@T / HTTP/1.1\r\nHost: x\r\n\r\n", Rejection::malformed},
        Rejected{"TlsClientHello", "\x16\x03\x01\x02\x00\x01"sv, Rejection::malformed},
        Rejected{"AuthorityForm", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
                 Rejection::malformed},
        Rejected{"RelativeTarget", "GET a HTTP/1.1\r\nHost: x\r\n\r\n", Rejection::malformed},
        Rejected{"SpaceInTarget", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
                 Rejection::version_unsupported},
        Rejected{"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                 Rejection::version_unsupported},
        Rejected{"Http12", "GET / HTTP/1.2\r\nHost: x\r\n\r\n", Rejection::version_unsupported},
        Rejected{"BadChunkSize", HEAD "Transfer-Encoding: chunked\r\n\r\nx\r\nabc\r\n",
                 Rejection::malformed},
        Rejected{"ChunkSizeWithPrefix",
                 HEAD "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
                 Rejection::malformed},
        Rejected{"ChunkSizeOverflow",
                 HEAD "Transfer-Encoding: chunked\r\n\r\n10000000000000003\r\nabc\r\n",
                 Rejection::malformed},
        Rejected{"ChunkLongerThanItsSize",
                 HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
                 Rejection::malformed},
        Rejected{"BodyOverLimit", HEAD "Content-Length: 65\r\n\r\n", Rejection::body_too_large},
        Rejected{"ChunksOverLimit",
                 HEAD "Transfer-Encoding: chunked\r\n\r\n"
                      "20\r\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n21\r\n",
                 Rejection::body_too_large}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(RequestReader, BoundsTheHeadAsAWhole) {
    std::string text = HEAD;
    for (int i = 0; i < 200; ++i) {
        text += "X: y\r\n"; // each line far below the limit
    }
    for (std::size_t piece : {1UL, 6UL, 1UL << 20}) {
        RequestReader reader(head_limit, body_limit);
        feed_all(reader, text, piece);
        ASSERT_EQ(reader.progress(), ReadProgress::failed);
        EXPECT_EQ(reader.rejection(), Rejection::head_too_large);
    }
    RequestReader one_line(head_limit, body_limit);
    feed_all(one_line, "GET /" + std::string(2000, 'a'), 100);
    ASSERT_EQ(one_line.progress(), ReadProgress::failed);
    EXPECT_EQ(one_line.rejection(), Rejection::head_too_large);
}

TEST(RequestReader, BoundsTheNumberOfFieldLines) {
    RequestReader reader(1 << 20, body_limit);
    std::string text = HEAD;
    for (int i = 0; i < 300; ++i) {
        text += "X: y\r\n";
    }
    feed_all(reader, text + "\r\n");
    ASSERT_EQ(reader.progress(), ReadProgress::failed);
    EXPECT_EQ(reader.rejection(), Rejection::head_too_large);
}

TEST(RequestReader, AcceptsHeadAndBodyAtTheirLimits) {
    std::string head = HEAD "Content-Length: 64\r\nX: ";
    head += std::string(head_limit - head.size() - 4, 'a') + "\r\n\r\n";
    ASSERT_EQ(head.size(), head_limit);
    RequestReader reader(head_limit, body_limit);
    feed_all(reader, head + std::string(body_limit, 'b'), 100);
    EXPECT_EQ(reader.progress(), ReadProgress::done) << reader.detail();
}

} // namespace
} // namespace base::http
