// SPDX-License-Identifier: Apache-2.0
#pragma once
// A TCP server on 127.0.0.1 with a thread of its own that serves one connection after the other.

#include "base/net/ip_address.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <sys/socket.h>

#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace test {

class OneByOneServer {
public:
    using Socket = boost::asio::ip::tcp::socket;

    /// `serve` runs on the server's thread, and blocks as it likes: the end wakes it up.
    explicit OneByOneServer(std::function<void(Socket&)> serve) : serve_(std::move(serve)) {
        accept();
        thread_ = std::jthread([this] { loop_.run(); });
    }
    ~OneByOneServer() {
        loop_.stop();
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        if (serving_ >= 0)
            ::shutdown(serving_, SHUT_RDWR); // wakes whoever waits for a peer that stays
    }
    OneByOneServer(const OneByOneServer&) = delete;
    OneByOneServer& operator=(const OneByOneServer&) = delete;

    [[nodiscard]] base::net::Endpoint endpoint() const { return endpoint_; }

private:
    using Tcp = boost::asio::ip::tcp;

    void accept() {
        acceptor_.async_accept([this](boost::system::error_code error, Socket socket) {
            if (error)
                return;
            if (serving(socket.native_handle()))
                serve_(socket);
            (void)serving(-1);
            accept();
        });
    }

    bool serving(int socket) {
        const std::lock_guard lock(mutex_);
        serving_ = socket;
        return !stopping_;
    }

    std::function<void(Socket&)> serve_;
    std::mutex mutex_;
    int serving_ = -1;
    bool stopping_ = false;
    boost::asio::io_context loop_{1};
    Tcp::acceptor acceptor_{loop_, {boost::asio::ip::address_v4::loopback(), 0}};
    base::net::Endpoint endpoint_{base::net::IpAddress::v4({127, 0, 0, 1}),
                                  acceptor_.local_endpoint().port()};
    std::jthread thread_; // ends before what it uses
};

} // namespace test
