// SPDX-License-Identifier: Apache-2.0
#include "mpic/perspective/agent_meters.hpp"

#include <chrono>

namespace mpic::perspective {

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

AgentMeters::Question::Question(AgentMeters* meters, const base::Clock& clock)
    : meters_(meters), clock_(clock), started_(clock.steady()) {
    if (meters_ != nullptr)
        meters_->in_flight_.add(1);
}

AgentMeters::Question::~Question() {
    if (meters_ != nullptr)
        meters_->in_flight_.add(-1);
}

void AgentMeters::Question::answered(const base::http::Response& response) {
    if (meters_ == nullptr)
        return;
    const std::size_t index = response.status < 400 ? 0 : response.status < 500 ? 1 : 2;
    meters_->answers_[index]->add();
    const std::chrono::duration<double> took = clock_.steady() - started_;
    meters_->seconds_.observe(took.count());
}

} // namespace mpic::perspective
