// SPDX-License-Identifier: Apache-2.0
// LoopPool and SignalWatch.

#include "base/async/loop.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <set>
#include <thread>

namespace {

using namespace std::chrono_literals;
namespace asio = base::asio;

TEST(LoopPool, RunsTheFirstLoopOnTheCallingThreadAndTheOthersOnTheirOwn) {
    base::LoopPool pool(3);
    ASSERT_EQ(pool.size(), 3U);
    std::array<std::thread::id, 3> threads;
    std::atomic<int> ran = 0;
    for (std::size_t i = 0; i < pool.size(); ++i)
        asio::post(pool.loop(i), [&, i] {
            threads[i] = std::this_thread::get_id();
            if (++ran == 3)
                pool.stop();
        });
    pool.run();
    EXPECT_EQ(threads[0], std::this_thread::get_id());
    EXPECT_EQ(std::set(threads.begin(), threads.end()).size(), 3U);
}

TEST(LoopPool, LoopsWithoutWorkWaitForStop) {
    base::LoopPool pool(2);
    std::atomic<bool> ran = false;
    std::jthread later([&] {
        std::this_thread::sleep_for(10ms);
        asio::post(pool.loop(1), [&] {
            ran = true;
            pool.stop();
        });
    });
    pool.run();
    EXPECT_TRUE(ran);
}

TEST(LoopPool, StopDoesNotWaitForWhatIsPending) {
    base::LoopPool pool(2);
    asio::steady_timer timer(pool.loop(1), 1h);
    timer.async_wait([](boost::system::error_code) {});
    pool.stop();
    pool.run();
}

TEST(LoopPool, FinishWaitsForWhatIsPending) {
    base::LoopPool pool(2);
    bool fired = false;
    asio::steady_timer timer(pool.loop(1), 10ms);
    timer.async_wait([&](boost::system::error_code) { fired = true; });
    pool.finish();
    pool.run();
    EXPECT_TRUE(fired);
}

TEST(LoopPool, FaultInOneLoopStopsAllAndIsRethrown) {
    for (const std::size_t faulty : {0U, 1U}) {
        base::LoopPool pool(3);
        asio::post(pool.loop(faulty), [] { throw std::logic_error("bug"); });
        EXPECT_THROW(pool.run(), std::logic_error);
    }
}

TEST(LoopPool, HasAtLeastOneLoop) {
    EXPECT_EQ(base::LoopPool(0).size(), 1U);
}

TEST(SignalWatch, CallsTheHandlerEveryTimeUntilCancelled) {
    asio::io_context loop;
    std::vector<int> seen;
    base::SignalWatch watch(loop, {SIGUSR1, SIGUSR2}, [&](int signal) {
        seen.push_back(signal);
        if (seen.size() < 3)
            std::raise(SIGUSR2);
        else
            watch.cancel();
    });
    std::raise(SIGUSR1);
    loop.run_for(5s);
    EXPECT_EQ(seen, (std::vector{SIGUSR1, SIGUSR2, SIGUSR2}));
    EXPECT_TRUE(loop.stopped()); // no work is left behind
}

TEST(SignalWatch, DoesNotDeliverAfterItsEnd) {
    asio::io_context loop;
    int seen = 0;
    base::SignalWatch keeps_the_default_away(loop, {SIGUSR1}, [](int) {});
    {
        base::SignalWatch watch(loop, {SIGUSR1}, [&](int) { ++seen; });
        std::raise(SIGUSR1);
    }
    loop.run_for(5ms);
    EXPECT_EQ(seen, 0);
}

TEST(SignalWatch, HandlerMayDestroyItsWatch) {
    asio::io_context loop;
    std::unique_ptr<base::SignalWatch> watch;
    watch = std::make_unique<base::SignalWatch>(loop, std::initializer_list<int>{SIGUSR1},
                                                [&](int) { watch.reset(); });
    std::raise(SIGUSR1);
    loop.run_for(5s);
    EXPECT_EQ(watch, nullptr);
}

} // namespace
