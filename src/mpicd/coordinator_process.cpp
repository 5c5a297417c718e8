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

AdminUnit::AdminUnit(base::asio::io_context& loop, CoordinatorResources& resources,
                     const base::net::Endpoint& listen, std::function<mpic::Roster()> roster,
                     mpic::QuorumPolicy policy)
    : resources_(resources),
      router_(mpic::api::make_admin_router({.clock = resources.clock,
                                            .metrics = resources.metrics,
                                            .roster = std::move(roster),
                                            .policy = [policy] { return policy; },
                                            .not_ready = [this] { return not_ready(); },
                                            .build = build_name()})),
      server_(loop, resources.clock, resources.shared.log, admin_options(listen, router_)) {}

std::vector<std::string> AdminUnit::not_ready() const {
    std::vector<std::string> reasons;
    if (stopping_)
        reasons.emplace_back("the service is stopping");
    if (!resources_.journal.healthy())
        reasons.emplace_back("the audit journal cannot be written");
    return reasons;
}

} // namespace mpicd
