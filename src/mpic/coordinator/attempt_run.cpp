// SPDX-License-Identifier: Apache-2.0
#include "mpic/coordinator/attempt_run.hpp"

#include "base/core/fault_text.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <utility>

namespace mpic::coordinator {

AttemptRun::AttemptRun(base::asio::io_context& loop, const base::Clock& clock,
                       base::log::Logger& log, std::shared_ptr<const Fleet> fleet,
                       std::vector<std::size_t> cohort, Attempt attempt,
                       wire::AgentQuestion question, Timing timing)
    : clock_(clock),
      log_(log),
      fleet_(std::move(fleet)),
      cohort_(std::move(cohort)),
      question_(std::move(question)),
      timing_(timing),
      started_(clock.steady()),
      tally_(std::move(attempt)),
      settled_(loop),
      ended_(loop),
      last_(timing.deadline),
      alarm_(loop, [this] { look_at_the_clock(); }),
      askings_(cohort_.size()) {}

void AttemptRun::begin() {
    alarm_.set(timing_.deadline.at());
    for (std::size_t seat = 0; seat < cohort_.size(); ++seat) {
        try {
            askings_[seat] =
                fleet_->clients[cohort_[seat]]->ask(question_, timing_.deadline, *this, seat);
        } catch (...) {
            faulted(seat, std::current_exception());
        }
    }
}

base::Awaitable<void> AttemptRun::settled() {
    if (!co_await settled_.wait()) // cancelled: nothing is decided yet
        throw boost::system::system_error(base::asio::error::operation_aborted);
}

base::Awaitable<void> AttemptRun::ended() {
    (void)co_await ended_.wait();
}

void AttemptRun::replied(std::size_t seat, std::unique_ptr<Reply> reply) {
    askings_[seat].reset();
    if (!fleet_->health.empty())
        fleet_->health[cohort_[seat]]->replied(*reply, clock_.steady());
    record(seat, SeatReply(std::move(reply)));
}

void AttemptRun::faulted(std::size_t seat, const std::exception_ptr& fault) noexcept {
    log_.error("ask-fault", {{"attempt", tally_.attempt().id},
                             {"perspective", tally_.attempt().seats[seat].id},
                             {"what", base::fault_text(fault)}});
}

void AttemptRun::record(std::size_t seat, SeatReply reply) {
    const auto phase = tally_.record(seat, std::move(reply));
    if (phase == Tally::Phase::decided) {
        alarm_.clear();
        settled_.set(true);
        ended_.set(true);
        return;
    }
    if (phase == Tally::Phase::waiting || std::exchange(certain_, true))
        return;
    // A refusal is worth a moment: its sentences and its diagnosis are better when all have spoken.
    // Stragglers are counted from the answer.
    weighing_ = !tally_.decision().ok;
    const auto now = clock_.steady();
    const auto grace = weighing_ ? timing_.evidence_grace : base::Milliseconds{};
    last_ = timing_.deadline.within(now, grace + timing_.straggler_timeout);
    alarm_.set(weighing_ ? timing_.deadline.within(now, grace).at() : last_.at());
    if (!weighing_)
        settled_.set(true);
}

void AttemptRun::look_at_the_clock() {
    if (std::exchange(weighing_, false) && !last_.passed(clock_.steady())) {
        settled_.set(true);
        alarm_.set(last_.at());
        return;
    }
    for (std::size_t seat = 0; seat < askings_.size(); ++seat)
        if (const auto asking = std::exchange(askings_[seat], nullptr))
            replied(seat, asking->given_up());
    for (std::size_t seat = 0; seat < askings_.size(); ++seat)
        if (!tally_.replies()[seat])
            record(seat, NoReport{Outcome::timeout,
                                  {base::FailureKind::timeout,
                                   "the agent did not report within the time allowed"},
                                  base::as_ms(clock_.steady() - started_)});
}

void AttemptRun::observe(std::size_t seat) const {
    fleet_->observations->reply(cohort_[seat], tally_.decision().seats[seat].value().outcome,
                                *tally_.replies()[seat]);
}

void AttemptRun::give_up() {
    if (tally_.phase() == Tally::Phase::decided)
        return;
    weighing_ = false;
    certain_ = true;
    alarm_.set(started_);
}

} // namespace mpic::coordinator
