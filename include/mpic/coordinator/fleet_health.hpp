// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which perspectives answer, as far as the coordinators of this process know: by every reply, and
// by probes of those that have been quiet. Decides nothing about requests; it is what /readyz and
// the log say.

#include "base/core/clock.hpp"
#include "base/core/result.hpp"
#include "base/log/logger.hpp"
#include "base/log/metrics.hpp"
#include "base/log/rate_bound.hpp"
#include "mpic/model/roster.hpp"
#include "mpic/model/tally.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace mpic::coordinator {

/// One perspective's. Any thread; answered() takes no lock while nothing changes.
class PerspectiveHealth {
public:
    PerspectiveHealth(const Perspective& perspective, base::log::Logger& log, base::log::Gauge& up);

    void answered(base::SteadyTime at);
    /// Every change, and every new kind of failure, is one line of the log: an agent with somebody
    /// else's certificate is named once, however many requests meet it.
    void failed(const base::Failure& why, base::SteadyTime at);
    /// What a question's reply says: a report is an answer; a missed deadline says nothing, since
    /// the question may have been a hard one or given up early.
    void replied(const Reply& reply, base::SteadyTime at);
    /// Nobody is to be alarmed about it any more.
    void retire();

    [[nodiscard]] bool answered_since(base::SteadyTime at) const;
    struct View {
        bool answering = false;
        std::string why; ///< not answering: in a few words
    };
    [[nodiscard]] View view() const;
    [[nodiscard]] bool is_of(const Perspective& perspective) const;

private:
    enum class State { unheard, answering, silent };

    const std::string id_;
    const std::string url_;
    const std::string identity_;
    base::log::Logger& log_;
    base::log::Gauge& up_;
    base::log::RateBound lines_{10, base::Milliseconds{30'000}};
    std::atomic<State> state_ = State::unheard;
    std::atomic<base::SteadyTime::rep> last_answer_;
    mutable std::mutex mutex_; // changes only; guards what follows
    base::FailureKind kind_ = base::FailureKind::cancelled;
    std::string why_;
};

/// Any thread; asked when rosters change and by /readyz. References outlive it.
class FleetHealth {
public:
    FleetHealth(base::log::Logger& log, base::log::Metrics& metrics)
        : log_(log), metrics_(metrics) {}

    /// The same for the same id, url and identity, as long as it is in the roster.
    [[nodiscard]] std::shared_ptr<PerspectiveHealth> of(const Perspective& perspective);
    /// Forgets those that are not in it.
    void keep(const Roster& roster);
    /// Why a request could not pass now, a sentence each: the primary does not answer, or fewer
    /// remotes than `rule` requires do, or from too few regions. `rule` is what the next attempt
    /// must reach.
    [[nodiscard]] std::vector<std::string> shortfall(const Roster& roster,
                                                     const QuorumRule& rule) const;

private:
    [[nodiscard]] PerspectiveHealth::View view(const Perspective& perspective) const;

    base::log::Logger& log_;
    base::log::Metrics& metrics_;
    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<PerspectiveHealth>> known_; // shared with the fleets
};

} // namespace mpic::coordinator
