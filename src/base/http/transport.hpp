// SPDX-License-Identifier: Apache-2.0
#pragma once
// One connection's octets, in the clear or over TLS behind the same four operations, and the one
// timer that bounds them all: callers move the deadline, which costs nothing, instead of making a
// timer for each phase. Lives on one loop; one read and one write at a time.

#include "base/async/awaitable.hpp"
#include "base/core/clock.hpp"
#include "base/net/tls.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <memory>
#include <optional>
#include <string>
#include <tuple>

namespace base::http {

class Transport {
public:
    using Io = std::tuple<boost::system::error_code, std::size_t>;

    /// Takes over a connected socket.
    explicit Transport(asio::ip::tcp::socket socket);
    /// Closes at once. Waiting operations must have ended.
    ~Transport();
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;

    [[nodiscard]] Awaitable<boost::system::error_code> accept_tls(net::TlsContext context);
    /// Offers ALPN http/1.1, and SNI unless `server_name` is empty.
    [[nodiscard]] Awaitable<boost::system::error_code> connect_tls(net::TlsContext context,
                                                                   std::string server_name);
    /// Null in the clear.
    [[nodiscard]] SSL* tls();

    /// End of stream is asio::error::eof; a TLS stream cut without close_notify is
    /// asio::ssl::error::stream_truncated. Cancellation is operation_aborted.
    [[nodiscard]] Awaitable<Io> read_some(asio::mutable_buffer into);
    /// All of it.
    [[nodiscard]] Awaitable<Io> write(asio::const_buffer all);
    /// close_notify and FIN, without waiting for the peer's. With `linger`, what the peer still
    /// sends is read and dropped for a moment, so that a reset does not overtake the answer it was
    /// sent.
    [[nodiscard]] Awaitable<void> close_gently(bool linger);
    void close();

    /// From now on a wait past `at` ends with operation_aborted, and timed_out() is true.
    void set_deadline(SteadyTime at);
    void clear_deadline();
    [[nodiscard]] bool timed_out() const;
    /// Ends a waiting operation with operation_aborted.
    void interrupt();
    /// Whether an idle connection has anything to read, its end included. One system call.
    [[nodiscard]] bool has_input();

private:
    struct Watchdog;
    asio::ip::tcp::socket socket_;
    std::shared_ptr<Watchdog> watchdog_; // shared with its timer's completion handler
    net::TlsContext context_;
    std::optional<asio::ssl::stream<asio::ip::tcp::socket&>> tls_;
};

} // namespace base::http
