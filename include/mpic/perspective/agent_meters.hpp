// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/core/clock.hpp"
#include "base/http/message.hpp"
#include "base/log/metrics.hpp"

#include <array>

namespace mpic::perspective {

/// What an agent counts of the questions to it. Outlives them.
class AgentMeters {
public:
    explicit AgentMeters(base::log::Metrics& metrics);

    /// One question from its arrival to its answer. One without an answer, by a fault or a
    /// cancellation, is under way as long and not counted.
    class Question {
    public:
        /// Null: nothing is counted.
        Question(AgentMeters* meters, const base::Clock& clock);
        ~Question();
        Question(const Question&) = delete;
        Question& operator=(const Question&) = delete;

        [[nodiscard]] base::SteadyTime started() const { return started_; }
        void answered(const base::http::Response& response);

    private:
        AgentMeters* meters_;
        const base::Clock& clock_;
        base::SteadyTime started_;
    };

private:
    std::array<base::log::Counter*, 3> answers_{}; ///< 2xx, 4xx, 5xx
    base::log::Histogram& seconds_;
    base::log::Gauge& in_flight_;
};

} // namespace mpic::perspective
