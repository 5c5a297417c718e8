// SPDX-License-Identifier: Apache-2.0
#pragma once
// Makes the certificates of a private CA: for `mpicd dev`, `mpicd pki init` and tests.

#include "base/core/clock.hpp"
#include "base/net/certificate_facts.hpp"
#include "base/net/tls.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace base::net {

struct CertificateRequest {
    std::string common_name;
    /// DNS names, IP addresses (recognised by their form) and URIs (by "://").
    std::vector<std::string> subject_alternative_names;
    bool server = true; ///< extended key usage serverAuth
    bool client = true; ///< extended key usage clientAuth
    WallTime not_before;
    WallTime not_after;
    std::vector<CertificateExtension> extensions = {}; ///< beside those, as they stand
};

/// An ECDSA P-256 certification authority with a path length of 0. Both throw std::runtime_error
/// with OpenSSL's reason when OpenSSL fails, which good input does not make it do.
[[nodiscard]] TlsIdentity make_ca(const std::string& common_name, WallTime not_before,
                                  WallTime not_after);
/// An ECDSA P-256 end-entity certificate signed by `ca`, with a random 128-bit serial.
[[nodiscard]] TlsIdentity issue(const TlsIdentity& ca, const CertificateRequest& request);

} // namespace base::net
