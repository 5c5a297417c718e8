// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/net/ip_address.hpp"
#include "mpic/check/vantage.hpp"
#include "mpicd/daemon_config.hpp"

#include <string>
#include <vector>

namespace mpicd {

/// Two names that show whether the resolver validates: one signed well, one signed wrongly on
/// purpose.
struct DnssecProbe {
    std::string good;
    std::string bogus;
};

/// A perspective's configuration as it stands in its file, checked and with its defaults.
struct PerspectiveConfig {
    std::string id;
    base::net::Endpoint listen;
    IdentityFiles tls;
    std::vector<std::string> coordinators;
    std::vector<base::net::Endpoint> resolvers;
    std::optional<base::net::IpAddress> source;
    std::size_t threads = 1;
    bool mix_case = false;
    bool require_dnssec = false;
    DnssecProbe probe;
    mpic::check::CheckSettings check{.user_agent = {}};
    std::vector<base::net::Prefix> allow_special_purpose; ///< test networks only
    base::Milliseconds max_budget{60'000};
    std::size_t max_in_flight = 4096;
    base::Milliseconds drain{30'000};
    base::http::ServerLimits limits{.streams = 4096}; ///< coordinators keep few connections
    std::optional<base::net::Endpoint> admin_listen;
    WatchConfig watch;
    bool core_dumps = false;
    LogConfig log;
};

void describe(ConfigVisitor& v, PerspectiveConfig& config);
/// Throws ConfigError.
[[nodiscard]] PerspectiveConfig read_perspective_config(const std::string& file);

} // namespace mpicd
