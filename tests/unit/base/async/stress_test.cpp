// SPDX-License-Identifier: Apache-2.0
// Ten thousand tasks that end in every way there is, at random: each is accounted for exactly once.

#include "base/async/deadline.hpp"
#include "base/async/one_shot.hpp"
#include "base/async/task_set.hpp"
#include "support/run.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <random>

namespace {

using namespace std::chrono_literals;
using base::Awaitable;
using base::Deadline;
using base::FailureKind;
using base::OneShot;
using base::Result;
namespace asio = base::asio;

struct Bug : std::runtime_error {
    Bug() : std::runtime_error("bug") {}
};

class Stress {
public:
    explicit Stress(asio::io_context& loop) : loop_(loop), waiting_(loop) {}

    static constexpr int tasks = 10'000;

    /// Spawns all tasks in batches, into sets some of which are cancelled on the way.
    Awaitable<void> run() {
        std::vector<std::unique_ptr<base::TaskSet>> sets;
        for (int batch = 0; batch < 100; ++batch) {
            auto& set = *sets.emplace_back(std::make_unique<base::TaskSet>(loop_));
            for (int i = 0; i < tasks / 100; ++i)
                set.spawn(one());
            if (random(10) == 0us)
                set.cancel_all(); // those that wait for anything still wait for it
            (void)co_await base::sleep_until(in(random(500)));
            if (random(3) == 0us)
                set.cancel_all();
        }
        for (auto& set : sets)
            co_await set->join();
        co_await waiting_.join();
    }

    int values = 0;
    int failures = 0;
    int timeouts = 0;
    int cancellations = 0;
    int faults = 0;
    int alive = 0;

private:
    struct Alive {
        int& count;
        explicit Alive(int& c) : count(c) { ++count; }
        Alive(const Alive&) = delete;
        Alive& operator=(const Alive&) = delete;
        ~Alive() { --count; }
    };

    std::chrono::microseconds random(int bound) {
        return std::chrono::microseconds(std::uniform_int_distribution(0, bound - 1)(random_));
    }
    static Deadline in(std::chrono::microseconds d) {
        return Deadline::after(std::chrono::steady_clock::now(), d);
    }

    /// Tallies one task, with a fault or a cancellation that unwinds it counted as such.
    Awaitable<void> one() {
        const Alive here(alive);
        try {
            tally(co_await base::with_deadline(in(random(1'500)), "outer", work(0)));
        } catch (const Bug&) {
            ++faults;
        } catch (const boost::system::system_error&) {
            ++cancellations;
        }
    }

    void tally(const Result<int>& result) {
        if (result)
            ++values;
        else if (result.error().kind == FailureKind::timeout)
            ++timeouts;
        else if (result.error().kind == FailureKind::cancelled)
            ++cancellations;
        else
            ++failures;
    }

    Awaitable<Result<int>> work(int depth) {
        const Alive here(alive);
        switch (random(depth < 3 ? 9 : 7).count()) {
        case 0:
            co_return 1;
        case 1:
            co_return base::fail(FailureKind::io, "random");
        case 2:
            throw Bug();
        case 3: {
            asio::steady_timer timer(loop_, random(4'000));
            co_await timer.async_wait(asio::deferred);
            co_return 2;
        }
        case 4:
            co_await asio::post(asio::deferred);
            co_return 3;
        case 5: {
            OneShot<int> slot(loop_);
            waiting_.spawn(set_later(slot, random(4'000)));
            co_return co_await slot.wait();
        }
        case 6: // ignores its cancellation for a while
            co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
            (void)co_await base::sleep_until(in(random(1'000)));
            co_return 4;
        case 7:
            co_return co_await base::with_deadline(in(random(2'000)), "inner", work(depth + 1));
        default:
            co_return co_await several(depth + 1);
        }
    }

    Awaitable<Result<int>> several(int depth) {
        std::vector<Awaitable<Result<int>>> members;
        for (int i = 0; i < 3; ++i)
            members.push_back(work(depth));
        const auto results = co_await base::gather(std::move(members));
        co_return results.front();
    }

    Awaitable<void> set_later(OneShot<int> slot, std::chrono::microseconds time) {
        (void)co_await base::sleep_until(in(time));
        slot.set(5);
    }

    asio::io_context& loop_;
    base::TaskSet waiting_;
    std::mt19937 random_{20'261'122};
};

TEST(Stress, EveryTaskEndsExactlyOnce) {
    asio::io_context loop(1);
    Stress stress(loop);
    test::run(loop, stress.run());
    EXPECT_EQ(stress.alive, 0);
    // A task that was spawned and cancelled before it started is not possible on the loop's thread.
    EXPECT_EQ(stress.values + stress.failures + stress.timeouts + stress.cancellations
                  + stress.faults,
              Stress::tasks);
    for (const int ended :
         {stress.values, stress.failures, stress.timeouts, stress.cancellations, stress.faults})
        EXPECT_GT(ended, 0); // else the mix no longer exercises that way
}

} // namespace
