// SPDX-License-Identifier: Apache-2.0
#pragma once
// A perspective's agent: authenticate, decode, check, encode. Lives on one loop.

#include "base/core/clock.hpp"
#include "base/http/server.hpp"
#include "base/log/logger.hpp"
#include "base/log/rate_bound.hpp"
#include "mpic/check/vantage.hpp"
#include "mpic/model/report.hpp"
#include "mpic/perspective/agent_meters.hpp"
#include "mpic/wire/agent_protocol.hpp"

#include <expected>
#include <string>
#include <vector>

namespace mpic::perspective {

struct AgentOptions {
    std::string perspective; ///< the roster's id of this perspective
    std::string build;       ///< "mpicd 0.1.0 (abc1234)"
    /// SANs of the coordinators that may ask; a connection without one of them gets 403.
    std::vector<std::string> coordinators;
    base::Milliseconds max_budget{60'000}; ///< a question's budget is cut to this
    std::size_t max_in_flight = 4096;      ///< further questions get 503
};

class Agent {
public:
    /// References, and `meters` where there are some, outlive the agent.
    Agent(const check::Vantage& vantage, const base::Clock& clock, base::log::Logger& log,
          AgentOptions options, AgentMeters* meters = nullptr);

    /// The handler for the agent's HTTPS server: POST /agent/v1/check, GET /agent/v1/health. 403
    /// for a coordinator that is not ours, 421 for another perspective's question, 503 over
    /// max_in_flight.
    [[nodiscard]] base::Awaitable<base::http::Response> handle(const base::http::Request& request,
                                                               const base::http::Peer& peer);

    /// The coordinators that may ask from now on.
    void replace_coordinators(std::vector<std::string> coordinators) {
        options_.coordinators = std::move(coordinators);
    }

private:
    class InFlight;
    [[nodiscard]] bool is_coordinator(const base::http::Peer& peer) const;
    /// The question to check, or what is answered at once.
    [[nodiscard]] std::expected<wire::AgentQuestion, base::http::Response>
    accept(const base::http::Request& request, const base::http::Peer& peer);
    void log_checked(const wire::AgentQuestion& question, const PerspectiveReport& report);

    const check::Vantage& vantage_;
    const base::Clock& clock_;
    base::log::Logger& log_;
    AgentOptions options_;
    AgentMeters* meters_;
    base::log::RateBound refusals_; // somebody who is refused may try again at once, and for ever
    std::size_t in_flight_ = 0;
};

} // namespace mpic::perspective
