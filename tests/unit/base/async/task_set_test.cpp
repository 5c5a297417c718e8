// SPDX-License-Identifier: Apache-2.0
// TaskSet: nothing that was spawned is lost, nothing outlives the join.

#include "base/async/deadline.hpp"
#include "base/async/task_set.hpp"
#include "support/run.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using base::Awaitable;
using base::Deadline;
using base::Result;
using base::TaskSet;
namespace asio = base::asio;

Deadline in(std::chrono::steady_clock::duration d) {
    return Deadline::after(std::chrono::steady_clock::now(), d);
}

Awaitable<void> counts(int& ended) {
    co_await asio::post(asio::deferred);
    ++ended;
}

Awaitable<void> sleeps(std::chrono::milliseconds time, int& ended) {
    (void)co_await base::sleep_until(in(time));
    ++ended;
}

TEST(TaskSet, JoinOfAnEmptySetReturns) {
    asio::io_context loop;
    TaskSet set(loop);
    test::run(loop, set.join());
    EXPECT_EQ(set.running(), 0U);
}

TEST(TaskSet, JoinWaitsForAll) {
    asio::io_context loop;
    TaskSet set(loop);
    int ended = 0;
    for (int i = 0; i < 10; ++i)
        set.spawn(sleeps(std::chrono::milliseconds(i), ended));
    EXPECT_EQ(set.running(), 10U);
    test::run(loop, set.join());
    EXPECT_EQ(ended, 10);
    EXPECT_EQ(set.running(), 0U);
}

Awaitable<void> joins(TaskSet& set, int& joined) {
    co_await set.join();
    ++joined;
}

Awaitable<void> ends_when_cancelled(asio::io_context& loop, std::shared_ptr<int> ended) {
    asio::steady_timer never(loop, asio::steady_timer::time_point::max());
    co_await never.async_wait(asio::as_tuple(asio::deferred));
    ++*ended;
}

TEST(TaskSet, MayDieBeforeTasksThatItLetsGo) {
    asio::io_context loop;
    const auto ended = std::make_shared<int>(0);
    {
        base::TaskSet set(loop);
        set.spawn(ends_when_cancelled(loop, ended));
        set.spawn(ends_when_cancelled(loop, ended));
        loop.poll();
        EXPECT_EQ(set.running(), 2U);
        set.let_go();
    }
    loop.restart();
    loop.run();
    EXPECT_EQ(*ended, 2) << "they were cancelled";
    EXPECT_EQ(ended.use_count(), 1) << "and nothing of them is left";
}

TEST(TaskSet, SeveralMayJoin) {
    asio::io_context loop;
    TaskSet set(loop);
    TaskSet joiners(loop);
    int ended = 0;
    int joined = 0;
    set.spawn(sleeps(2ms, ended));
    joiners.spawn(joins(set, joined));
    joiners.spawn(joins(set, joined));
    test::run(loop, joiners.join());
    EXPECT_EQ(joined, 2);
    EXPECT_EQ(ended, 1);
}

Awaitable<void> starts_at_once(TaskSet& set, bool& order) {
    bool started = false;
    static constexpr auto task = [](bool& flag) -> Awaitable<void> {
        flag = true;
        co_return;
    };
    set.spawn(task(started));
    order = started;
    co_await set.join();
}

TEST(TaskSet, StartsATaskAtOnceOnTheLoop) {
    asio::io_context loop;
    TaskSet set(loop);
    bool order = false;
    test::run(loop, starts_at_once(set, order));
    EXPECT_TRUE(order);
}

Awaitable<void> spawns_more(TaskSet& set, int generations, int& ended) {
    (void)co_await base::sleep_until(in(1ms));
    if (generations > 0)
        set.spawn(spawns_more(set, generations - 1, ended));
    ++ended;
}

TEST(TaskSet, JoinAlsoWaitsForTasksSpawnedMeanwhile) {
    asio::io_context loop;
    TaskSet set(loop);
    int ended = 0;
    set.spawn(spawns_more(set, 5, ended));
    test::run(loop, set.join());
    EXPECT_EQ(ended, 6);
}

TEST(TaskSet, CancelAllEndsRunningTasks) {
    asio::io_context loop;
    TaskSet set(loop);
    int ended = 0;
    for (int i = 0; i < 5; ++i)
        set.spawn(sleeps(1h, ended));
    loop.poll();
    set.cancel_all();
    test::run(loop, set.join());
    EXPECT_EQ(ended, 5);
}

