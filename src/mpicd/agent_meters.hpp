// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/core/clock.hpp"
#include "base/http/server.hpp"
#include "base/log/metrics.hpp"

#include <array>

namespace mpicd {

/// What an agent counts of the requests to it. Outlives them.
class AgentMeters {
public:
    explicit AgentMeters(base::log::Metrics& metrics);

    /// `handler` with each of its requests counted and timed.
    [[nodiscard]] base::http::Handler around(base::http::Handler handler, const base::Clock& clock);

private:
    [[nodiscard]] static base::Awaitable<base::http::Response>
    measured(AgentMeters& meters, const base::http::Handler& handler, const base::Clock& clock,
             const base::http::Request& request, const base::http::Peer& peer);

    std::array<base::log::Counter*, 3> answers_{}; ///< 2xx, 4xx, 5xx
    base::log::Histogram& seconds_;
    base::log::Gauge& in_flight_;
};

} // namespace mpicd
