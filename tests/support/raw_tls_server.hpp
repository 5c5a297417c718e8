// SPDX-License-Identifier: Apache-2.0
#pragma once
// A TLS server that answers every connection with given octets once a request's head has come, and
// then drops the TCP connection without a close_notify: what a truncation looks like.

#include "base/net/ip_address.hpp"
#include "base/net/tls.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>

#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace test {

class RawTlsServer {
public:
    RawTlsServer(base::net::TlsContext tls, std::string octets)
        : tls_(std::move(tls)), octets_(std::move(octets)) {
        accept();
        thread_ = std::jthread([this] { loop_.run(); });
    }
    ~RawTlsServer() {
        loop_.stop();
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        if (serving_ >= 0)
            ::shutdown(serving_, SHUT_RDWR); // wakes whoever waits for a peer that stays
    }
    RawTlsServer(const RawTlsServer&) = delete;
    RawTlsServer& operator=(const RawTlsServer&) = delete;

    [[nodiscard]] base::net::Endpoint endpoint() const { return endpoint_; }

private:
    using Tcp = boost::asio::ip::tcp;

    void accept() {
        acceptor_.async_accept([this](boost::system::error_code error, Tcp::socket socket) {
            if (error)
                return;
            serve(std::move(socket)); // one after the other is enough
            accept();
        });
    }

    void serve(Tcp::socket socket) {
        boost::asio::ssl::stream<Tcp::socket> stream(std::move(socket), *tls_);
        if (!serving(stream.next_layer().native_handle()))
            return;
        boost::system::error_code error;
        stream.handshake(boost::asio::ssl::stream_base::server, error);
        std::string request;
        if (!error)
            boost::asio::read_until(stream, boost::asio::dynamic_buffer(request), "\r\n\r\n",
                                    error);
        if (!error)
            boost::asio::write(stream, boost::asio::buffer(octets_), error);
        stream.next_layer().shutdown(Tcp::socket::shutdown_send, error);
        char rest[4096]; // what was not read would turn the end into a reset
        while (!error && stream.next_layer().read_some(boost::asio::buffer(rest), error) > 0) {
        }
        (void)serving(-1);
    }

    bool serving(int socket) {
        const std::lock_guard lock(mutex_);
        serving_ = socket;
        return !stopping_;
    }

    base::net::TlsContext tls_;
    std::string octets_;
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
