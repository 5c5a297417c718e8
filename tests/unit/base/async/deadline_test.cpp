// SPDX-License-Identifier: Apache-2.0
// with_deadline() and sleep_until(): whatever happens, the work is over when the call returns.

#include "base/async/deadline.hpp"
#include "base/async/task_set.hpp"
#include "support/run.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

#include <thread>

namespace {

using namespace std::chrono_literals;
using base::Awaitable;
using base::Deadline;
using base::Failure;
using base::FailureKind;
using base::Result;
namespace asio = base::asio;

Deadline in(std::chrono::steady_clock::duration d) {
    return Deadline::after(std::chrono::steady_clock::now(), d);
}

/// Sets a flag when the frame it lives in ends.
struct Ending {
    bool& ended;
    explicit Ending(bool& e) : ended(e) {}
    Ending(const Ending&) = delete;
    Ending& operator=(const Ending&) = delete;
    ~Ending() { ended = true; }
};

Awaitable<Result<int>> at_once(int value) {
    co_return value;
}

Awaitable<Result<int>> after_a_post(int value) {
    co_await asio::post(asio::deferred);
    co_return value;
}

/// Throws operation_aborted when cancelled.
Awaitable<Result<int>> sleeps(std::chrono::milliseconds time, int value) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::deferred);
    co_return value;
}

Awaitable<Result<int>> sleeps_until_told(bool& ended) {
    const Ending ending(ended);
    co_return co_await sleeps(1h, 1);
}

TEST(WithDeadline, ReturnsWhatWorkReturnsWithoutSuspending) {
    asio::io_context loop;
    EXPECT_EQ(test::run(loop, base::with_deadline(in(10s), "p", at_once(7))), Result<int>(7));
}

TEST(WithDeadline, ReturnsWhatWorkReturnsLater) {
    asio::io_context loop;
    EXPECT_EQ(test::run(loop, base::with_deadline(in(10s), "p", after_a_post(7))), Result<int>(7));
    EXPECT_EQ(test::run(loop, base::with_deadline(in(10s), "p", sleeps(1ms, 8))), Result<int>(8));
}

TEST(WithDeadline, AcceptsADeadlineThatNeverComes) {
    asio::io_context loop;
    const Deadline never(base::SteadyTime::max());
    EXPECT_EQ(test::run(loop, base::with_deadline(never, "p", sleeps(1ms, 8))), Result<int>(8));
}

Awaitable<Result<void>> nothing() {
    co_return Result<void>();
}
Awaitable<Result<std::unique_ptr<int>>> move_only() {
    co_return std::make_unique<int>(3);
}
struct NoDefault {
    int value;
    explicit NoDefault(int v) : value(v) {}
};
Awaitable<Result<NoDefault>> no_default() {
    co_return NoDefault(4);
}

TEST(WithDeadline, CarriesVoidAndMoveOnlyAndTypesWithoutADefault) {
    asio::io_context loop;
    EXPECT_TRUE(test::run(loop, base::with_deadline(in(10s), "p", nothing())));
    EXPECT_EQ(**test::run(loop, base::with_deadline(in(10s), "p", move_only())), 3);
    EXPECT_EQ(test::run(loop, base::with_deadline(in(10s), "p", no_default()))->value, 4);
}

Awaitable<Result<int>> fails() {
    co_return base::fail(FailureKind::dns_servfail, "SERVFAIL");
}

TEST(WithDeadline, PassesFailuresOn) {
    asio::io_context loop;
    EXPECT_EQ(test::run(loop, base::with_deadline(in(10s), "p", fails())).error(),
              (Failure{FailureKind::dns_servfail, "SERVFAIL"}));
}

Awaitable<bool> ended_when_it_returned(Deadline deadline, Result<int>& result) {
    bool ended = false;
    result = co_await base::with_deadline(deadline, "connecting", sleeps_until_told(ended));
    co_return ended;
}

TEST(WithDeadline, CancelsAndAwaitsTheWorkAndNamesThePhase) {
    asio::io_context loop;
    Result<int> result = 0;
    EXPECT_TRUE(test::run(loop, ended_when_it_returned(in(5ms), result)));
    EXPECT_EQ(result.error(), (Failure{FailureKind::timeout, "connecting"}));
}

