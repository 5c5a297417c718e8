// SPDX-License-Identifier: Apache-2.0
#include "mpicd/coordinator_unit.hpp"

#include "base/http/url.hpp"
#include "mpic/coordinator/http_perspective_client.hpp"
#include "mpic/wire/agent_protocol.hpp"
#include "mpic/wire/draft_request.hpp"

#include <fmt/format.h>
#include <stdexcept>

namespace mpicd {

namespace {

using PerspectiveClients = std::vector<std::unique_ptr<mpic::coordinator::PerspectiveClient>>;

PerspectiveClients make_clients(base::asio::io_context& loop, const Shared& shared,
                                const Replaceable& from, std::size_t connections) {
    PerspectiveClients clients;
    for (const auto& perspective : from.roster.perspectives) {
        const auto url = base::http::parse_url(perspective.url);
        if (!url || url->scheme != "https" || url->target != "/")
            throw std::runtime_error(
                fmt::format("perspective {}: url \"{}\" is not https://HOST:PORT", perspective.id,
                            perspective.url));
        base::http::PoolOptions pool;
        pool.host = url->host;
        pool.port = url->port;
        pool.tls = [tls = from.agent_tls] { return tls; };
        pool.peer_identity = perspective.identity;
        pool.max_connections = connections;
        pool.body_limit = mpic::wire::agent_report_limit;
        clients.push_back(std::make_unique<mpic::coordinator::HttpPerspectiveClient>(
            perspective.id, loop, shared.clock, std::move(pool)));
    }
    return clients;
}

/// A probe that takes longer than this is an answer too.
constexpr base::Milliseconds probe_limit{2'000};
constexpr base::Milliseconds measuring_interval{1'000};

mpic::coordinator::CoordinatorOptions with_shared(mpic::coordinator::CoordinatorOptions options,
                                                  Shared& shared) {
    options.policy_clock = &shared.policy_clock;
    options.health = &shared.health;
    return options;
}

} // namespace

CoordinatorUnit::CoordinatorUnit(base::asio::io_context& loop, Shared& shared,
                                 Replaceable replaceable, CoordinatorUnitOptions options)
    : loop_(loop),
      shared_(shared),
      connections_per_agent_(options.connections_per_agent),
      probe_interval_(options.probe_interval),
      current_(std::move(replaceable)),
      coordinator_(loop, shared.clock, shared.random, shared.log, shared.metrics, shared.journal,
                   current_.roster, make_clients(loop, shared, current_, connections_per_agent_),
                   with_shared(options.coordinator, shared)),
      api_(
          [this](mpic::CheckRequest request, std::string client,
                 mpic::coordinator::Coordinator::Prepare prepare) {
              return coordinator_.corroborate(std::move(request), std::move(client),
                                              std::move(prepare));
          },
          [this] { return current_.clients; }, shared.clock, shared.random, shared.log,
          shared.metrics, options.api),
      refusals_(shared.log, shared.clock,
                shared.metrics.counter("mpicd_peers_refused_total",
                                       "TLS handshakes that failed over the peer's identity.",
                                       {{"listener", "public"}}),
                "public"),
      server_(loop, shared.clock, refusals_, server_options(options)),
      connections_(shared.metrics.gauge("mpicd_connections", "Connections open to a listener.",
                                        {{"listener", "public"}})),
      measuring_(loop, measuring_interval,
                 [this](base::SteadyTime::duration) { return measure(); }) {
    if (probe_interval_.count() > 0)
        probing_.emplace(loop, probe_interval_,
                         [this](base::SteadyTime::duration) { return probe(); });
}

void CoordinatorUnit::start() {
    server_.start();
    measuring_.start();
    if (probing_)
        probing_->start();
}

base::Awaitable<void> CoordinatorUnit::probe() {
    co_await coordinator_.probe(probe_interval_,
                                base::Deadline::after(shared_.clock.steady(), probe_limit));
}

base::Awaitable<void> CoordinatorUnit::measure() {
    coordinator_.sample_load();
    const auto now = server_.connections();
    connections_.add(static_cast<double>(now) - static_cast<double>(connections_told_));
    connections_told_ = now;
    co_return;
}

base::http::ServerOptions CoordinatorUnit::server_options(const CoordinatorUnitOptions& options) {
    base::http::ServerOptions server;
    server.listen = options.listen;
    server.reuse_port = options.reuse_port;
    server.tls = [this] { return current_.public_tls; };
    server.limits = options.limits;
    server.limits.body_bytes = mpic::wire::request_body_limit;
    server.handler = [this](const base::http::Request& request, const base::http::Peer& peer) {
        return api_.handle(request, peer);
    };
    server.reject = &mpic::api::PublicApi::reject;
    server.fault = &mpic::api::PublicApi::fault;
    return server;
}

void CoordinatorUnit::replace(Replaceable replaceable) {
    auto clients = make_clients(loop_, shared_, replaceable, connections_per_agent_);
    coordinator_.replace_fleet(replaceable.roster, std::move(clients));
    current_ = std::move(replaceable);
    if (probing_)
        probing_->now(); // new perspectives are not heard of yet
}

base::Awaitable<void> CoordinatorUnit::drain(base::Milliseconds limit) {
    const auto until = base::Deadline::after(shared_.clock.steady(), limit);
    if (probing_)
        co_await probing_->stop();
    co_await server_.drain(limit);
    co_await coordinator_.drain(until);
    co_await measuring_.stop();
}

} // namespace mpicd
