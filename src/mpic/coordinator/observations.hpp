// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the coordinator counts. Label values come from the roster and from enumerations only.

#include "base/log/metrics.hpp"
#include "mpic/model/corroboration.hpp"

#include <array>
#include <cstddef>
#include <vector>

namespace mpic::coordinator {

class Observations {
public:
    Observations(base::log::Metrics& metrics, const Roster& roster);

    /// A terminal reply of one of the roster's perspectives, waited for or late.
    void reply(std::size_t perspective, Outcome outcome, const Reply& reply);
    void decided(const Corroboration& corroboration, double elapsed_ms);
    void audit_failed();

private:
    static constexpr std::size_t outcomes = 6;
    struct OfPerspective {
        std::array<base::log::Counter*, outcomes> by_outcome{};
        base::log::Histogram* latency = nullptr;
    };
    std::vector<OfPerspective> perspectives_; ///< in the roster's order
    base::log::Counter& passed_;
    base::log::Counter& refused_;
    base::log::Counter& audit_failures_;
    base::log::Histogram& duration_;
    base::log::Histogram& margin_;
};

} // namespace mpic::coordinator
