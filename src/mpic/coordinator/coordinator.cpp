// SPDX-License-Identifier: Apache-2.0
#include "mpic/coordinator/coordinator.hpp"

#include "base/async/deadline.hpp"
#include "mpic/coordinator/attempt_debt.hpp"
#include "mpic/coordinator/attempt_run.hpp"
#include "mpic/coordinator/fleet_health.hpp"
#include "mpic/coordinator/load_gauges.hpp"
#include "mpic/coordinator/record_writer.hpp"
#include "mpic/model/dcv_rules.hpp"
#include "mpic/wire/audit_record.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <set>

namespace mpic::coordinator {

struct Coordinator::State {
    base::asio::io_context& loop;
    const base::Clock& clock;
    base::Random& random;
    base::log::Logger& log;
    base::log::Metrics& metrics;
    RecordWriter records;
    CoordinatorOptions options;
    std::shared_ptr<const Fleet> fleet; // shared with the attempts that use it
    LoadGauges load;
    std::set<std::shared_ptr<AttemptRun>> under_way;
    /// Attempts whose answer may have left, until every seat has its record.
    base::TaskSet stragglers;
    bool abandoned = false; ///< a drain's end has come: nobody waits for the journal any more

    using Pending = AttemptDebt::Pending;

    [[nodiscard]] QuorumRule rule() const {
        const auto& date = options.policy_clock != nullptr ? *options.policy_clock : clock;
        return next_rule(options, fleet->roster, date.wall());
    }
    [[nodiscard]] std::shared_ptr<AttemptRun> plan(const CheckRequest& request, int number,
                                                   base::Deadline deadline);
    [[nodiscard]] base::Awaitable<void> finish(std::shared_ptr<AttemptRun> run,
                                               std::shared_ptr<const CheckRequest> request,
                                               Pending pending);
    [[nodiscard]] base::Awaitable<void> give_up_at(base::Deadline until);
};

namespace {

/// Another attempt makes sense only if failures to determine stood in the way: those who did
/// determine something would say the same again.
bool worth_retrying(const Tally& tally) {
    auto determined = tally.replies();
    for (auto& reply : determined) {
        const auto* report = reply ? std::get_if<PerspectiveReport>(&*reply) : nullptr;
        const bool undetermined =
            report == nullptr
            || (report->dcv && report->dcv->finding.verdict == Verdict::undetermined)
            || (report->caa && report->caa->finding.verdict == Verdict::undetermined);
        if (undetermined)
            reply.reset();
    }
    return !is_certain(tally.attempt(), determined);
}

std::vector<std::size_t> pending_seats(const Corroboration& corroboration) {
    std::vector<std::size_t> pending;
    for (std::size_t seat = 0; seat < corroboration.replies.size(); ++seat)
        if (!corroboration.replies[seat])
            pending.push_back(seat);
    return pending;
}

std::string late_record(const CheckRequest& request, const Tally& tally, std::size_t seat) {
    return wire::encode_late_record(request, tally.attempt(), seat, *tally.replies()[seat],
                                    tally.decision().seats[seat].value());
}

std::vector<Seat> seats_of(const Roster& roster, const std::vector<std::size_t>& cohort) {
    std::vector<Seat> seats;
    seats.reserve(cohort.size());
    for (const auto index : cohort) {
        const auto& perspective = roster.perspectives[index];
        seats.push_back({perspective.id, perspective.role, perspective.place.rir});
    }
    return seats;
}

} // namespace

Coordinator::Coordinator(base::asio::io_context& loop, const base::Clock& clock,
                         base::Random& random, base::log::Logger& log, base::log::Metrics& metrics,
                         base::log::Journal& journal, Roster roster,
                         std::vector<std::unique_ptr<PerspectiveClient>> clients,
                         CoordinatorOptions options)
    : state_(new State{loop,
                       clock,
                       random,
                       log,
                       metrics,
                       RecordWriter(loop, clock, journal),
                       std::move(options),
                       {},
                       LoadGauges(metrics),
                       {},
                       base::TaskSet(loop)}) {
    state_->stragglers.on_fault(
        [&log](const char* what) { log.error("straggler-fault", {{"what", what}}); });
    replace_fleet(std::move(roster), std::move(clients));
}

Coordinator::~Coordinator() = default;

void Coordinator::replace_fleet(Roster roster,
                                std::vector<std::unique_ptr<PerspectiveClient>> clients) {
    auto observations = std::make_unique<Observations>(state_->metrics, roster);
    std::vector<std::shared_ptr<PerspectiveHealth>> health;
    if (state_->options.health != nullptr)
        for (const auto& perspective : roster.perspectives)
            health.push_back(state_->options.health->of(perspective));
    state_->fleet = std::make_shared<const Fleet>(
        Fleet{std::move(roster), std::move(clients), std::move(health), std::move(observations)});
}

base::Awaitable<void> Coordinator::probe(base::Milliseconds quiet, base::Deadline deadline) {
    const auto& clock = state_->clock;
    return probe_fleet(state_->fleet, clock, clock.steady() - quiet, deadline);
}

void Coordinator::sample_load() {
    state_->load.sample(*state_->fleet);
}

base::Awaitable<Answer> Coordinator::corroborate(CheckRequest request, std::string client,
                                                 Prepare prepare) {
    auto& s = *state_;
    const auto asked = std::make_shared<const CheckRequest>(std::move(request)); // one for all
    const auto started = s.clock.steady();
    const auto deadline = base::Deadline::after(started, s.options.request_timeout);
    if (const auto rule = s.rule(); rule.remotes < rule.minimum_remotes)
        co_return Answer{{},
                         Unavailable::compliance,
                         fmt::format("{} remote perspectives are configured; {} requires {}",
                                     rule.remotes, rule.policy, rule.minimum_remotes)};

    for (int number = 1;; ++number) {
        const auto run = s.plan(*asked, number, deadline);
        State::Pending pending(s.loop);
        AttemptDebt debt(run, pending);
        run->begin();
        s.stragglers.spawn(s.finish(run, asked, pending));
        co_await run->settled();

        auto corroboration = make_corroboration(*asked, run->tally());
        corroboration.attempts = number;
        auto record = wire::encode_decision_record(*asked, corroboration, client);
        auto recording =
            s.records.append(std::move(record), debt.hand_over(pending_seats(corroboration)));
        const bool again = !corroboration.decision.ok && number < s.options.max_attempts
                           && worth_retrying(run->tally());
        if (prepare && !again) {
            co_await base::asio::post(s.loop, base::asio::deferred); // the journal is woken first
            prepare(corroboration);
        }
        const auto written = co_await RecordWriter::outcome(std::move(recording));
        for (std::size_t seat = 0; seat < corroboration.replies.size(); ++seat)
            if (corroboration.replies[seat])
                run->observe(seat);
        if (!written) {
            s.fleet->observations->audit_failed();
            co_return Answer{{}, Unavailable::audit, written.error().detail};
        }
        if (again && !deadline.passed(s.clock.steady()))
            continue;
        s.fleet->observations->decided(corroboration, base::as_ms(s.clock.steady() - started));
        co_return Answer{std::move(corroboration), {}, {}};
    }
}

QuorumRule next_rule(const CoordinatorOptions& options, const Roster& roster, base::WallTime at) {
    const auto all = roster.remote_count();
    const auto asked =
        options.remotes_per_attempt == 0 ? all : std::min(options.remotes_per_attempt, all);
    return options.policy.rule(at, static_cast<int>(asked));
}

std::shared_ptr<AttemptRun> Coordinator::State::plan(const CheckRequest& request, int number,
                                                     base::Deadline deadline) {
    const auto cohort = choose_cohort(fleet->roster, options.remotes_per_attempt, random.next());
    Attempt attempt;
    attempt.id = random.hex(16);
    attempt.number = number;
    attempt.seats = seats_of(fleet->roster, cohort);
    attempt.rule = rule();
    attempt.asks_dcv = request.dcv.has_value();
    attempt.asks_caa = request.caa.has_value();
    attempt.caa_by_permission = request.caa && request.caa->policy;
    attempt.dcv_by_selection = request.dcv && selects_value(*request.dcv);

    wire::AgentQuestion question;
    question.attempt_id = attempt.id;
    question.request_id = request.request_id;
    question.traceparent = request.traceparent;
    question.dcv = request.dcv;
    question.caa = request.caa;
    return std::make_shared<AttemptRun>(
        loop, clock, log, fleet, cohort, std::move(attempt), std::move(question),
        AttemptRun::Timing{deadline, options.evidence_grace, options.straggler_timeout});
}

/// Sees an attempt to its end and writes the terminal record of every seat that the decision did
/// not wait for, so that the journal holds exactly one for each (BR 5.4.1 (2)(7)). Without a
/// decision in the journal there are none.
base::Awaitable<void> Coordinator::State::finish(std::shared_ptr<AttemptRun> run,
                                                 std::shared_ptr<const CheckRequest> request,
                                                 Pending pending) {
    // Only give_up() ends a run early. What comes after it may be cancelled.
    co_await base::asio::this_coro::reset_cancellation_state(base::asio::disable_cancellation());
    under_way.insert(run);
    co_await run->ended();
    under_way.erase(run);
    if (!abandoned)
        co_await base::asio::this_coro::reset_cancellation_state(
            base::asio::enable_terminal_cancellation());
    else if (!pending.is_set())
        co_return;
    const auto owed = co_await pending.wait();
    if (!owed)
        co_return;
    for (const auto seat : owed->seats)
        run->observe(seat);
    if (!owed->recorded)
        co_return;
    for (const auto seat : owed->seats) {
        base::Result<void> written = base::fail(base::FailureKind::cancelled, "the service ends");
        if (!abandoned)
            written = co_await records.insist(late_record(*request, run->tally(), seat));
        if (!written)
            log.error("late-record-lost", {{"request-id", request->request_id},
                                           {"perspective", run->tally().attempt().seats[seat].id},
                                           {"reason", written.error().detail}});
    }
}

base::Awaitable<void> Coordinator::State::give_up_at(base::Deadline until) {
    if (!co_await base::sleep_until(until))
        co_return;
    for (const auto& run : under_way)
        run->give_up();
    if (!co_await base::sleep_until(base::Deadline(until.at() + options.last_records)))
        co_return;
    log.error("stragglers-abandoned",
              {{"attempts", stragglers.running()},
               {"reason", "the journal did not take their last records in time"}});
    abandoned = true;
    records.give_up();
    stragglers.cancel_all();
}

base::Awaitable<void> Coordinator::drain(base::Deadline until) {
    base::TaskSet limit(state_->loop);
    limit.spawn(state_->give_up_at(until));
    co_await state_->stragglers.join();
    limit.cancel_all();
    co_await limit.join();
}

} // namespace mpic::coordinator
