// SPDX-License-Identifier: Apache-2.0
#pragma once
// Sends given octets to a server on the same loop, and returns all that comes back until it closes.

#include "base/async/deadline.hpp"
#include "base/net/connect.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace test {

/// Octets, sent after a pause.
struct Piece {
    std::string octets;
    std::chrono::milliseconds pause{0};
};

inline base::Deadline soon(std::chrono::milliseconds time = std::chrono::seconds(10)) {
    return base::Deadline::after(std::chrono::steady_clock::now(), time);
}

class RawHttpClient {
public:
    static base::Awaitable<RawHttpClient> connect(base::net::Endpoint to) {
        auto socket = co_await base::net::connect(to, {}, soon());
        if (!socket) {
            throw std::runtime_error(socket.error().detail);
        }
        co_return RawHttpClient(std::move(*socket));
    }

    /// Without the loop, which need not run meanwhile.
    static RawHttpClient connect_now(boost::asio::io_context& loop, base::net::Endpoint to) {
        boost::asio::ip::tcp::socket socket(loop);
        socket.connect(base::net::to_asio(to));
        return RawHttpClient(std::move(socket));
    }

    base::Awaitable<void> send(std::string octets) {
        static_cast<void>(co_await boost::asio::async_write(
            socket_, boost::asio::buffer(octets), boost::asio::as_tuple(boost::asio::deferred)));
    }

    /// Until the server closes, or what was received ends with `until` (when that is not empty).
    base::Awaitable<std::string> receive(std::string until = {}) {
        std::string all;
        std::array<char, 4096> buffer{};
        while (until.empty() || !all.ends_with(until)) {
            const auto [error, n] = co_await socket_.async_read_some(
                boost::asio::buffer(buffer), boost::asio::as_tuple(boost::asio::deferred));
            if (error) {
                break;
            }
            all.append(buffer.data(), n);
        }
        co_return all;
    }

    /// The end of what is sent; receiving goes on.
    void finish() { socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send); }
    void close() { socket_.close(); }

    static base::Awaitable<std::string> talk(base::net::Endpoint to, std::vector<Piece> pieces) {
        RawHttpClient client = co_await connect(to);
        for (Piece& piece : pieces) {
            if (piece.pause.count() > 0) {
                static_cast<void>(co_await base::sleep_until(soon(piece.pause)));
            }
            co_await client.send(std::move(piece.octets));
        }
        co_return co_await client.receive();
    }

private:
    explicit RawHttpClient(boost::asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}
    boost::asio::ip::tcp::socket socket_;
};

} // namespace test
