// SPDX-License-Identifier: Apache-2.0
// OneShot: one value from anywhere to one waiter, in any order of events.

#include "base/async/deadline.hpp"
#include "base/async/one_shot.hpp"
#include "base/async/task_set.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace {

using namespace std::chrono_literals;
using base::Awaitable;
using base::Deadline;
using base::FailureKind;
using base::OneShot;
using base::Result;
namespace asio = base::asio;

TEST(OneShot, SetBeforeWait) {
    asio::io_context loop;
    OneShot<int> slot(loop);
    EXPECT_FALSE(slot.is_set());
    slot.set(4);
    EXPECT_TRUE(slot.is_set());
    EXPECT_EQ(test::run(loop, slot.wait()), Result<int>(4));
    EXPECT_TRUE(slot.is_set());
}

Awaitable<void> keeps(OneShot<int> slot, std::vector<Result<int>>& results) {
    results.push_back(co_await slot.wait());
}

TEST(OneShot, SetAfterWaitDoesNotResumeTheWaiterOnTheSettersStack) {
    asio::io_context loop;
    base::TaskSet set(loop);
    OneShot<int> slot(loop);
    std::vector<Result<int>> results;
    set.spawn(keeps(slot, results));
    loop.poll();
    asio::post(loop, [&] {
        slot.set(5);
        EXPECT_TRUE(results.empty());
    });
    test::run(loop, set.join());
    EXPECT_EQ(results, std::vector<Result<int>>{5});
}

TEST(OneShot, OnlyTheFirstValueCounts) {
    asio::io_context loop;
    OneShot<int> slot(loop);
    slot.set(1);
    slot.set(2);
    EXPECT_EQ(test::run(loop, slot.wait()), Result<int>(1));
    slot.set(3);
    EXPECT_TRUE(slot.is_set());
}

TEST(OneShot, SetFromAnotherThread) {
    asio::io_context loop;
    OneShot<std::unique_ptr<int>> slot(loop);
    std::jthread setter([slot]() mutable {
        std::this_thread::sleep_for(2ms);
        slot.set_from_any_thread(std::make_unique<int>(6));
        slot.set_from_any_thread(nullptr);
    });
    const auto result = test::run(loop, slot.wait());
    ASSERT_TRUE(result && *result);
    EXPECT_EQ(**result, 6);
}

TEST(OneShot, ManyValuesFromAnotherThread) {
    asio::io_context loop;
    std::vector<OneShot<std::size_t>> slots;
    for (int i = 0; i < 1000; ++i)
        slots.emplace_back(loop);
    std::jthread setter([slots]() mutable {
        for (std::size_t i = 0; i < slots.size(); ++i)
            slots[i].set_from_any_thread(i);
    });
    for (std::size_t i = 0; i < slots.size(); ++i)
        EXPECT_EQ(test::run(loop, slots[i].wait()), Result<std::size_t>(i));
}

TEST(OneShot, CancelledWaiterLeavesTheSlotToTheSetter) {
    asio::io_context loop;
    base::TaskSet set(loop);
    OneShot<int> slot(loop);
    std::vector<Result<int>> results;
    set.spawn(keeps(slot, results));
    loop.poll();
    set.cancel_all();
    test::run(loop, set.join());
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0].error().kind, FailureKind::cancelled);
    slot.set(7);
    EXPECT_TRUE(slot.is_set());
}

TEST(OneShot, CancelledAndSetAtTheSameTimeGivesOneResult) {
    asio::io_context loop;
    base::TaskSet set(loop);
    OneShot<int> slot(loop);
    std::vector<Result<int>> results;
    set.spawn(keeps(slot, results));
    loop.poll();
    set.cancel_all();
    slot.set(8);
    test::run(loop, set.join());
    EXPECT_EQ(results.size(), 1U);
}

TEST(OneShot, WaitUnderADeadlineTimesOut) {
    asio::io_context loop;
    OneShot<int> slot(loop);
    const auto deadline = Deadline::after(std::chrono::steady_clock::now(), 2ms);
    EXPECT_EQ(test::run(loop, base::with_deadline(deadline, "answer", slot.wait())).error(),
              (base::Failure{FailureKind::timeout, "answer"}));
}

TEST(OneShot, HandleMayDieBeforeItsWait) {
    asio::io_context loop;
    auto slot = std::make_unique<OneShot<int>>(loop);
    OneShot<int> setter = *slot;
    auto wait = slot->wait();
    slot.reset();
    setter.set(9);
    EXPECT_EQ(test::run(loop, std::move(wait)), Result<int>(9));
}

TEST(OneShot, LoopDestroyedWhileWaitingLeaksNothing) {
    std::vector<Result<int>> results;
    {
        asio::io_context loop;
        base::TaskSet set(loop);
        set.spawn(keeps(OneShot<int>(loop), results));
        loop.poll();
        loop.stop();
    }
    EXPECT_TRUE(results.empty());
}

TEST(OneShot, WaitUntilBringsTheValueOrTheTimeout) {
    asio::io_context loop;
    const auto soon = [] { return Deadline::after(std::chrono::steady_clock::now(), 10ms); };
    OneShot<int> set_before(loop);
    set_before.set(1);
    EXPECT_EQ(test::run(loop, set_before.wait_until(soon(), "x")), Result<int>(1));

    OneShot<int> never(loop);
    const auto late = test::run(loop, never.wait_until(soon(), "the phase"));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().kind, FailureKind::timeout);
    EXPECT_EQ(late.error().detail, "the phase");
    never.set(2); // nobody listens, nothing happens
    EXPECT_TRUE(never.is_set());
}

Awaitable<void> keeps_until(OneShot<int> slot, Deadline deadline,
                            std::vector<Result<int>>& results) {
    results.push_back(co_await slot.wait_until(deadline, "x"));
}

TEST(OneShot, WaitUntilIsWokenByTheValueAndByCancellation) {
    asio::io_context loop;
    base::TaskSet set(loop);
    const auto far = Deadline::after(std::chrono::steady_clock::now(), 1h);
    std::vector<Result<int>> results;
    OneShot<int> slot(loop);
    set.spawn(keeps_until(slot, far, results));
    loop.poll();
    slot.set(5);
    test::run(loop, set.join());
    EXPECT_EQ(results, std::vector<Result<int>>{5});

    OneShot<int> unset(loop);
    set.spawn(keeps_until(unset, far, results));
    loop.restart();
    loop.poll();
    set.cancel_all();
    test::run(loop, set.join());
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[1].error().kind, FailureKind::cancelled);
}

} // namespace