TEST(WithDeadline, DoesNotStartWorkAfterTheDeadline) {
    asio::io_context loop;
    bool ended = false;
    const auto result =
        test::run(loop, base::with_deadline(in(-1ms), "late", sleeps_until_told(ended)));
    EXPECT_EQ(result.error(), (Failure{FailureKind::timeout, "late"}));
    EXPECT_FALSE(ended);
}

Awaitable<Result<int>> ignores_cancellation(std::chrono::milliseconds time) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_return co_await sleeps(time, 9);
}

TEST(WithDeadline, WaitsForWorkThatIgnoresCancellationAndTakesItsResult) {
    asio::io_context loop;
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(test::run(loop, base::with_deadline(in(1ms), "p", ignores_cancellation(30ms))),
              Result<int>(9));
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 30ms);
}

Awaitable<Result<int>> blocks_the_loop() {
    std::this_thread::sleep_for(10ms);
    co_return 5;
}

TEST(WithDeadline, ResultWinsWhenTheTimerIsAlreadyDue) {
    asio::io_context loop;
    EXPECT_EQ(test::run(loop, base::with_deadline(in(1ms), "p", blocks_the_loop())),
              Result<int>(5));
    loop.restart();
    loop.run(); // the timer's handler comes after the call and must find nothing to do
}

Awaitable<int> simultaneous(int rounds) {
    int decided = 0;
    for (int i = 0; i < rounds; ++i) {
        const auto at = std::chrono::steady_clock::now() + 200us;
        asio::steady_timer timer(co_await asio::this_coro::executor);
        const auto result =
            co_await base::with_deadline(Deadline(at), "p", base::sleep_until(Deadline(at)));
        decided += result || result.error() == Failure{FailureKind::timeout, "p"};
    }
    co_return decided;
}

TEST(WithDeadline, TimerAndWorkAtTheSameInstantGiveOneOfTheTwoResults) {
    asio::io_context loop;
    EXPECT_EQ(test::run(loop, simultaneous(300)), 300);
}

Awaitable<Result<int>> turns_cancellation_into_a_failure() {
    const auto slept = co_await base::sleep_until(in(1h));
    co_return std::unexpected(slept.error());
}

TEST(WithDeadline, WorkThatReportsOurCancellationAsAFailureTimesOut) {
    asio::io_context loop;
    EXPECT_EQ(
        test::run(loop, base::with_deadline(in(2ms), "p", turns_cancellation_into_a_failure()))
            .error(),
        (Failure{FailureKind::timeout, "p"}));
}

TEST(WithDeadline, OuterDeadlineCutsTheInnerOne) {
    asio::io_context loop;
    auto inner = base::with_deadline(in(1h), "inner", sleeps(1h, 1));
    EXPECT_EQ(test::run(loop, base::with_deadline(in(2ms), "outer", std::move(inner))).error(),
              (Failure{FailureKind::timeout, "outer"}));
    inner = base::with_deadline(in(2ms), "inner", sleeps(1h, 1));
    EXPECT_EQ(test::run(loop, base::with_deadline(in(1h), "outer", std::move(inner))).error(),
              (Failure{FailureKind::timeout, "inner"}));
}

Awaitable<Result<int>> throws(std::exception_ptr error, std::chrono::milliseconds delay) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await sleeps(delay, 0);
    std::rethrow_exception(error);
}

TEST(WithDeadline, RethrowsFaultsBeforeAndAfterTheDeadline) {
    asio::io_context loop;
    const auto fault = std::make_exception_ptr(std::logic_error("bug"));
    EXPECT_THROW(test::run(loop, base::with_deadline(in(1h), "p", throws(fault, 1ms))),
                 std::logic_error);
    EXPECT_THROW(test::run(loop, base::with_deadline(in(1ms), "p", throws(fault, 10ms))),
                 std::logic_error);
}

TEST(WithDeadline, RethrowsAnAbortedOperationThatItDidNotCause) {
    asio::io_context loop;
    const auto aborted =
        std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted));
    EXPECT_THROW(test::run(loop, base::with_deadline(in(1h), "p", throws(aborted, 1ms))),
                 boost::system::system_error);
}

