// SPDX-License-Identifier: Apache-2.0
#include "mpicd/coordinator_process.hpp"

#include "mpicd/build_info.hpp"

namespace mpicd {

namespace {

base::http::ServerOptions admin_options(const base::net::Endpoint& listen,
                                        const base::http::Router& router) {
    base::http::ServerOptions server;
    server.listen = listen;
    server.handler = [&router](const base::http::Request& request, const base::http::Peer& peer) {
        return router.handle(request, peer);
    };
    server.reject = &mpic::api::PublicApi::reject;
    server.fault = &mpic::api::PublicApi::fault;
    return server;
}

} // namespace

base::log::JournalOptions CoordinatorResources::with_meters(base::log::JournalOptions options,
                                                            base::log::Metrics& metrics) {
    options.meters = {
        .lag = &metrics.histogram(
            "mpicd_journal_lag_seconds", "From an audit record's making until it is durable.",
            {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}),
        .batch = &metrics.histogram("mpicd_journal_batch_records",
                                    "Audit records that one write and one fsync carried.",
                                    {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096}),
        .waiting = &metrics.gauge("mpicd_journal_waiting_records",
                                  "Audit records on their way to the disk."),
        .healthy = &metrics.gauge("mpicd_journal_healthy",
                                  "1 while the audit journal can be written, else 0.")};
    return options;
}

AdminUnit::AdminUnit(base::asio::io_context& loop, CoordinatorResources& resources,
                     const base::net::Endpoint& listen, std::function<mpic::Roster()> roster,
                     mpic::coordinator::CoordinatorOptions options)
    : resources_(resources),
      roster_(std::move(roster)),
      options_(std::move(options)),
      router_(mpic::api::make_admin_router({.clock = resources.policy_clock,
                                            .metrics = resources.metrics,
                                            .roster = roster_,
                                            .policy = [this] { return options_.policy; },
                                            .not_ready = [this] { return not_ready(); },
                                            .build = build_name()})),
      server_(loop, resources.clock, resources.shared.log, admin_options(listen, router_)) {}

std::vector<std::string> AdminUnit::not_ready() const {
    std::vector<std::string> reasons;
    if (stopping_)
        reasons.emplace_back("the service is stopping");
    if (!resources_.journal.healthy())
        reasons.emplace_back("the audit journal cannot be written");
    const auto roster = roster_();
    const auto rule = next_rule(options_, roster, resources_.policy_clock.wall());
    for (auto& reason : resources_.health.shortfall(roster, rule))
        reasons.push_back(std::move(reason));
    return reasons;
}

} // namespace mpicd
