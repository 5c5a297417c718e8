// SPDX-License-Identifier: Apache-2.0
#pragma once
// A server for one loop that speaks HTTP/1.1 and HTTP/2 (ALPN; in the clear HTTP/2 with prior
// knowledge, RFC 9113 §3.3), TLS or plain, every size and wait bounded, drained on request.
// Protocol errors (malformed, oversized, slow) are answered by `reject`, so that the application
// owns the shape of every error body; what breaks HTTP/2's framing ends its stream or connection
// without one (RFC 9113 §5.4).

#include "base/async/awaitable.hpp"
#include "base/core/clock.hpp"
#include "base/core/result.hpp"
#include "base/http/message.hpp"
#include "base/log/logger.hpp"
#include "base/net/ip_address.hpp"
#include "base/net/tls.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace base::http {

/// Who is at the other end, fixed for a connection.
struct Peer {
    net::Endpoint endpoint;
    /// Subject alternative names of the verified client certificate; empty without one.
    std::vector<std::string> identities;
    /// SHA-256 of the client certificate's DER in hex; empty without one.
    std::string certificate_sha256;
};

struct ServerLimits {
    std::size_t head_bytes = 16 * 1024;
    std::size_t body_bytes = 64 * 1024;
    std::size_t connections = 4096;             ///< further ones are closed at once
    std::size_t connections_per_address = 1024; ///< of one peer address
    Milliseconds handshake{10'000};
    Milliseconds head{10'000}; ///< from the first octet of a request to the end of its head
    Milliseconds body{20'000};
    Milliseconds idle{75'000}; ///< between requests; longer than the client's own (client.hpp)
    Milliseconds write{20'000};
    std::size_t requests_per_connection = 100'000;
    /// Requests of one HTTP/2 connection that are under way at once; further ones are refused
    /// before their handler is asked (REFUSED_STREAM).
    std::size_t streams = 256;
};

enum class Rejection { malformed, head_too_large, body_too_large, timeout, version_unsupported };

/// Answers one request. An exception that escapes is logged with an incident id and answered by
/// `fault`; it ends that request only.
using Handler = std::function<Awaitable<Response>(const Request& request, const Peer& peer)>;

struct ServerOptions {
    net::Endpoint listen;
    /// Several loops may listen on one endpoint; the kernel spreads connections (SO_REUSEPORT).
    bool reuse_port = false;
    /// Plain HTTP when null. Asked for every new connection, so that a reload takes effect at once.
    std::function<net::TlsContext()> tls;
    ServerLimits limits;
    Handler handler;
    std::function<Response(Rejection, std::string detail)> reject;
    std::function<Response(const std::string& incident_id)> fault;
};

/// Lives on one loop; the constructor binds and listens (std::system_error names the endpoint).
class Server {
public:
    Server(asio::io_context& loop, const Clock& clock, log::Logger& log, ServerOptions options);
    /// Requires that drain() has returned, or that the loop no longer runs.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    void start();
    /// Where it listens, with the port the kernel chose for port 0.
    [[nodiscard]] net::Endpoint endpoint() const;
    /// Stops accepting, closes idle connections, lets requests under way finish (with Connection:
    /// close, or after a GOAWAY) until `limit`, then cancels the rest. Returns when no connection
    /// is left.
    [[nodiscard]] Awaitable<void> drain(Milliseconds limit);
    [[nodiscard]] std::size_t connections() const;

private:
    struct State;
    struct Tasks;
    std::shared_ptr<State> state_; // shared with the sessions
};

} // namespace base::http
