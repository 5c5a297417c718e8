// SPDX-License-Identifier: Apache-2.0
#include "mpicd/agent_meters.hpp"

#include "mpic/wire/agent_protocol.hpp"

#include <chrono>
#include <utility>

namespace mpicd {

namespace {

/// Also when the request ends by an exception or a cancellation.
class UnderWay {
public:
    explicit UnderWay(base::log::Gauge& gauge) : gauge_(gauge) { gauge_.add(1); }
    ~UnderWay() { gauge_.add(-1); }
    UnderWay(const UnderWay&) = delete;
    UnderWay& operator=(const UnderWay&) = delete;

private:
    base::log::Gauge& gauge_;
};

} // namespace

AgentMeters::AgentMeters(base::log::Metrics& metrics)
    : seconds_(metrics.histogram(
          "mpicd_agent_question_seconds", "From a coordinator's question to the report.",
          {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60})),
      in_flight_(metrics.gauge("mpicd_agent_checks_in_flight", "Questions being checked now.")) {
    const char* classes[] = {"2xx", "4xx", "5xx"};
    for (std::size_t i = 0; i < answers_.size(); ++i)
        answers_[i] = &metrics.counter("mpicd_agent_answers_total",
                                       "Answers of an agent to its coordinators' questions.",
                                       {{"status", classes[i]}});
}

base::http::Handler AgentMeters::around(base::http::Handler handler, const base::Clock& clock) {
    return [this, handler = std::move(handler), &clock](const base::http::Request& request,
                                                        const base::http::Peer& peer) {
        return measured(*this, handler, clock, request, peer);
    };
}

base::Awaitable<base::http::Response> AgentMeters::measured(AgentMeters& meters,
                                                            const base::http::Handler& handler,
                                                            const base::Clock& clock,
                                                            const base::http::Request& request,
                                                            const base::http::Peer& peer) {
    if (request.path() != mpic::wire::agent_check_path) // probes are no questions
        co_return co_await handler(request, peer);
    const UnderWay counted(meters.in_flight_);
    const auto started = clock.steady();
    auto response = co_await handler(request, peer);
    const std::size_t index = response.status < 400 ? 0 : response.status < 500 ? 1 : 2;
    meters.answers_[index]->add();
    meters.seconds_.observe(std::chrono::duration<double>(clock.steady() - started).count());
    co_return response;
}

} // namespace mpicd
