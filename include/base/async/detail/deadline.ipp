// SPDX-License-Identifier: Apache-2.0
#pragma once
// The body of with_deadline(). The work runs as a coroutine of its own, because only so can it be
// cancelled while the caller waits for its end.

#include "base/async/detail/outcome.ipp"
#include "base/async/detail/timer.ipp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>

namespace base::detail {

/// The timer and the way to cancel the work. Shared with the timer's handler, which may still be
/// queued when the work, and with it the call of with_deadline(), is over.
class DeadlineRace : public std::enable_shared_from_this<DeadlineRace> {
public:
    enum class Stop { none, timeout, cancelled };

    explicit DeadlineRace(const Executor& executor) : timer_(executor) {}

    void arm(Deadline deadline);
    void finish();
    void stop_work(Stop why);
    [[nodiscard]] Stop stopped() const { return stop_; }
    [[nodiscard]] asio::cancellation_slot work_slot() { return signal_.slot(); }

private:
    Timer timer_;
    asio::cancellation_signal signal_;
    Stop stop_ = Stop::none; ///< the first reason; a later one changes nothing
    bool finished_ = false;
};

[[nodiscard]] Failure stop_failure(DeadlineRace::Stop why, std::string phase);

template <class T>
Result<T> judge(Outcome<Result<T>> outcome, DeadlineRace::Stop why, std::string phase) {
    using Stop = DeadlineRace::Stop;
    if (outcome.error) {
        if (why == Stop::none || !is_cancellation(outcome.error))
            std::rethrow_exception(outcome.error);
        return std::unexpected(stop_failure(why, std::move(phase)));
    }
    Result<T>& result = *outcome.value;
    if (why == Stop::timeout && !result && result.error().kind == FailureKind::cancelled)
        return std::unexpected(stop_failure(why, std::move(phase)));
    return std::move(result);
}

} // namespace base::detail

namespace base {

template <class T>
Awaitable<Result<T>> with_deadline(Deadline deadline, std::string phase,
                                   Awaitable<Result<T>> work) {
    using Race = detail::DeadlineRace;
    auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != asio::cancellation_type::none)
        co_return std::unexpected(detail::stop_failure(Race::Stop::cancelled, std::move(phase)));
    if (deadline.passed(std::chrono::steady_clock::now()))
        co_return std::unexpected(detail::stop_failure(Race::Stop::timeout, std::move(phase)));

    const Executor executor = co_await asio::this_coro::executor;
    const auto race = std::make_shared<Race>(executor);
    race->arm(deadline);
    // Asio clears this slot when the co_await below resumes, so the pointer does not outlive
    // `race`.
    if (auto slot = cancellation.slot(); slot.is_connected())
        slot.assign(
            [r = race.get()](asio::cancellation_type) { r->stop_work(Race::Stop::cancelled); });
    detail::Outcome<Result<T>> outcome;
    co_await asio::co_spawn(
        executor, detail::keep_outcome(std::move(work), outcome),
        asio::bind_cancellation_slot(race->work_slot(), asio::use_awaitable_t<Executor>()));
    race->finish();
    co_return detail::judge(std::move(outcome), race->stopped(), std::move(phase));
}

} // namespace base
