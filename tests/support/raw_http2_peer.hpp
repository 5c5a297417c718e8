// SPDX-License-Identifier: Apache-2.0
#pragma once
// An HTTP/2 server that answers each request with the octets it is told to, in the clear, on the
// test's own loop: for peers that are slow, wrong or gone.

#include "base/async/task_set.hpp"
#include "base/net/connect.hpp"
#include "support/http2_frames.hpp"
#include "support/run.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace test {

class RawHttp2Peer {
public:
    /// A request that has arrived whole.
    struct Asked {
        std::size_t connection; ///< from 0
        std::size_t number;     ///< on its connection, from 1
        std::uint32_t stream;
    };
    struct Answer {
        std::string octets = {};
        bool close = false; ///< after them
    };
    using Script = std::function<Answer(const Asked&)>;

    /// `hello` is what a connection gets first.
    RawHttp2Peer(boost::asio::io_context& loop, Script script,
                 std::string hello = http2::settings() + http2::settings_ack())
        : loop_(loop), script_(std::move(script)), hello_(std::move(hello)), tasks_(loop) {
        endpoint_ = base::net::from_asio(acceptor_.local_endpoint());
        tasks_.spawn(accept());
    }
    ~RawHttp2Peer() {
        acceptor_.close();
        tasks_.cancel_all();
        run(loop_, tasks_.join());
    }
    RawHttp2Peer(const RawHttp2Peer&) = delete;
    RawHttp2Peer& operator=(const RawHttp2Peer&) = delete;

    [[nodiscard]] base::net::Endpoint endpoint() const { return endpoint_; }
    /// Says something unasked on a connection that is open.
    base::Awaitable<void> say(std::size_t connection, std::string octets) {
        static_cast<void>(
            co_await boost::asio::async_write(*sockets_.at(connection), boost::asio::buffer(octets),
                                              boost::asio::as_tuple(boost::asio::deferred)));
    }

    std::size_t connections = 0;
    std::size_t open = 0;
    std::vector<http2::Frame> frames; ///< of all connections
    bool answers_pings = true;
    bool reads = true; ///< asked after each read

private:
    using Tcp = boost::asio::ip::tcp;

    base::Awaitable<void> accept() {
        while (true) {
            auto [error, socket] =
                co_await acceptor_.async_accept(boost::asio::as_tuple(boost::asio::deferred));
            if (error) {
                co_return;
            }
            sockets_.push_back(std::make_shared<Tcp::socket>(std::move(socket)));
            tasks_.spawn(serve(sockets_.back(), connections++));
        }
    }

    base::Awaitable<void> serve(std::shared_ptr<Tcp::socket> socket, std::size_t connection) {
        ++open;
        co_await talk(*socket, connection);
        --open;
        socket->close();
    }

    base::Awaitable<void> talk(Tcp::socket& socket, std::size_t connection) {
        std::string pending;
        std::size_t number = 0;
        std::array<char, 16384> buffer{};
        co_await write(socket, hello_);
        while (reads) {
            const auto [error, n] = co_await socket.async_read_some(
                boost::asio::buffer(buffer), boost::asio::as_tuple(boost::asio::deferred));
            if (error) {
                co_return;
            }
            pending.append(buffer.data(), n);
            if (pending.starts_with(http2::preface)) {
                pending.erase(0, http2::preface.size());
            }
            while (auto frame = http2::take_frame(pending)) {
                frames.push_back(*frame);
                if (frame->type == http2::ping_frame && answers_pings
                    && (frame->flags & http2::ack) == 0) {
                    co_await write(socket,
                                   http2::frame(http2::ping_frame, http2::ack, 0, frame->payload));
                }
                if (!frame->ends_stream()) {
                    continue;
                }
                const Answer answer = script_({connection, ++number, frame->stream});
                co_await write(socket, answer.octets);
                if (answer.close) {
                    co_return;
                }
            }
        }
        // Stays, and does not read.
        boost::asio::steady_timer never(loop_, boost::asio::steady_timer::time_point::max());
        co_await never.async_wait(boost::asio::as_tuple(boost::asio::deferred));
    }

    static base::Awaitable<void> write(Tcp::socket& socket, std::string octets) {
        static_cast<void>(co_await boost::asio::async_write(
            socket, boost::asio::buffer(octets), boost::asio::as_tuple(boost::asio::deferred)));
    }

    boost::asio::io_context& loop_;
    Script script_;
    std::string hello_;
    Tcp::acceptor acceptor_{loop_, {boost::asio::ip::address_v4::loopback(), 0}};
    base::net::Endpoint endpoint_;
    std::vector<std::shared_ptr<Tcp::socket>> sockets_;
    base::TaskSet tasks_; // last: its tasks refer to the others
};

} // namespace test
