// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the coordinator counts. Label values come from the roster and from enumerations only.

#include "base/log/metrics.hpp"
#include "mpic/model/corroboration.hpp"

#include <map>
#include <string>

namespace mpic::coordinator {

class Observations {
public:
    Observations(base::log::Metrics& metrics, const Roster& roster);

    /// A terminal reply of one seat, waited for or late.
    void reply(const Seat& seat, const SeatDecision& decision, const Reply& reply);
    void decided(const Corroboration& corroboration, double elapsed_ms);
    void audit_failed();

private:
    base::log::Metrics& metrics_;
    struct OfPerspective {
        std::map<Outcome, base::log::Counter*> outcomes;
        base::log::Histogram* latency = nullptr;
    };
    std::map<std::string, OfPerspective> perspectives_;
    base::log::Counter& passed_;
    base::log::Counter& refused_;
    base::log::Counter& audit_failures_;
    base::log::Histogram& duration_;
    base::log::Histogram& margin_;
};

} // namespace mpic::coordinator
