// SPDX-License-Identifier: Apache-2.0
#pragma once
// The TLS server of mpic.test: shows who offers acme-tls/1 the challenge certificate that is set
// for the server name as the asking perspective sees it (RFC 8737), and closes. One loop.

#include "base/async/task_set.hpp"
#include "base/log/logger.hpp"
#include "base/net/certificate.hpp"
#include "mpic/challenge_target/dns_answers.hpp"
#include "mpic/challenge_target/request_log.hpp"
#include "mpic/challenge_target/views.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <vector>

namespace mpic::challenge_target {

class TlsServer {
public:
    /// Binds; std::system_error. References outlive it.
    TlsServer(base::asio::io_context& loop, const base::Clock& clock, base::log::Logger& log,
              base::net::Endpoint listen, const Views& views, const Sources& sources,
              RequestLog& requests);

    void start();
    [[nodiscard]] base::net::Endpoint endpoint() const;
    /// As DnsServer's.
    [[nodiscard]] base::Awaitable<void> drain();

private:
    struct Connection;
    [[nodiscard]] base::Awaitable<void> serve(base::asio::ip::tcp::socket socket,
                                              base::net::IpAddress from);
    /// The context that shows the certificate set for that name; null for none.
    [[nodiscard]] base::net::TlsContext context_for(const std::string& perspective,
                                                    const std::string& server_name) const;
    [[nodiscard]] base::net::TlsIdentity
    certificate(std::string name, std::vector<base::net::CertificateExtension> extensions) const;

    const base::Clock& clock_;
    const Views& views_;
    const Sources& sources_;
    RequestLog& requests_;
    base::net::TlsIdentity ca_;   ///< thrown away with the server
    base::net::TlsContext unset_; ///< for names without a challenge: refuses acme-tls/1
    base::asio::ip::tcp::acceptor acceptor_;
    base::TaskSet listener_;
    base::TaskSet connections_;
};

} // namespace mpic::challenge_target
