// SPDX-License-Identifier: Apache-2.0
#pragma once
// The three kinds of "no" of this code base:
//
//   verdict   an answer came and it does not satisfy the check. Data; never an error.
//   failure   nothing could be determined: a timeout, a refused connection, SERVFAIL. Result<T>.
//   fault     a bug or a broken start-up. An exception, caught per request and in main().
//
// This header is the second kind.

#include <expected>
#include <string>
#include <string_view>

namespace base {

/// Why something could not be determined. Each value has a stable kebab-case name (to_string),
/// which users see as a `code`; docs/errors.md explains every one of them.
enum class FailureKind {
    // time and work
    timeout,    ///< the deadline passed; Failure::detail says in which phase
    cancelled,  ///< the caller gave up, or the program is stopping
    overloaded, ///< a bound was reached; trying later may help
    // connecting
    address_refused,    ///< the address policy forbids connecting there
    no_address,         ///< the name has no usable address
    connection_refused, ///< the peer answered the SYN with a reset
    connection_reset,   ///< the peer broke an established connection
    connection_timeout, ///< no answer to the SYN within the time allowed
    network_unreachable,
    // TLS
    tls_failed,   ///< the handshake failed; detail carries OpenSSL's reason or the alert
    tls_identity, ///< the peer's certificate is not who we wanted
    // DNS
    dns_nxdomain, ///< the name does not exist, and the question needed it to
    dns_servfail,
    dns_refused,
    dns_error_rcode, ///< any other RCODE than NOERROR and NXDOMAIN
    dns_timeout,
    dns_malformed, ///< the response cannot be parsed or does not answer the question
    dns_truncated, ///< TC over TCP, or more than the stated limits
    dns_loop,      ///< an alias loop, or a chain over its limit
    dns_bogus,     ///< DNSSEC validation failed
    // HTTP
    http_malformed, ///< not an HTTP/1 response
    http_too_large, ///< a head or body over its stated limit
    redirect_refused,
    too_many_redirects,
    redirect_loop,
    // agents
    peer_malformed, ///< an agent's answer does not follow the protocol
    // this machine
    io,      ///< a file or socket operation failed; detail carries errno's text
    invalid, ///< input that cannot be accepted
};

/// The stable kebab-case name: "connection-refused".
[[nodiscard]] std::string_view to_string(FailureKind kind);
/// The inverse of to_string; invalid for an unknown name.
[[nodiscard]] FailureKind failure_kind_from(std::string_view name);

struct Failure {
    FailureKind kind;
    /// One sentence for a person, without a final full stop: what was tried, on what, what came.
    /// Never contains a secret.
    std::string detail;

    bool operator==(const Failure&) const = default;
};

template <class T>
using Result = std::expected<T, Failure>;

[[nodiscard]] inline std::unexpected<Failure> fail(FailureKind kind, std::string detail) {
    return std::unexpected(Failure{kind, std::move(detail)});
}

} // namespace base
