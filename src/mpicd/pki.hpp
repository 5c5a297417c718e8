// SPDX-License-Identifier: Apache-2.0
#pragma once
// A private CA in a folder, with the certificates of a coordinator and its perspectives. What is
// there is kept; what is missing, or ends within a day, is made. Keys get mode 0600.

#include "base/core/clock.hpp"
#include "base/net/certificate.hpp"
#include "mpicd/daemon_config.hpp"

#include <string>
#include <vector>

namespace mpicd {

class Pki {
public:
    /// Makes the folder and the CA (ca.pem, ca.key) if absent. Throws std::runtime_error naming the
    /// file.
    Pki(std::string folder, const base::Clock& clock, std::chrono::days validity);

    /// coordinator.pem: what a coordinator presents to agents.
    [[nodiscard]] IdentityFiles coordinator();
    /// perspective-ID.pem: what an agent presents to coordinators.
    [[nodiscard]] IdentityFiles perspective(const std::string& id);
    /// server.pem: a public listener's certificate for `hosts` (names and addresses).
    [[nodiscard]] IdentityFiles server(const std::vector<std::string>& hosts);
    [[nodiscard]] std::string ca_file() const { return path("ca.pem"); }

    /// The SANs in those certificates.
    [[nodiscard]] static std::string coordinator_identity() { return "mpicd://coordinator"; }
    [[nodiscard]] static std::string perspective_identity(const std::string& id) {
        return "mpicd://perspective/" + id;
    }

private:
    [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
    [[nodiscard]] IdentityFiles issued(const std::string& name, const std::string& common_name,
                                       std::vector<std::string> names, bool server, bool client);

    std::string folder_;
    base::WallTime not_before_;
    base::WallTime not_after_;
    base::net::TlsIdentity ca_;
};

/// Writes a file of mode 0600 (0644 when `secret` is false) in one step: whole or not at all.
/// Throws std::runtime_error naming the file.
void write_file(const std::string& path, const std::string& content, bool secret);

} // namespace mpicd
