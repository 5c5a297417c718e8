// SPDX-License-Identifier: Apache-2.0
#pragma once
// Certificates come to an end on a day that is known long before; nobody should learn it from the
// handshakes that fail.

#include "base/core/clock.hpp"
#include "base/log/logger.hpp"
#include "base/log/metrics.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace base::net {

/// A certificate in use: the configuration's name for it, and its PEM; of a chain or of several CAs
/// the one that ends first counts.
struct NamedCertificate {
    std::string name; ///< "tls.certificate": from a fixed set
    std::string pem;
};

/// One thread.
class CertificateWatch {
public:
    /// `metric` is the gauge with the label "certificate": the end in Unix time.
    CertificateWatch(log::Logger& log, log::Metrics& metrics, std::string metric,
                     std::chrono::days warn_before);

    /// What is in use from now on. What holds no certificate is left out.
    void use(const std::vector<NamedCertificate>& certificates);
    /// Logs "certificate-expires" (warn) for each that ends within warn_before, and
    /// "certificate-expired" (error) for each that has ended: once a day each.
    void check(WallTime now);

private:
    struct InUse {
        WallTime end;
        std::optional<WallTime> told;
    };
    void tell(const std::string& name, InUse& certificate, WallTime now);

    log::Logger& log_;
    log::Metrics& metrics_;
    std::string metric_;
    std::chrono::days warn_before_;
    std::map<std::string, InUse> in_use_;
};

} // namespace base::net
