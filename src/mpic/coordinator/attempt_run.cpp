// SPDX-License-Identifier: Apache-2.0
#include "mpic/coordinator/attempt_run.hpp"

namespace mpic::coordinator {

AttemptRun::AttemptRun(base::asio::io_context& loop, const base::Clock& clock,
                       base::log::Logger& log, std::shared_ptr<const Fleet> fleet,
                       std::vector<std::size_t> cohort, Attempt attempt,
                       wire::AgentQuestion question, Timing timing)
    : clock_(clock),
      fleet_(std::move(fleet)),
      cohort_(std::move(cohort)),
      question_(std::move(question)),
      timing_(timing),
      started_(clock.steady()),
      tally_(std::move(attempt)),
      asks_(loop),
      certain_(loop),
      tighten_(loop),
      complete_(loop),
      finished_(loop) {
    asks_.on_fault([&log, id = tally_.attempt().id](const char* what) {
        log.error("ask-fault", {{"attempt", id}, {"what", what}});
    });
}

base::Awaitable<void> AttemptRun::run() {
    for (std::size_t seat = 0; seat < cohort_.size(); ++seat)
        asks_.spawn(ask(seat));

    // The clients keep the deadline themselves; this bound holds even if one of them does not.
    (void)co_await tighten_.wait_until(timing_.deadline, "waiting for the perspectives");
    // A refusal leaves evidence_grace later than a pass; stragglers are counted from the answer.
    const auto grace = tally_.decision().ok ? base::Milliseconds{} : timing_.evidence_grace;
    const auto last = timing_.deadline.within(clock_.steady(), grace + timing_.straggler_timeout);
    (void)co_await finished_.wait_until(last, "waiting for stragglers");
    asks_.cancel_all();
    co_await asks_.join();

    for (std::size_t seat = 0; seat < cohort_.size(); ++seat)
        if (!tally_.replies()[seat])
            record(seat, NoReport{Outcome::timeout,
                                  {base::FailureKind::timeout,
                                   "the agent did not report within the time allowed"},
                                  base::as_ms(clock_.steady() - started_)});
}

void AttemptRun::give_up() {
    tighten_.set(true);
    finished_.set(true);
}

base::Awaitable<void> AttemptRun::settled() {
    (void)co_await certain_.wait();
    if (tally_.phase() == Tally::Phase::decided || tally_.decision().ok)
        co_return;
    // A refusal is worth a moment: its sentences and its diagnosis are better when all have spoken.
    const auto grace = timing_.deadline.within(clock_.steady(), timing_.evidence_grace);
    (void)co_await complete_.wait_until(grace, "waiting for further evidence");
}

base::Awaitable<void> AttemptRun::ask(std::size_t seat) {
    auto& client = *fleet_->clients[cohort_[seat]];
    auto reply = co_await client.ask(question_, timing_.deadline);
    if (!fleet_->health.empty())
        fleet_->health[cohort_[seat]]->replied(*reply, clock_.steady());
    record(seat, SeatReply(std::move(reply)));
}

void AttemptRun::record(std::size_t seat, SeatReply reply) {
    const auto phase = tally_.record(seat, std::move(reply));
    if (phase == Tally::Phase::waiting)
        return;
    certain_.set(true);
    tighten_.set(true);
    if (phase == Tally::Phase::decided) {
        complete_.set(true);
        finished_.set(true);
    }
}

} // namespace mpic::coordinator
