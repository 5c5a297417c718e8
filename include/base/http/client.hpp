// SPDX-License-Identifier: Apache-2.0
#pragma once
// Two clients for two jobs. Exchanger makes one HTTP/1.1 exchange with an exact address that the
// caller has already judged: what a check needs. Pool asks one known peer over few HTTP/2
// connections, many requests on each: what the coordinator needs towards an agent.

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
    /// Name or address to connect to, and the authority of requests without a Host field. A name
    /// comes from the operator: the system's resolver is asked, at most every 30 s.
    std::string host;
    std::uint16_t port = 443;
    std::optional<net::IpAddress> source;
    /// Null for HTTP/2 in the clear (RFC 9113 §3.3; tests). Asked for each new connection.
    std::function<net::TlsContext()> tls;
    /// One of the peer certificate's SANs must equal this, whatever the host is; the chain is
    /// verified by the context. Unused without TLS.
    std::string peer_identity;
    /// Another connection is opened when those there are carry nearly as many requests as the peer
    /// allows on each.
    std::size_t max_connections = 4;
    /// Requests that no connection can take now wait, within their deadline; further ones fail at
    /// once as overloaded.
    std::size_t max_waiting = 1024;
    Milliseconds connect_timeout{5'000};
    Milliseconds idle_timeout{60'000}; ///< shorter than the server's, as no request meets a close
    /// After so long a silence while requests are under way the peer is asked for a sign of life
    /// (PING, RFC 9113 §6.7); without one for `ping_timeout` the connection is given up.
    Milliseconds ping_after{2'000};
    Milliseconds ping_timeout{5'000};
    std::size_t body_limit = 1024 * 1024;
};

/// HTTP/2 connections to one peer, kept open between requests. Lives on one loop. A request that
/// the peer says it did not process (RFC 9113 §8.7), or whose connection, having served others,
/// dies before the first octet of a response, is sent again once (RFC 9110 §9.2.2: callers send
/// only requests that are safe to repeat). A peer that has answered within the last minute and
/// refuses connections now is being restarted: it is tried again for up to 1.5 s from the first
/// refusal, within the requests' deadlines, before they fail.
class Pool {
public:
    Pool(asio::io_context& loop, const Clock& clock, PoolOptions options);
    /// Requests under way are not harmed; connections close once they have none.
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    /// Hears how a request has ended.
    class Caller {
    public:
        /// Once, and never from within ask(). The last that happens to the request, which may be
        /// destroyed from here, as others may. Does not throw.
        virtual void answered(Result<Response> response) noexcept = 0;

    protected:
        ~Caller() = default;
    };
    /// A request under way. One that is destroyed before its end is withdrawn: its stream ends, and
    /// its connection is left alone.
    class Asked {
    public:
        Asked();
        Asked(Asked&& other) noexcept;
        Asked& operator=(Asked&& other) noexcept;
        ~Asked();

        /// For one that is given up now, because of a timeout or cancelled: what it waited for.
        [[nodiscard]] Failure given_up(FailureKind why) const;

    private:
        friend class Pool;
        struct Call;
        explicit Asked(std::unique_ptr<Call> call);
        std::unique_ptr<Call> call_;
    };
    /// `caller`, which outlives the request, withdraws it when `deadline` has passed: those who ask
    /// several peers have one for all. Failures at once: timeout, overloaded, invalid; later
    /// no_address, connection_*, network_unreachable, tls_failed, tls_identity, timeout,
    /// http_malformed (also: not HTTP/2), http_too_large, overloaded, invalid.
    [[nodiscard]] Result<Asked> ask(Request request, Deadline deadline, Caller& caller);
    /// The same for a coroutine, which a cancellation ends (cancelled) and the deadline too.
    [[nodiscard]] Awaitable<Result<Response>> send(Request request, Deadline deadline);
    /// Closes the connections that carry no request.
    void close_idle();
    /// Connected or being connected.
    [[nodiscard]] std::size_t open_connections() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace base::http
