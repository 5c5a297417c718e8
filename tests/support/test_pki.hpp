// SPDX-License-Identifier: Apache-2.0
#pragma once
// A private CA and the TLS contexts that tests need, made once per process.

#include "base/net/certificate.hpp"
#include "base/net/tls.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace test {

class TestPki {
public:
    TestPki()
        : not_before_(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())
                      - std::chrono::hours(1)),
          not_after_(not_before_ + std::chrono::days(2)),
          ca_(base::net::make_ca("Test CA", not_before_, not_after_)) {}

    [[nodiscard]] base::net::TlsIdentity issue(const std::vector<std::string>& names) const {
        return base::net::issue(ca_, {.common_name = names.empty() ? "nobody" : names.front(),
                                      .subject_alternative_names = names,
                                      .not_before = not_before_,
                                      .not_after = not_after_});
    }
    [[nodiscard]] const std::string& ca_pem() const { return ca_.certificate_chain_pem; }

    /// A server that requires a client certificate of this CA.
    [[nodiscard]] base::net::TlsContext mutual_server(const std::vector<std::string>& names) const {
        return must(base::net::mutual_server_context(issue(names), ca_pem()));
    }
    [[nodiscard]] base::net::TlsContext mutual_client(const std::vector<std::string>& names) const {
        return must(base::net::mutual_client_context(issue(names), ca_pem()));
    }
    /// A server that asks for a client certificate and does without.
    [[nodiscard]] base::net::TlsContext public_server(const std::vector<std::string>& names) const {
        return must(base::net::public_server_context(issue(names), ca_pem()));
    }

    static base::net::TlsContext must(base::Result<base::net::TlsContext> context) {
        if (!context) {
            throw std::runtime_error(context.error().detail);
        }
        return std::move(*context);
    }

private:
    base::WallTime not_before_;
    base::WallTime not_after_;
    base::net::TlsIdentity ca_;
};

inline const TestPki& pki() {
    static const TestPki made;
    return made;
}

} // namespace test
