// SPDX-License-Identifier: Apache-2.0
#pragma once
// Sends given frames to a server on the same loop, in the clear, and collects what comes back.

#include "support/http2_frames.hpp"
#include "support/raw_http_client.hpp"
#include "support/run.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace test {

class RawHttp2Client {
public:
    using Frames = std::vector<http2::Frame>;

    static base::Awaitable<RawHttp2Client> connect(base::net::Endpoint to) {
        auto socket = co_await base::net::connect(to, {}, soon());
        if (!socket) {
            throw std::runtime_error(socket.error().detail);
        }
        co_return RawHttp2Client(std::move(*socket));
    }

    /// Whether all of it could be sent.
    base::Awaitable<bool> send(std::string octets) {
        const auto [error, n] = co_await boost::asio::async_write(
            socket_, boost::asio::buffer(octets), boost::asio::as_tuple(boost::asio::deferred));
        co_return !error;
    }

    /// Reads until `enough` of what was received says so, or the server closes.
    base::Awaitable<void> receive(std::function<bool(const RawHttp2Client&)> enough) {
        std::array<char, 16384> buffer{};
        while (!enough(*this)) {
            const auto [error, n] = co_await socket_.async_read_some(
                boost::asio::buffer(buffer), boost::asio::as_tuple(boost::asio::deferred));
            if (error) {
                closed = true;
                co_return;
            }
            pending_.append(buffer.data(), n);
            while (auto frame = http2::take_frame(pending_)) {
                frames.push_back(std::move(*frame));
            }
        }
    }
    base::Awaitable<void> receive_all() {
        return receive([](const auto&) { return false; });
    }
    base::Awaitable<void> receive_end_of(std::uint32_t stream) {
        return receive([stream](const RawHttp2Client& c) { return c.ended(stream); });
    }

    [[nodiscard]] std::size_t count(http2::Type type) const {
        return static_cast<std::size_t>(
            std::ranges::count(frames, type, [](const auto& f) { return f.type; }));
    }
    /// The last frame of that type, of that stream.
    [[nodiscard]] const http2::Frame* find(http2::Type type, std::uint32_t stream = 0) const {
        const auto found = std::find_if(frames.rbegin(), frames.rend(), [&](const auto& f) {
            return f.type == type && f.stream == stream;
        });
        return found == frames.rend() ? nullptr : &*found;
    }
    [[nodiscard]] bool ended(std::uint32_t stream) const {
        return find(http2::reset_frame, stream) != nullptr
               || std::ranges::any_of(frames, [stream](const auto& f) {
                      return f.stream == stream && f.ends_stream();
                  });
    }
    [[nodiscard]] std::string body(std::uint32_t stream) const {
        std::string out;
        for (const auto& f : frames) {
            out += f.type == http2::data_frame && f.stream == stream ? f.payload : "";
        }
        return out;
    }
    void close() { socket_.close(); }

    Frames frames;
    bool closed = false;

private:
    explicit RawHttp2Client(boost::asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}
    boost::asio::ip::tcp::socket socket_;
    std::string pending_;
};

/// Sends `octets` on a connection of their own, and reads until `stream` has ended, or the server
/// closes.
inline RawHttp2Client exchange_http2(boost::asio::io_context& loop, base::net::Endpoint to,
                                     std::string octets, std::uint32_t stream) {
    return run(loop,
               [](base::net::Endpoint server, std::string all,
                  std::uint32_t last) -> base::Awaitable<RawHttp2Client> {
                   RawHttp2Client client = co_await RawHttp2Client::connect(server);
                   co_await client.send(std::move(all));
                   co_await client.receive_end_of(last);
                   co_return client;
               }(to, std::move(octets), stream));
}

} // namespace test
