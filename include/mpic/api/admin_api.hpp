// SPDX-License-Identifier: Apache-2.0
#pragma once
// The admin listener (plain HTTP, loopback by default): GET /healthz, /readyz, /metrics,
// /perspectives, /errors, /errors/CODE.

#include "base/core/clock.hpp"
#include "base/http/router.hpp"
#include "base/log/metrics.hpp"
#include "mpic/model/roster.hpp"

#include <functional>
#include <string>
#include <vector>

namespace mpic::api {

struct AdminSources {
    const base::Clock& clock;
    const base::log::Metrics& metrics;
    std::function<Roster()> roster;
    std::function<QuorumPolicy()> policy;
    /// Why the service is not ready, a sentence each; empty: ready.
    std::function<std::vector<std::string>()> not_ready;
    std::string build;
};

[[nodiscard]] base::http::Router make_admin_router(AdminSources sources);

} // namespace mpic::api
