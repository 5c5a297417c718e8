// SPDX-License-Identifier: Apache-2.0
// gather(): results in order, everyone awaited, whatever happens.

#include "base/async/deadline.hpp"
#include "base/async/task_set.hpp"
#include "support/run.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using base::Awaitable;
using base::Deadline;
using base::FailureKind;
using base::Result;
namespace asio = base::asio;

Awaitable<int> later(std::chrono::milliseconds time, int value, int& ended) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    try {
        co_await timer.async_wait(asio::deferred);
    } catch (...) {
        ++ended;
        throw;
    }
    ++ended;
    co_return value;
}

Awaitable<int> at_once(int value) {
    co_return value;
}

Awaitable<int> throws_at_once() {
    throw std::logic_error("bug");
    co_return 0; // makes it a coroutine
}

Awaitable<std::unique_ptr<int>> move_only(int value) {
    co_return std::make_unique<int>(value);
}

TEST(Gather, OfNothingIsEmpty) {
    asio::io_context loop;
    EXPECT_TRUE(test::run(loop, base::gather(std::vector<Awaitable<int>>())).empty());
}

TEST(Gather, KeepsTheOrderGivenWhateverTheOrderOfEnding) {
    asio::io_context loop;
    int ended = 0;
    std::vector<Awaitable<int>> tasks;
    tasks.push_back(later(15ms, 1, ended));
    tasks.push_back(at_once(2));
    tasks.push_back(later(1ms, 3, ended));
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(test::run(loop, base::gather(std::move(tasks))), (std::vector{1, 2, 3}));
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 15ms);
}

TEST(Gather, CarriesMoveOnlyResults) {
    asio::io_context loop;
    std::vector<Awaitable<std::unique_ptr<int>>> tasks;
    tasks.push_back(move_only(1));
    tasks.push_back(move_only(2));
    const auto results = test::run(loop, base::gather(std::move(tasks)));
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(*results[0] + *results[1], 3);
}

TEST(Gather, RethrowsAFaultAfterWaitingForAll) {
    asio::io_context loop;
    int ended = 0;
    std::vector<Awaitable<int>> tasks;
    tasks.push_back(later(5ms, 1, ended));
    tasks.push_back(throws_at_once());
    tasks.push_back(later(10ms, 3, ended));
    EXPECT_THROW(test::run(loop, base::gather(std::move(tasks))), std::logic_error);
    EXPECT_EQ(ended, 2);
}

Awaitable<void> gathers(std::vector<Awaitable<int>> tasks, bool& aborted) {
    try {
        (void)co_await base::gather(std::move(tasks));
    } catch (const boost::system::system_error& e) {
        aborted = e.code() == asio::error::operation_aborted;
    }
}

TEST(Gather, CancellationOfTheCallerCancelsAllAndAwaitsThem) {
    asio::io_context loop;
    base::TaskSet set(loop);
    int ended = 0;
    bool aborted = false;
    std::vector<Awaitable<int>> tasks;
    for (int i = 0; i < 5; ++i)
        tasks.push_back(later(1h, i, ended));
    set.spawn(gathers(std::move(tasks), aborted));
    loop.poll();
    EXPECT_EQ(ended, 0);
    set.cancel_all();
    test::run(loop, set.join());
    EXPECT_EQ(ended, 5);
    EXPECT_TRUE(aborted);
}

Awaitable<int> cancels(base::TaskSet& set) {
    set.cancel_all();
    co_return 1;
}

TEST(Gather, MemberThatCancelsTheCallerAlsoReachesThoseStartedAfterIt) {
    asio::io_context loop;
    base::TaskSet set(loop);
    int ended = 0;
    bool aborted = false;
    std::vector<Awaitable<int>> tasks;
    tasks.push_back(later(1h, 0, ended));
    tasks.push_back(cancels(set));
    tasks.push_back(later(1h, 2, ended));
    set.spawn(gathers(std::move(tasks), aborted));
    test::run(loop, set.join());
    EXPECT_EQ(ended, 2);
    EXPECT_TRUE(aborted);
}

Awaitable<Result<int>> sleeps_long() {
    const auto slept =
        co_await base::sleep_until(Deadline::after(std::chrono::steady_clock::now(), 1h));
    co_return std::unexpected(slept.error());
}

Awaitable<Result<std::vector<Result<int>>>> gathers_results() {
    std::vector<Awaitable<Result<int>>> tasks;
    for (int i = 0; i < 3; ++i)
        tasks.push_back(sleeps_long());
    co_return co_await base::gather(std::move(tasks));
}

TEST(Gather, UnderADeadlineReturnsWhatEachMemberMadeOfTheCancellation) {
    asio::io_context loop;
    const auto deadline = Deadline::after(std::chrono::steady_clock::now(), 2ms);
    const auto results = test::run(loop, base::with_deadline(deadline, "all", gathers_results()));
    ASSERT_TRUE(results);
    ASSERT_EQ(results->size(), 3U);
    for (const auto& result : *results)
        EXPECT_EQ(result.error().kind, FailureKind::cancelled);
}

Awaitable<void> gathers_nothing_then_sleeps(bool& done) {
    (void)co_await base::gather(std::vector<Awaitable<int>>());
    done = !co_await base::sleep_until(Deadline::after(std::chrono::steady_clock::now(), 1h));
}

TEST(Gather, LeavesNothingBehindInTheCallersCancellationSlot) {
    asio::io_context loop;
    base::TaskSet set(loop);
    bool done = false;
    set.spawn(gathers_nothing_then_sleeps(done));
    loop.poll();
    set.cancel_all();
    test::run(loop, set.join());
    EXPECT_TRUE(done);
}

TEST(Gather, LoopDestroyedWhileWaitingLeaksNothing) {
    int ended = 0;
    bool aborted = false;
    {
        asio::io_context loop;
        base::TaskSet set(loop);
        std::vector<Awaitable<int>> tasks;
        for (int i = 0; i < 3; ++i)
            tasks.push_back(later(1h, i, ended));
        set.spawn(gathers(std::move(tasks), aborted));
        loop.poll();
        EXPECT_EQ(set.running(), 1U);
        loop.stop();
    }
    EXPECT_EQ(ended, 0); // destroyed (the leak checker knows), not resumed
}

} // namespace