TEST(WithDeadline, LoopDestroyedWhileWaitingDestroysTheWork) {
    bool ended = false;
    {
        asio::io_context loop;
        base::TaskSet set(loop);
        static constexpr auto task = [](bool& e) -> Awaitable<void> {
            (void)co_await base::with_deadline(in(1h), "p", sleeps_until_told(e));
        };
        set.spawn(task(ended));
        loop.run_for(2ms);
        EXPECT_EQ(set.running(), 1U);
        loop.stop();
    }
    EXPECT_TRUE(ended);
}

/// What a caller that gets cancelled sees.
struct Seen {
    Result<int> result = 0;
    bool work_ended = false;
    bool next_await_threw = false;
};

Awaitable<void> caller(Seen& seen, Deadline deadline, bool total) {
    if (total)
        co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    seen.result = co_await base::with_deadline(deadline, "p", sleeps_until_told(seen.work_ended));
    try {
        co_await asio::post(asio::deferred);
    } catch (const boost::system::system_error& e) {
        seen.next_await_threw = e.code() == asio::error::operation_aborted;
    }
    co_await asio::this_coro::throw_if_cancelled(false);
}

Seen cancelled_with(asio::cancellation_type type) {
    asio::io_context loop;
    asio::cancellation_signal signal;
    Seen seen;
    asio::co_spawn(loop, caller(seen, in(1h), type == asio::cancellation_type::total),
                   asio::bind_cancellation_slot(signal.slot(), [](const std::exception_ptr&) {}));
    asio::steady_timer timer(loop, 2ms);
    timer.async_wait([&](boost::system::error_code) { signal.emit(type); });
    loop.run_for(5s);
    return seen;
}

TEST(WithDeadline, CancellationOfTheCallerReachesTheWork) {
    for (const auto type : {asio::cancellation_type::terminal, asio::cancellation_type::total}) {
        const Seen seen = cancelled_with(type);
        EXPECT_TRUE(seen.work_ended);
        ASSERT_FALSE(seen.result);
        EXPECT_EQ(seen.result.error(), (Failure{FailureKind::cancelled, "p"}));
        EXPECT_TRUE(seen.next_await_threw);
    }
}

Awaitable<Result<int>> cancels_the_caller(base::TaskSet& set) {
    set.cancel_all();
    co_return 6;
}

Awaitable<void> cancelled_by_its_own_work(base::TaskSet& set, Result<int>& result) {
    result = co_await base::with_deadline(in(1h), "p", cancels_the_caller(set));
}

TEST(WithDeadline, WorkThatCancelsItsCallerAndEndsAtOnceIsNotLost) {
    asio::io_context loop;
    base::TaskSet set(loop);
    Result<int> result = 0;
    set.spawn(cancelled_by_its_own_work(set, result));
    test::run(loop, set.join());
    EXPECT_EQ(result, Result<int>(6));
}

Awaitable<void> already_cancelled(base::TaskSet& set, Result<int>& result, bool& ended) {
    set.cancel_all();
    co_await asio::this_coro::throw_if_cancelled(false);
    result = co_await base::with_deadline(in(1h), "p", sleeps_until_told(ended));
}

TEST(WithDeadline, DoesNotStartWorkForACancelledCaller) {
    asio::io_context loop;
    base::TaskSet set(loop);
    Result<int> result = 0;
    bool ended = false;
    set.spawn(already_cancelled(set, result, ended));
    test::run(loop, set.join());
    EXPECT_EQ(result.error(), (Failure{FailureKind::cancelled, "p"}));
    EXPECT_FALSE(ended);
}

TEST(SleepUntil, ReturnsAtTheDeadline) {
    asio::io_context loop;
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(test::run(loop, base::sleep_until(in(10ms))));
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 10ms);
    EXPECT_TRUE(test::run(loop, base::sleep_until(in(-1s))));
}

TEST(SleepUntil, IsCutShortByCancellation) {
    asio::io_context loop;
    base::TaskSet set(loop);
    Result<void> result;
    static constexpr auto task = [](Result<void>& r) -> Awaitable<void> {
        r = co_await base::sleep_until(in(1h));
    };
    set.spawn(task(result));
    loop.poll();
    set.cancel_all();
    test::run(loop, set.join());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, FailureKind::cancelled);
}

} // namespace
