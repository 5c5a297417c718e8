// SPDX-License-Identifier: Apache-2.0
#pragma once
// Two clients for two jobs. Exchanger makes one exchange with an exact address that the caller has
// already judged: what a check needs. Pool keeps connections to one known peer alive: what the
// coordinator needs towards an agent.

#include "base/async/awaitable.hpp"
#include "base/core/clock.hpp"
#include "base/core/deadline.hpp"
#include "base/core/result.hpp"
#include "base/http/message.hpp"
#include "base/net/ip_address.hpp"
#include "base/net/tls.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace base::http {

struct ExchangeOptions {
    net::Endpoint to;
    std::optional<net::IpAddress> source;
    /// Server name for TLS; no TLS when absent. An empty string is TLS without SNI (an IP address).
    std::optional<std::string> tls_server_name;
    std::size_t head_limit = 16 * 1024;
    /// Octets of the body read before it is cut (Exchange::body_cut) — not an error: what a check
    /// compares is shorter.
    std::size_t body_limit = 64 * 1024;
    Milliseconds connect_timeout{10'000};
};

/// How far an exchange came and when, from its start; zero for phases not reached.
struct ExchangeTimes {
    SteadyTime::duration connected{};
    SteadyTime::duration tls_done{};
    SteadyTime::duration first_byte{};
    SteadyTime::duration finished{};
};

enum class ExchangePhase { connect, tls, send, head, body, done };
[[nodiscard]] std::string_view to_string(ExchangePhase phase);

/// One exchange as far as it came; `failure` is empty exactly when phase is done.
struct Exchange {
    Response response; ///< head valid from phase body on
    bool body_cut = false;
    ExchangePhase phase = ExchangePhase::connect;
    ExchangeTimes times;
    std::string tls_version; ///< "TLSv1.3"; empty without TLS
    std::optional<Failure> failure;
};

/// One request on a fresh connection, closed after. Never follows redirects, never decodes a
/// content coding, never reads the environment. Strict HTTP/1 parsing: obs-fold, both
/// Content-Length and Transfer-Encoding, bad chunk sizes and bare CR are http_malformed. Framing
/// fields (Content-Length, Connection) are the exchanger's; Host is the caller's.
class Exchanger {
public:
    virtual ~Exchanger() = default;
    /// Cancellation and the deadline close the connection; what was learned until then is in the
    /// result. Failures: those of net::connect in phase connect (a deadline there is
    /// connection_timeout), tls_failed, timeout, connection_reset (also an end before the
    /// message's), http_malformed, http_too_large (the head), cancelled, invalid (the request
    /// cannot be sent).
    [[nodiscard]] virtual Awaitable<Exchange> exchange(ExchangeOptions options, Request request,
                                                       Deadline deadline) = 0;
};

/// TLS without certificate validation, for subscribers' servers. One loop.
class DirectExchanger final : public Exchanger {
public:
    DirectExchanger(const Clock& clock, net::TlsContext tls);
    Awaitable<Exchange> exchange(ExchangeOptions options, Request request,
                                 Deadline deadline) override;

private:
    const Clock& clock_;
    net::TlsContext tls_;
};

struct PoolOptions {
    /// Name or address to connect to, and the Host header of requests without one. A name comes
    /// from the operator: the system's resolver is asked, at most every 30 s.
    std::string host;
    std::uint16_t port = 443;
    std::optional<net::IpAddress> source;
    /// Null for plain HTTP (tests). Asked for each new connection.
    std::function<net::TlsContext()> tls;
    /// One of the peer certificate's SANs must equal this, whatever the host is; the chain is
    /// verified by the context. Unused without TLS.
    std::string peer_identity;
    std::size_t max_connections = 64; ///< further requests wait for one, within their deadline
    std::size_t max_idle = 16;
    std::size_t max_waiting = 1024; ///< further ones fail at once as overloaded
    Milliseconds connect_timeout{5'000};
    Milliseconds idle_timeout{
        60'000}; ///< shorter than the server's, so that no request meets a close
    std::size_t body_limit = 1024 * 1024;
};

/// Keep-alive connections to one peer. Lives on one loop. A request on a reused connection that
/// dies before the first octet of a response is sent again once on a fresh one (RFC 9110 §9.2.2:
/// callers send only requests that are safe to repeat).
class Pool {
public:
    Pool(asio::io_context& loop, const Clock& clock, PoolOptions options);
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    /// Failures: no_address, connection_*, network_unreachable, tls_failed, tls_identity, timeout,
    /// http_malformed, http_too_large, overloaded, cancelled, invalid. A connection that failed or
    /// was cancelled is closed, not reused.
    [[nodiscard]] Awaitable<Result<Response>> send(Request request, Deadline deadline);
    void close_idle();
    [[nodiscard]] std::size_t open_connections() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace base::http
