// SPDX-License-Identifier: Apache-2.0
#pragma once
// TLS contexts for the four situations this program knows. Contexts are immutable once made and
// shared by connections of any loop; reloading certificates means making a new one.

#include "base/core/clock.hpp"
#include "base/core/result.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>
#include <vector>

namespace base::net {

using TlsContext =
    std::shared_ptr<boost::asio::ssl::context>; // shared: connections outlive a reload

/// A certificate chain and its key, both PEM text (not file names).
struct TlsIdentity {
    std::string certificate_chain_pem;
    std::string private_key_pem;
};

/// Every context: encrypted private keys are refused (Failure invalid), never asked for. Servers
/// choose h2 or http/1.1 of the protocols that a client offers (RFC 7301) and refuse one that
/// offers neither; a client without ALPN is served.
///
/// Public listener: TLS 1.2 and 1.3, AEAD suites with forward secrecy, no compression, no
/// renegotiation, session tickets on. With `client_ca_pem`, a client certificate is asked for but
/// not required; if given it must verify. Failure invalid says which PEM is wrong and why.
[[nodiscard]] Result<TlsContext> public_server_context(const TlsIdentity& identity,
                                                       const std::string& client_ca_pem = {});

/// Of both servers: a client certificate that does not verify fails the handshake with an error
/// whose text is the rule it broke and "(client certificate)", such as "certificate has expired".
///
/// Agent listener: TLS 1.3 only, a client certificate from `peer_ca_pem` required.
[[nodiscard]] Result<TlsContext> mutual_server_context(const TlsIdentity& identity,
                                                       const std::string& peer_ca_pem);

/// Coordinator towards agents: TLS 1.3 only, presents `identity`, verifies against `peer_ca_pem`
/// alone. Who the peer is gets checked per connection: see subject_alternative_names().
[[nodiscard]] Result<TlsContext> mutual_client_context(const TlsIdentity& identity,
                                                       const std::string& peer_ca_pem);

/// Client of a public listener: TLS 1.2+, verifies against `ca_pem`, or the system's store when
/// that is empty. The host name is set per connection (SSL_set1_host).
[[nodiscard]] Result<TlsContext> verifying_client_context(const std::string& ca_pem);

/// Servers whose certificate proves nothing, as redirect targets of HTTP validation are
/// (BR 3.2.2.4.19 asks for none): TLS 1.2+, nothing verified, and old keys and signatures accepted.
[[nodiscard]] Result<TlsContext> unverified_client_context();

/// The subject alternative names of a certificate: DNS names lower-cased, URIs as they are, IP
/// addresses as text. Empty without any.
[[nodiscard]] std::vector<std::string> subject_alternative_names(X509* certificate);

/// When a PEM certificate ends; invalid when the PEM holds none.
[[nodiscard]] Result<WallTime> not_after(const std::string& certificate_pem);
/// The same of the one that ends first, of all the certificates in `pem`: a chain, or several CAs.
[[nodiscard]] Result<WallTime> first_to_end(const std::string& pem);

/// A file's content, at most `limit` bytes. Failure io names the file and errno's text.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t limit = 1 << 20);

} // namespace base::net
