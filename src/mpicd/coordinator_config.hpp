// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/log/journal.hpp"
#include "mpic/api/clients.hpp"
#include "mpic/coordinator/coordinator.hpp"
#include "mpic/model/roster.hpp"
#include "mpicd/daemon_config.hpp"

#include <string>
#include <vector>

namespace mpicd {

/// A coordinator's configuration as it stands in its file, checked and with its defaults.
struct CoordinatorConfig {
    base::net::Endpoint listen;
    std::string base_path;
    IdentityFiles tls; ///< ca: of client certificates; empty: tokens only
    base::net::Endpoint admin_listen{*base::net::IpAddress::parse("127.0.0.1"), 9443};
    std::size_t threads = 1;
    mpic::Roster roster;
    std::string policy_name = "cabf-br";
    mpic::Tightening tightening;
    IdentityFiles agents; ///< what the coordinator presents to agents, and their CA
    std::size_t connections_per_agent = 4;
    std::vector<mpic::api::ClientOptions> clients;
    std::size_t max_in_flight = 10'000;
    std::size_t max_in_flight_per_domain = 1'000;
    base::Milliseconds probe{5'000};
    base::log::JournalOptions journal;
    mpic::coordinator::CoordinatorOptions coordinator;
    base::Milliseconds drain{30'000};
    base::http::ServerLimits limits;
    WatchConfig watch;
    bool core_dumps = false;
    LogConfig log;
};

/// Shows every field to the visitor; also checks what concerns several fields, the roster's
/// compliance at `now` among them.
void describe(ConfigVisitor& v, CoordinatorConfig& config, base::WallTime now);
/// Throws ConfigError.
[[nodiscard]] CoordinatorConfig read_coordinator_config(const std::string& file,
                                                        base::WallTime now);

} // namespace mpicd
