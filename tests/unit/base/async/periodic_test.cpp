// SPDX-License-Identifier: Apache-2.0
#include "base/async/periodic.hpp"

#include "base/async/deadline.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using base::Awaitable;
using base::Periodic;

/// Rounds, counted; somebody may wait for the n-th.
class Rounds {
public:
    explicit Rounds(base::asio::io_context& loop) : reached_(loop) {}

    Periodic::Work work() {
        return [this](base::SteadyTime::duration late) { return one(*this, late); };
    }
    Awaitable<void> wait(int n) {
        wanted_ = n;
        if (count >= n)
            co_return;
        static_cast<void>(co_await reached_.wait());
    }

    int count = 0;
    int throw_at = 0;
    std::vector<base::SteadyTime::duration> lateness;

private:
    static Awaitable<void> one(Rounds& self, base::SteadyTime::duration late) {
        self.lateness.push_back(late);
        if (++self.count == self.wanted_)
            self.reached_.set(true);
        if (self.count == self.throw_at)
            throw std::runtime_error("a bug");
        co_return;
    }

    base::OneShot<bool> reached_;
    int wanted_ = 0;
};

TEST(Periodic, RunsAgainAndAgainUntilItIsStopped) {
    base::asio::io_context loop;
    Rounds rounds(loop);
    Periodic periodic(loop, 5ms, rounds.work());
    periodic.start();
    test::run(loop, rounds.wait(4));
    for (const auto late : rounds.lateness)
        EXPECT_GE(late, 0ns);
    test::run(loop, periodic.stop());
    const int count = rounds.count;
    test::run(loop, [](base::asio::io_context&) -> Awaitable<void> {
        static_cast<void>(
            co_await base::sleep_until(base::Deadline(std::chrono::steady_clock::now() + 30ms)));
    }(loop));
    EXPECT_EQ(rounds.count, count);
}

TEST(Periodic, TheFirstRoundIsAtOnceAndOthersCanBeCalledFor) {
    base::asio::io_context loop;
    Rounds rounds(loop);
    Periodic periodic(loop, 1h, rounds.work());
    periodic.start();
    for (int i = 0; i < 50 && loop.poll() > 0; ++i) {
    }
    ASSERT_EQ(rounds.count, 1);
    periodic.now();
    loop.restart();
    test::run(loop, rounds.wait(2));
    EXPECT_EQ(rounds.lateness.back(), 0ns);
    test::run(loop, periodic.stop());
}

TEST(Periodic, AFaultEndsItsRoundOnly) {
    base::asio::io_context loop;
    Rounds rounds(loop);
    rounds.throw_at = 2;
    std::string said;
    Periodic periodic(loop, 1ms, rounds.work());
    periodic.on_fault([&](const char* what) { said = what; });
    periodic.start();
    test::run(loop, rounds.wait(4));
    EXPECT_EQ(said, "a bug");
    test::run(loop, periodic.stop());
}

Awaitable<void> hangs(bool& ended) {
    struct Ending {
        bool& ended;
        ~Ending() { ended = true; }
    } const ending{ended};
    static_cast<void>(
        co_await base::sleep_until(base::Deadline(std::chrono::steady_clock::now() + 1h)));
}

TEST(Periodic, StoppingCancelsARoundUnderWay) {
    base::asio::io_context loop;
    bool ended = false;
    Periodic periodic(loop, 1ms, [&](base::SteadyTime::duration) { return hangs(ended); });
    periodic.start();
    loop.poll();
    EXPECT_FALSE(ended);
    loop.restart();
    test::run(loop, periodic.stop());
    EXPECT_TRUE(ended);
}

} // namespace
