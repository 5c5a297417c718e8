// SPDX-License-Identifier: Apache-2.0
// The pool and a peer with which no HTTP/2 connection comes about, or none that ends as it should.

#include "base/http/client.hpp"

#include "support/http2_frames.hpp"
#include "support/raw_http_client.hpp"
#include "support/raw_http_server.hpp"
#include "support/raw_tls_server.hpp"
#include "support/run.hpp"
#include "support/test_pki.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace base::http {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
namespace h2 = test::http2;

class PoolHandshakeTest : public testing::Test {
protected:
    Result<Response> ask() {
        pool.emplace(loop, clock, options);
        return test::run(loop, pool->send({.target = "/x"}, test::soon()));
    }

    asio::io_context loop;
    SystemClock clock;
    PoolOptions options;
    std::optional<Pool> pool;
};

TEST_F(PoolHandshakeTest, APeerThatAnswersHttp1IsSaidToBeMalformed) {
    const test::RawHttpServer old(
        {{test::raw::ReadRequest{}, test::raw::Send{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
          test::raw::Hold{}}});
    options.host = "127.0.0.1";
    options.port = old.endpoint().port;
    const auto response = ask();
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, FailureKind::http_malformed) << response.error().detail;
    EXPECT_THAT(response.error().detail, HasSubstr("not HTTP/2"));
}

TEST_F(PoolHandshakeTest, ATlsPeerWithoutHttp2IsSaidToBeMalformed) {
    const auto tls = test::pki().mutual_server({"agent.test"});
    SSL_CTX_set_alpn_select_cb(tls->native_handle(), nullptr, nullptr);
    const test::RawTlsServer old(tls, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    const auto client = test::pki().mutual_client({"coordinator.test"});
    options.host = "127.0.0.1";
    options.port = old.endpoint().port;
    options.tls = [client] { return client; };
    options.peer_identity = "agent.test";
    const auto response = ask();
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, FailureKind::http_malformed) << response.error().detail;
    EXPECT_THAT(response.error().detail, HasSubstr("HTTP/2"));
}

TEST_F(PoolHandshakeTest, ATlsStreamCutShortIsNoEnd) {
    const test::RawTlsServer broken(test::pki().mutual_server({"agent.test"}),
                                    h2::settings() + h2::headers(1, {{":status", "200"}}, false)
                                        + h2::data(1, "o", false));
    const auto client = test::pki().mutual_client({"coordinator.test"});
    options.host = "127.0.0.1";
    options.port = broken.endpoint().port;
    options.tls = [client] { return client; };
    options.peer_identity = "agent.test";
    const auto response = ask();
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, FailureKind::connection_reset) << response.error().detail;
}

TEST_F(PoolHandshakeTest, ASilentHandshakeEndsWithTheTimeToConnect) {
    const test::RawHttpServer silent({{test::raw::Hold{}}});
    const auto client = test::pki().mutual_client({"coordinator.test"});
    options.host = "127.0.0.1";
    options.port = silent.endpoint().port;
    options.tls = [client] { return client; };
    options.connect_timeout = milliseconds(100);
    const auto begin = clock.steady();
    EXPECT_EQ(ask().error().kind, FailureKind::timeout);
    EXPECT_LT(clock.steady() - begin, milliseconds(3000));
    EXPECT_EQ(pool->open_connections(), 0U);
}

} // namespace
} // namespace base::http
