// SPDX-License-Identifier: Apache-2.0
#include "mpic/coordinator/observations.hpp"

#include <string>

namespace mpic::coordinator {

namespace {

constexpr Outcome every_outcome[] = {Outcome::corroborates, Outcome::disagrees,
                                     Outcome::failed,       Outcome::timeout,
                                     Outcome::unreachable,  Outcome::misconfigured};

std::vector<double> seconds() {
    return {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60};
}

double elapsed_ms(const Reply& reply) {
    return std::visit([](const auto& r) { return r.elapsed_ms; }, reply);
}

} // namespace

Observations::Observations(base::log::Metrics& metrics, const Roster& roster)
    : passed_(metrics.counter("mpicd_corroborations_total", "Completed corroborations.",
                              {{"ok", "true"}})),
      refused_(metrics.counter("mpicd_corroborations_total", "Completed corroborations.",
                               {{"ok", "false"}})),
      audit_failures_(
          metrics.counter("mpicd_audit_failures_total",
                          "Decisions withheld because their audit record could not be written.")),
      duration_(metrics.histogram("mpicd_corroboration_seconds",
                                  "From the request to the decision, audit included.", seconds())),
      margin_(
          metrics.histogram("mpicd_quorum_margin",
                            "Corroborations beyond the required number; negative ones missed it.",
                            {-6, -5, -4, -3, -2, -1, 0, 1, 2})) {
    for (const auto& perspective : roster.perspectives) {
        OfPerspective& of = perspectives_.emplace_back();
        for (const auto outcome : every_outcome)
            of.by_outcome.at(static_cast<std::size_t>(outcome)) = &metrics.counter(
                "mpicd_perspective_outcomes_total", "Terminal outcomes of each perspective.",
                {{"perspective", perspective.id}, {"outcome", std::string(to_string(outcome))}});
        of.latency = &metrics.histogram("mpicd_perspective_seconds",
                                        "Time until a perspective's terminal reply.", seconds(),
                                        {{"perspective", perspective.id}});
    }
}

void Observations::reply(std::size_t perspective, Outcome outcome, const Reply& reply) {
    const OfPerspective& of = perspectives_.at(perspective);
    of.by_outcome.at(static_cast<std::size_t>(outcome))->add();
    of.latency->observe(elapsed_ms(reply) / 1000);
}

void Observations::decided(const Corroboration& corroboration, double elapsed_ms) {
    (corroboration.decision.ok ? passed_ : refused_).add();
    duration_.observe(elapsed_ms / 1000);
    margin_.observe(corroboration.decision.corroborated - corroboration.attempt.rule.required);
}

void Observations::audit_failed() {
    audit_failures_.add();
}

} // namespace mpic::coordinator
