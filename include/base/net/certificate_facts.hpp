// SPDX-License-Identifier: Apache-2.0
#pragma once
// What stands in a certificate that somebody else made, as plain values: for rules that look at
// every extension, not at whether to trust it.

#include "base/core/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace base::net {

struct AlternativeName {
    enum class Kind { dns, address, other };
    Kind kind = Kind::other;
    std::string value; ///< dns: as it stands; address: its octets; other: empty
    bool operator==(const AlternativeName&) const = default;
};

struct CertificateExtension {
    std::string oid; ///< "1.3.6.1.5.5.7.1.31"
    bool critical = false;
    std::string value; ///< the octets of extnValue (RFC 5280 §4.2), themselves DER as a rule
    bool operator==(const CertificateExtension&) const = default;
};

struct CertificateFacts {
    /// Of all subjectAltName extensions; there ought to be one at most.
    std::vector<AlternativeName> alternative_names;
    std::vector<CertificateExtension> extensions; ///< in the certificate's order
    bool operator==(const CertificateFacts&) const = default;
};

/// tls_failed for octets that are not exactly one X.509 certificate, or one whose subjectAltName
/// cannot be read.
[[nodiscard]] Result<CertificateFacts> read_certificate(std::string_view der);

} // namespace base::net
