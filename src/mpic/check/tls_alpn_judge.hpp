// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a completed handshake says about a tls-alpn-01 challenge (RFC 8737 §3, RFC 8738 §6). Pure.

#include "base/net/certificate_facts.hpp"
#include "mpic/model/check_request.hpp"
#include "mpic/model/report.hpp"

#include <string>
#include <string_view>

namespace mpic::check {

inline constexpr std::string_view acme_tls_protocol = "acme-tls/1";

/// passed, or rejected with alpn-mismatch, certificate-mismatch or acme-identifier-mismatch: the
/// server must have chosen acme-tls/1; the certificate must have exactly one subjectAltName with
/// exactly one entry, the dNSName equal to the name without regard to case, or the iPAddress; and
/// exactly one acmeIdentifier extension (1.3.6.1.5.5.7.1.31), critical, whose value is the DER of
/// an OCTET STRING with the 32 octets of the digest. Who signed it does not matter.
[[nodiscard]] Finding judge_challenge(const TlsAlpnQuestion& question, std::string_view protocol,
                                      const base::net::CertificateFacts& certificate);

/// "www.example.com", or the address.
[[nodiscard]] std::string host_text(const TlsAlpnQuestion& question);
/// What was shown, for a person: names and extensions that matter, without the expected digest.
[[nodiscard]] std::string challenge_excerpt(const TlsAlpnQuestion& question,
                                            std::string_view protocol,
                                            const base::net::CertificateFacts& certificate);

} // namespace mpic::check
