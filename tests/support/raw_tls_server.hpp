// SPDX-License-Identifier: Apache-2.0
#pragma once
// A TLS server that answers every connection with given octets once a request's head has come, and
// then drops the TCP connection without a close_notify: what a truncation looks like.

#include "base/net/tls.hpp"
#include "support/one_by_one_server.hpp"

#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <string>
#include <utility>

namespace test {

class RawTlsServer {
public:
    RawTlsServer(base::net::TlsContext tls, std::string octets)
        : tls_(std::move(tls)),
          octets_(std::move(octets)),
          server_([this](OneByOneServer::Socket& socket) { serve(socket); }) {}

    [[nodiscard]] base::net::Endpoint endpoint() const { return server_.endpoint(); }

private:
    void serve(OneByOneServer::Socket& socket) {
        boost::asio::ssl::stream<OneByOneServer::Socket&> stream(socket, *tls_);
        boost::system::error_code error;
        stream.handshake(boost::asio::ssl::stream_base::server, error);
        std::string request;
        if (!error)
            boost::asio::read_until(stream, boost::asio::dynamic_buffer(request), "\r\n\r\n",
                                    error);
        if (!error)
            boost::asio::write(stream, boost::asio::buffer(octets_), error);
        socket.shutdown(OneByOneServer::Socket::shutdown_send, error);
        char rest[4096]; // what was not read would turn the end into a reset
        while (!error && socket.read_some(boost::asio::buffer(rest), error) > 0) {
        }
    }

    base::net::TlsContext tls_;
    std::string octets_;
    OneByOneServer server_; // last: its thread uses the others
};

} // namespace test
