// SPDX-License-Identifier: Apache-2.0
#pragma once
// One connection of a server, from handshake to close. Lives in the frame of its coroutine.
// HTTP/1.1 is spoken here, requests that were pipelined being answered one after another; HTTP/2 is
// Http2Serving's.

#include "base/async/awaitable.hpp"
#include "base/http/server.hpp"
#include "input_buffer.hpp"
#include "request_reader.hpp"
#include "transport.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <string_view>

namespace base::http {

class Http2Serving;
struct ServerCore;

class Session {
public:
    Session(ServerCore& core, asio::ip::tcp::socket socket, net::Endpoint peer);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Returns when the connection is closed. Cancellation closes it.
    [[nodiscard]] Awaitable<void> run();
    /// Closes the connection if it is between two requests, or as soon as it is.
    void drain();

private:
    enum class Step { proceed, close, answered };

    [[nodiscard]] Awaitable<bool> handshake();
    /// In the clear: whether the client's first octets are HTTP/2's (RFC 9113 §3.3).
    [[nodiscard]] Awaitable<Step> recognise(bool& http2);
    [[nodiscard]] Awaitable<void> run_http2();
    /// Whether the connection can carry another request.
    [[nodiscard]] Awaitable<bool> one_request();
    [[nodiscard]] Awaitable<Step> first_octet();
    /// Parses what there is. Whether that was all of a request.
    [[nodiscard]] bool take_input();
    /// What take_input() has not found yet.
    [[nodiscard]] Awaitable<Step> rest();
    [[nodiscard]] Awaitable<Step> head();
    [[nodiscard]] Awaitable<Step> body();
    /// Waits for more of the message that is being read.
    [[nodiscard]] Awaitable<Step> read_more(std::string_view part);
    [[nodiscard]] Awaitable<Step> reject(Rejection why, std::string detail);
    [[nodiscard]] Awaitable<bool> send(Response response, bool keep_alive);
    void read_peer_certificate();

    ServerCore& core_;
    Transport transport_;
    Peer peer_;
    InputBuffer input_;
    RequestReader reader_;
    Http2Serving* http2_ = nullptr;
    std::size_t served_ = 0;
    bool in_body_ = false; ///< some of the request's body has been parsed
    bool idle_ = true;
    bool linger_ = false; ///< the peer may still be sending what was refused
};

} // namespace base::http
