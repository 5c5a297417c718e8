// SPDX-License-Identifier: Apache-2.0
#pragma once
// One connection's octets, in the clear or over TLS behind the same operations, and one deadline
// that bounds them all. OpenSSL works on the socket itself: no buffers between the two, one system
// call for what a read or write has to say, and an idle connection holds no buffer. Lives on one
// loop; one reader and one writer at a time.

#include "base/async/alarm.hpp"
#include "base/async/awaitable.hpp"
#include "base/core/clock.hpp"
#include "base/net/tls.hpp"
#include "tls_wire.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>

namespace base::http {

/// What a client offers in the handshake (RFC 7301).
enum class Protocol { http1, http2 };

class Transport {
public:
    using Error = boost::system::error_code;
    using Io = std::tuple<Error, std::size_t>;

    /// Takes over a connected socket.
    explicit Transport(asio::ip::tcp::socket socket);
    /// Closes at once. Waiting operations must have ended.
    ~Transport();
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;

    [[nodiscard]] Awaitable<Error> accept_tls(net::TlsContext context);
    /// Offers `protocol` alone, and SNI unless `server_name` is empty.
    [[nodiscard]] Awaitable<Error> connect_tls(net::TlsContext context, std::string server_name,
                                               Protocol protocol);
    [[nodiscard]] asio::io_context& loop();
    /// Null in the clear.
    [[nodiscard]] SSL* tls() { return tls_.get(); }
    /// What was agreed upon in the handshake: "h2", "http/1.1", or nothing.
    [[nodiscard]] std::string_view agreed_protocol() const;

    /// End of stream is asio::error::eof; a TLS stream cut without close_notify is
    /// asio::ssl::error::stream_truncated. Cancellation is operation_aborted.
    [[nodiscard]] Awaitable<Io> read_some(asio::mutable_buffer into);
    /// All of it.
    [[nodiscard]] Awaitable<Io> write(asio::const_buffer all);
    /// Returns once there may be something to read. For readers that keep no buffer while they
    /// wait.
    [[nodiscard]] Awaitable<Error> wait_for_input();
    /// Calls `then` once there may be room to write in, after try_write() has found none, or when
    /// it is interrupted.
    void when_room(std::function<void(const Error&)> then);

    /// Without waiting: would_block when nothing is there, or there is no room.
    [[nodiscard]] Io try_read(asio::mutable_buffer into);
    /// One TLS record, or less.
    [[nodiscard]] Io try_write(asio::const_buffer some);

    /// close_notify and FIN, without waiting for the peer's. With `linger`, what the peer still
    /// sends is read and dropped for a moment, so that a reset does not overtake the answer it was
    /// sent.
    [[nodiscard]] Awaitable<void> close_gently(bool linger);
    void close();

    /// From now on a wait past `at` ends with operation_aborted, and timed_out() is true.
    void set_deadline(SteadyTime at);
    void clear_deadline();
    [[nodiscard]] bool timed_out() const { return expired_; }
    /// Ends a waiting operation with operation_aborted.
    void interrupt();
    /// Whether an idle connection has anything to read, its end included. One system call.
    [[nodiscard]] bool has_input();

private:
    enum class Want { input, room };
    struct FreeTls {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };

    [[nodiscard]] bool secure(net::TlsContext context);
    [[nodiscard]] Awaitable<Error> shake_hands();
    [[nodiscard]] Awaitable<Error> wait(Want want);
    /// Not without end before others have had theirs.
    [[nodiscard]] Awaitable<Error> turn();
    /// What OpenSSL's `result` means; would_block with what to wait for in `want`.
    [[nodiscard]] Error judge(int result, Want& want);
    [[nodiscard]] bool has_pending() const;

    asio::ip::tcp::socket socket_;
    Alarm alarm_;
    bool expired_ = false;
    Want read_wants_ = Want::input;
    Want write_wants_ = Want::room;
    bool starved_ = false; ///< the last read found too little
    int inline_reads_ = 0; ///< since the last wait
    TlsWire wire_;         ///< the socket as OpenSSL sees it
    net::TlsContext context_;
    std::unique_ptr<SSL, FreeTls> tls_;
};

} // namespace base::http
