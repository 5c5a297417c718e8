// SPDX-License-Identifier: Apache-2.0
// How much the server holds of the bodies that one connection's requests have begun.

#include "base/http/server.hpp"

#include "support/http_server.hpp"
#include "support/raw_http2_client.hpp"

#include <gtest/gtest.h>

namespace base::http {
namespace {

using std::chrono::milliseconds;
using test::RawHttp2Client;
namespace h2 = test::http2;

TEST(Http2HeldBodies, AreBounded) {
    // Many bodies at once, none complete: past the bound the connection's window stays shut.
    asio::io_context loop;
    std::size_t begun = 0;
    test::HttpServer server(
        loop,
        [&begun](const Request&, const Peer&) -> Awaitable<Response> {
            ++begun;
            co_return Response{};
        },
        [](ServerOptions& options) {
            options.limits.streams = 256;
            options.limits.body_bytes = 1 << 20;
            options.limits.body = milliseconds(400);
        });
    const std::size_t sent = test::run(loop, [](net::Endpoint to) -> Awaitable<std::size_t> {
        RawHttp2Client client = co_await RawHttp2Client::connect(to);
        co_await client.send(h2::hello());
        // As the protocol wants it: never more than the window allows.
        std::size_t window = 65'535;
        std::size_t total = 0;
        std::size_t seen = 0;
        std::uint32_t stream = 1;
        for (int i = 0; i < 100; ++i, stream += 2) {
            co_await client.send(h2::post(stream));
            for (int piece = 0; piece < 8; ++piece) {
                while (window < 16'000) {
                    co_await client.receive(
                        [&seen](const auto& got) { return got.frames.size() > seen; });
                    if (client.closed || client.find(h2::reset_frame, 1) != nullptr
                        || client.ended(1)) {
                        co_return total;
                    }
                    for (; seen < client.frames.size(); ++seen) {
                        const auto& f = client.frames[seen];
                        window += f.type == h2::window_frame && f.stream == 0
                                      ? h2::Frame::take(f.payload, 4)
                                      : 0;
                    }
                }
                co_await client.send(h2::data(stream, std::string(8'000, 'a'), false));
                window -= 8'000;
                total += 8'000;
            }
        }
        co_return total;
    }(server.endpoint()));
    EXPECT_GT(sent, 1U << 20);
    EXPECT_LT(sent, 3U << 20);
    EXPECT_EQ(begun, 0U);
}

} // namespace
} // namespace base::http
