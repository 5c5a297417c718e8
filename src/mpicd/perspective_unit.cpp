// SPDX-License-Identifier: Apache-2.0
#include "mpicd/perspective_unit.hpp"

#include "mpic/wire/agent_protocol.hpp"
#include "mpicd/tls_files.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace mpicd {

namespace {

constexpr base::Milliseconds measuring_interval{1'000};

unsigned status_of(base::http::Rejection rejection) {
    switch (rejection) {
    case base::http::Rejection::malformed:
        return 400;
    case base::http::Rejection::head_too_large:
        return 431;
    case base::http::Rejection::body_too_large:
        return 413;
    case base::http::Rejection::timeout:
        return 408;
    case base::http::Rejection::version_unsupported:
        return 505;
    }
    return 400;
}

} // namespace

base::dns::RecursiveResolverOptions resolver_options(std::vector<base::net::Endpoint> servers,
                                                     base::Milliseconds dns_try,
                                                     std::optional<base::net::IpAddress> source) {
    base::dns::RecursiveResolverOptions options;
    options.try_timeout = dns_try / std::max<std::int64_t>(1, std::ssize(servers));
    options.tries = 1;
    options.servers = std::move(servers);
    options.source = source;
    return options;
}

PerspectiveUnit::PerspectiveUnit(base::asio::io_context& loop, const base::Clock& clock,
                                 base::Random& random, base::log::Logger& log,
                                 base::log::Metrics& metrics, PerspectiveUnitOptions options)
    : tls_(options.tls),
      resolver_(loop, clock, random, options.resolver),
      exchanger_(clock, usable("http", base::net::unverified_client_context())),
      handshaker_(clock, usable("tls-alpn-01", base::net::unverified_client_context())),
      addresses_(options.allow_special_purpose),
      vantage_{resolver_, exchanger_, handshaker_, addresses_, clock, options.check},
      meters_(metrics),
      agent_(vantage_, clock, log, options.agent, &meters_),
      refusals_(log, clock,
                metrics.counter("mpicd_peers_refused_total",
                                "TLS handshakes that failed over the peer's identity.",
                                {{"listener", "agent"}}),
                "agent"),
      server_(loop, clock, refusals_, server_options(options)),
      connections_(metrics.gauge("mpicd_connections", "Connections open to a listener.",
                                 {{"listener", "agent"}})),
      measuring_(loop, measuring_interval,
                 [this](base::SteadyTime::duration) { return measure(); }) {}

void PerspectiveUnit::start() {
    server_.start();
    measuring_.start();
}

base::Awaitable<void> PerspectiveUnit::drain(base::Milliseconds limit) {
    co_await server_.drain(limit);
    co_await measuring_.stop();
}

base::Awaitable<void> PerspectiveUnit::measure() {
    const auto now = server_.connections();
    connections_.add(static_cast<double>(now) - static_cast<double>(connections_told_));
    connections_told_ = now;
    co_return;
}

base::http::ServerOptions PerspectiveUnit::server_options(const PerspectiveUnitOptions& options) {
    base::http::ServerOptions server;
    server.listen = options.listen;
    server.reuse_port = options.reuse_port;
    server.tls = [this] { return tls_; };
    server.limits = options.limits;
    server.limits.body_bytes = mpic::wire::agent_request_limit;
    server.handler = [this](const base::http::Request& request, const base::http::Peer& peer) {
        return agent_.handle(request, peer);
    };
    server.reject = plain_rejection;
    server.fault = plain_fault;
    return server;
}

base::http::Response plain_rejection(base::http::Rejection rejection, std::string detail) {
    return base::http::json_response(status_of(rejection),
                                     nlohmann::json{{"error", detail}}.dump());
}

base::http::Response plain_fault(const std::string& incident_id) {
    return base::http::json_response(
        500, nlohmann::json{{"error", "internal error"}, {"incident", incident_id}}.dump());
}

} // namespace mpicd