TEST(TaskSet, CancelAllBeforeTheLoopRunsKeepsTasksFromStarting) {
    asio::io_context loop;
    TaskSet set(loop);
    int ended = 0;
    set.spawn(counts(ended));
    set.cancel_all();
    test::run(loop, set.join());
    EXPECT_EQ(ended, 0);
}

Awaitable<void> cancels_its_own_set(TaskSet& set) {
    set.cancel_all();
    co_return; // never suspended: Asio 1.81 alone would lose this completion
}

Awaitable<void> cancels_then_suspends(TaskSet& set, int& ended) {
    set.cancel_all();
    co_await asio::post(asio::deferred);
    ++ended;
}

TEST(TaskSet, TaskMayCancelItsOwnSet) {
    asio::io_context loop;
    TaskSet set(loop);
    int ended = 0;
    set.spawn(sleeps(1h, ended));
    set.spawn(cancels_its_own_set(set));
    test::run(loop, set.join());
    EXPECT_EQ(ended, 1);
    set.spawn(cancels_then_suspends(set, ended));
    test::run(loop, set.join());
    EXPECT_EQ(ended, 1);
}

Awaitable<void> throws(std::exception_ptr error, bool suspend_first) {
    if (suspend_first)
        co_await asio::post(asio::deferred);
    std::rethrow_exception(error);
}

TEST(TaskSet, FaultsGoToTheHandlerAndEndThatTaskOnly) {
    asio::io_context loop;
    TaskSet set(loop);
    std::vector<std::string> faults;
    set.on_fault([&faults](const char* what) { faults.emplace_back(what); });
    int ended = 0;
    set.spawn(throws(std::make_exception_ptr(std::logic_error("first")), false));
    set.spawn(throws(std::make_exception_ptr(std::logic_error("second")), true));
    set.spawn(throws(std::make_exception_ptr(42), true));
    set.spawn(counts(ended));
    test::run(loop, set.join());
    EXPECT_EQ(ended, 1);
    ASSERT_EQ(faults.size(), 3U);
    EXPECT_NE(std::ranges::find(faults, "first"), faults.end());
    EXPECT_NE(std::ranges::find(faults, "second"), faults.end());
}

TEST(TaskSet, AbortedOperationsAreNoFaults) {
    asio::io_context loop;
    TaskSet set(loop);
    int faults = 0;
    set.on_fault([&faults](const char*) { ++faults; });
    const auto aborted =
        std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted));
    set.spawn(throws(aborted, true));
    test::run(loop, set.join());
    EXPECT_EQ(faults, 0);
}

TEST(TaskSet, WithoutAHandlerAFaultIsRethrownOnTheLoop) {
    asio::io_context loop;
    TaskSet set(loop);
    set.spawn(throws(std::make_exception_ptr(std::logic_error("bug")), true));
    EXPECT_THROW(loop.run(), std::logic_error);
    EXPECT_EQ(set.running(), 0U);
}

Awaitable<Result<bool>> drain(TaskSet& set) {
    co_await set.join();
    co_return true;
}

TEST(TaskSet, JoinUnderADeadlineDrainsThenCancels) {
    asio::io_context loop;
    TaskSet set(loop);
    int ended = 0;
    set.spawn(sleeps(1ms, ended));
    set.spawn(sleeps(1h, ended));
    EXPECT_TRUE(test::run(loop, base::with_deadline(in(20ms), "drain", drain(set))));
    EXPECT_EQ(ended, 2);
    EXPECT_EQ(set.running(), 0U);
}

/// A server as it will be: owns a set, and joins it although it has itself been cancelled.
Awaitable<void> owner(asio::io_context& loop, int& ended) {
    TaskSet inner(loop);
    inner.spawn(sleeps(1h, ended));
    try {
        co_await asio::steady_timer(loop, 1h).async_wait(asio::deferred);
    } catch (const boost::system::system_error&) {
        inner.cancel_all();
    }
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await inner.join();
}

TEST(TaskSet, CancelledOwnerCanStillJoin) {
    asio::io_context loop;
    TaskSet set(loop);
    int ended = 0;
    set.spawn(owner(loop, ended));
    loop.poll();
    set.cancel_all();
    test::run(loop, set.join());
    EXPECT_EQ(ended, 1);
}

TEST(TaskSetDeathTest, DestructionWithRunningTasksTerminates) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(
        {
            asio::io_context loop;
            TaskSet set(loop);
            int ended = 0;
            set.spawn(sleeps(1h, ended));
            loop.poll();
        },
        "join\\(\\) it first");
}

} // namespace
