// SPDX-License-Identifier: Apache-2.0
#pragma once
// One attempt under way: every seat is asked at once, replies go into the tally as they come, and
// whoever waits for the decision is woken when it is certain. The run outlives the answer by the
// stragglers' time, so that each seat gets its terminal record.

#include "base/async/one_shot.hpp"
#include "base/async/task_set.hpp"
#include "base/log/logger.hpp"
#include "mpic/coordinator/fleet.hpp"
#include "mpic/model/tally.hpp"
#include "mpic/wire/agent_protocol.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace mpic::coordinator {

class AttemptRun {
public:
    struct Timing {
        base::Deadline deadline; ///< of the seats' replies
        base::Milliseconds evidence_grace;
        base::Milliseconds straggler_timeout;
    };

    /// A fault in the asking of a seat goes to `log` and leaves the seat without a report.
    /// `cohort` names the fleet's perspectives in the order of the attempt's seats.
    AttemptRun(base::asio::io_context& loop, const base::Clock& clock, base::log::Logger& log,
               std::shared_ptr<const Fleet> fleet, std::vector<std::size_t> cohort, Attempt attempt,
               wire::AgentQuestion question, Timing timing);

    /// Asks everybody and returns when every seat has its reply: its own, or a timeout when the
    /// attempt's deadline passed, or when straggler_timeout did after the decision was certain.
    [[nodiscard]] base::Awaitable<void> run();

    /// Returns when the decision may be answered: a pass as soon as it is certain; a refusal when
    /// everybody has reported, or evidence_grace after it became certain.
    [[nodiscard]] base::Awaitable<void> settled();

    /// Nobody waits for the decision any more: run() ends now.
    void give_up();

    [[nodiscard]] const Tally& tally() const { return tally_; }

private:
    [[nodiscard]] base::Awaitable<void> ask(std::size_t seat);
    // Not part of ask()'s frame, which thousands of waiting questions hold.
    [[gnu::noinline]] void record(std::size_t seat, SeatReply reply);

    const base::Clock& clock_;
    std::shared_ptr<const Fleet> fleet_; // shared: a reload may replace the fleet meanwhile
    std::vector<std::size_t> cohort_;
    wire::AgentQuestion question_;
    Timing timing_;
    base::SteadyTime started_;
    Tally tally_;
    base::TaskSet asks_;
    base::OneShot<bool> certain_;  // set once ok cannot change; for the one who awaits the answer
    base::OneShot<bool> tighten_;  // the same instant, or given up, for run()
    base::OneShot<bool> complete_; // everybody has reported; for the one who awaits the answer
    base::OneShot<bool> finished_; // the same instant, or given up, for run()
};

} // namespace mpic::coordinator
