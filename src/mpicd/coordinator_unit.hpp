// SPDX-License-Identifier: Apache-2.0
#pragma once
// One coordinator on one loop: clients of the agents, coordinator, public API and its HTTPS server,
// wired together. A process has one per loop; they share journal, metrics and log.

#include "base/async/periodic.hpp"
#include "base/core/random.hpp"
#include "base/http/refusal_log.hpp"
#include "base/http/server.hpp"
#include "mpic/api/public_api.hpp"
#include "mpic/coordinator/coordinator.hpp"
#include "mpic/coordinator/fleet_health.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace mpicd {

/// What the units of one process share; all of it may be used from any thread and outlives them.
struct Shared {
    const base::Clock& clock;
    const base::Clock& policy_clock; ///< the date whose policy is in force
    base::Random& random;
    base::log::Logger& log;
    base::log::Metrics& metrics;
    base::log::Journal& journal;
    mpic::coordinator::FleetHealth& health;
};

/// What a reload replaces, all of it immutable: made once, given to every unit.
struct Replaceable {
    mpic::Roster roster;
    std::shared_ptr<const mpic::api::Clients> clients;
    base::net::TlsContext public_tls;
    base::net::TlsContext agent_tls; ///< what the coordinator presents to agents
};

struct CoordinatorUnitOptions {
    mpic::coordinator::CoordinatorOptions coordinator;
    mpic::api::PublicApiOptions api;
    std::size_t connections_per_agent = 4;
    base::net::Endpoint listen;
    bool reuse_port = false;
    base::http::ServerLimits limits;
    /// How long a perspective may be quiet before this unit asks whether it is there; 0: another
    /// unit's work.
    base::Milliseconds probe_interval{0};
};

class CoordinatorUnit {
public:
    /// Throws std::runtime_error for a perspective's url that is not https://HOST:PORT.
    CoordinatorUnit(base::asio::io_context& loop, Shared& shared, Replaceable replaceable,
                    CoordinatorUnitOptions options);

    void start();
    [[nodiscard]] base::net::Endpoint endpoint() const { return server_.endpoint(); }
    /// On this unit's loop: requests and connections from now on use it. Throws as the constructor
    /// does, and keeps the old then.
    void replace(Replaceable replaceable);
    /// Finishes requests under way and their stragglers within `limit`; their audit records may
    /// take the coordinator's last_records more.
    [[nodiscard]] base::Awaitable<void> drain(base::Milliseconds limit);

private:
    [[nodiscard]] base::http::ServerOptions server_options(const CoordinatorUnitOptions& options);
    [[nodiscard]] base::Awaitable<void> probe();
    [[nodiscard]] base::Awaitable<void> measure();

    base::asio::io_context& loop_;
    Shared& shared_;
    std::size_t connections_per_agent_;
    base::Milliseconds probe_interval_;
    Replaceable current_;
    mpic::coordinator::Coordinator coordinator_;
    mpic::api::PublicApi api_;
    base::http::RefusalLog refusals_;
    base::http::Server server_;
    base::log::Gauge& connections_;
    std::size_t connections_told_ = 0;
    base::Periodic measuring_;
    std::optional<base::Periodic> probing_;
};

} // namespace mpicd
