// SPDX-License-Identifier: Apache-2.0
#pragma once
// One perspective on one loop: resolver, HTTP client, agent and its HTTPS server, wired together.

#include "base/async/periodic.hpp"
#include "base/core/random.hpp"
#include "base/dns/recursive_resolver.hpp"
#include "base/http/client.hpp"
#include "base/http/refusal_log.hpp"
#include "base/http/server.hpp"
#include "base/net/special_purpose.hpp"
#include "mpic/perspective/agent.hpp"

#include <vector>

namespace mpicd {

struct PerspectiveUnitOptions {
    base::dns::RecursiveResolverOptions resolver;
    mpic::check::CheckSettings check;
    std::vector<base::net::Prefix> allow_special_purpose;
    mpic::perspective::AgentOptions agent;
    base::net::Endpoint listen;
    bool reuse_port = false;
    base::net::TlsContext tls;
    base::http::ServerLimits limits;
};

/// A resolver's settings for checks that give one try `dns_try`: within it every server gets its
/// turn, and further tries are the checks' own.
[[nodiscard]] base::dns::RecursiveResolverOptions
resolver_options(std::vector<base::net::Endpoint> servers, base::Milliseconds dns_try,
                 std::optional<base::net::IpAddress> source);

class PerspectiveUnit {
public:
    PerspectiveUnit(base::asio::io_context& loop, const base::Clock& clock, base::Random& random,
                    base::log::Logger& log, base::log::Metrics& metrics,
                    PerspectiveUnitOptions options);

    void start();
    [[nodiscard]] base::net::Endpoint endpoint() const { return server_.endpoint(); }
    [[nodiscard]] base::Awaitable<void> drain(base::Milliseconds limit);
    [[nodiscard]] const mpic::check::Vantage& vantage() const { return vantage_; }
    /// On this unit's loop: new connections use `tls`, and `coordinators` may ask from now on.
    void replace(base::net::TlsContext tls, std::vector<std::string> coordinators) {
        tls_ = std::move(tls);
        agent_.replace_coordinators(std::move(coordinators));
    }

private:
    [[nodiscard]] base::http::ServerOptions server_options(const PerspectiveUnitOptions& options);
    [[nodiscard]] base::Awaitable<void> measure();

    base::net::TlsContext tls_;
    base::dns::RecursiveResolver resolver_;
    base::http::DirectExchanger exchanger_;
    base::net::DirectHandshaker handshaker_;
    base::net::AddressPolicy addresses_;
    mpic::check::Vantage vantage_;
    mpic::perspective::AgentMeters meters_;
    mpic::perspective::Agent agent_;
    base::http::RefusalLog refusals_;
    base::http::Server server_;
    base::log::Gauge& connections_;
    std::size_t connections_told_ = 0;
    base::Periodic measuring_;
};

/// What both listeners of the private protocol answer to requests that never became one.
[[nodiscard]] base::http::Response plain_rejection(base::http::Rejection rejection,
                                                   std::string detail);
[[nodiscard]] base::http::Response plain_fault(const std::string& incident_id);

} // namespace mpicd
