// SPDX-License-Identifier: Apache-2.0
#pragma once
// One attempt under way: every seat is asked at once, replies go into the tally as they come, and
// whoever waits for the decision is woken when it is certain. The run outlives the answer by the
// stragglers' time, so that each seat gets its terminal record. No coroutine: replies and one alarm
// move it on.

#include "base/async/alarm.hpp"
#include "base/async/one_shot.hpp"
#include "base/log/logger.hpp"
#include "mpic/coordinator/fleet.hpp"
#include "mpic/model/tally.hpp"
#include "mpic/wire/agent_protocol.hpp"

#include <memory>
#include <vector>

namespace mpic::coordinator {

class AttemptRun final : Asker {
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

    /// Asks everybody; once.
    void begin();

    /// Returns when the decision may be answered: a pass as soon as it is certain; a refusal when
    /// everybody has reported, or evidence_grace after it became certain. Cancelled before: throws.
    [[nodiscard]] base::Awaitable<void> settled();
    /// Returns when every seat has its reply: its own, or a timeout when the attempt's deadline
    /// passed, or when straggler_timeout did after the decision was certain.
    [[nodiscard]] base::Awaitable<void> ended();

    /// Nobody waits for the decision any more: every seat has its reply in a moment.
    void give_up();

    [[nodiscard]] const Tally& tally() const { return tally_; }
    /// Counts the reply of a seat that has one.
    void observe(std::size_t seat) const;

private:
    void replied(std::size_t seat, std::unique_ptr<Reply> reply) override;
    void faulted(std::size_t seat, const std::exception_ptr& fault) noexcept override;
    void record(std::size_t seat, SeatReply reply);
    void look_at_the_clock();

    const base::Clock& clock_;
    base::log::Logger& log_;
    std::shared_ptr<const Fleet> fleet_; // shared: a reload may replace the fleet meanwhile
    std::vector<std::size_t> cohort_;
    wire::AgentQuestion question_;
    Timing timing_;
    base::SteadyTime started_;
    Tally tally_;
    base::OneShot<bool> settled_; // for the one who awaits the answer
    base::OneShot<bool> ended_;
    bool certain_ = false;  ///< what the answer is: time is short from here
    bool weighing_ = false; ///< a refusal waits for further evidence
    base::Deadline last_;   ///< for stragglers
    base::Alarm alarm_;
    std::vector<std::unique_ptr<Asking>> askings_; // a place for each seat; refer to the others
};

} // namespace mpic::coordinator
