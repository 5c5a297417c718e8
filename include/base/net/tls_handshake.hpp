// SPDX-License-Identifier: Apache-2.0
#pragma once
// One TLS handshake with an exact address that the caller has already judged, for what the server
// shows in it: the protocol it chooses and its certificate. No application data is exchanged.

#include "base/async/awaitable.hpp"
#include "base/core/clock.hpp"
#include "base/core/deadline.hpp"
#include "base/core/result.hpp"
#include "base/net/ip_address.hpp"
#include "base/net/tls.hpp"

#include <optional>
#include <string>

namespace base::net {

struct HandshakeOptions {
    Endpoint to;
    std::optional<IpAddress> source;
    std::string server_name; ///< SNI, never empty
    std::string protocol;    ///< the single entry of the ALPN list (RFC 7301), 1..255 octets
    Milliseconds connect_timeout{10'000};
    /// Leaves a server that asks for a certificate instead of saying that there is none: its own
    /// part is complete and proved by then (RFC 8446 §2), and it has nobody to refuse.
    bool leave_when_asked = false;
};

/// One handshake as far as it came; `failure` is empty exactly when it was completed.
struct Handshake {
    bool connected = false;
    /// The server answered with the alert no_application_protocol (RFC 7301 §3.2). `failure` is set
    /// too.
    bool protocol_refused = false;
    /// options.leave_when_asked was followed. `failure` is set too.
    bool asked_for_certificate = false;
    std::string protocol;    ///< what the server chose; empty for nothing
    std::string tls_version; ///< "TLSv1.3"
    std::string certificate; ///< the server's own, in DER
    SteadyTime::duration connected_after{};
    SteadyTime::duration done_after{};
    std::optional<Failure> failure;
};

class Handshaker {
public:
    virtual ~Handshaker() = default;
    /// Closes the connection in any case. Failures: those of connect() (a deadline there is
    /// connection_timeout), tls_failed, timeout, connection_reset, cancelled, invalid (the options
    /// cannot be sent).
    [[nodiscard]] virtual Awaitable<Handshake> shake_hands(HandshakeOptions options,
                                                           Deadline deadline) = 0;
};

/// With a context that verifies nothing. One loop.
class DirectHandshaker final : public Handshaker {
public:
    DirectHandshaker(const Clock& clock, TlsContext tls);
    Awaitable<Handshake> shake_hands(HandshakeOptions options, Deadline deadline) override;

private:
    const Clock& clock_;
    TlsContext tls_;
};

} // namespace base::net
