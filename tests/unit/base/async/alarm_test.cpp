// SPDX-License-Identifier: Apache-2.0
#include "base/async/alarm.hpp"

#include <boost/asio/io_context.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

namespace base {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

SteadyTime in(milliseconds time) {
    return std::chrono::steady_clock::now() + time;
}

class AlarmTest : public testing::Test {
protected:
    /// An alarm that notes its name.
    std::unique_ptr<Alarm> named(int name) {
        return std::make_unique<Alarm>(loop, [this, name] { rung.push_back(name); });
    }

    asio::io_context loop{1};
    std::vector<int> rung;
};

TEST_F(AlarmTest, RingsOnceAndNeverEarly) {
    const auto at = in(milliseconds(30));
    SteadyTime when{};
    Alarm alarm(loop, [&] {
        rung.push_back(1);
        when = std::chrono::steady_clock::now();
    });
    alarm.set(at);
    EXPECT_TRUE(alarm.is_set());
    loop.run(); // and then the loop has no work left
    EXPECT_THAT(rung, ElementsAre(1));
    EXPECT_GE(when, at);
    EXPECT_FALSE(alarm.is_set());
}

TEST_F(AlarmTest, RingsInTheOrderOfTimes) {
    std::vector<std::unique_ptr<Alarm>> alarms;
    std::vector<int> order(200);
    for (int i = 0; i < 200; ++i)
        order[static_cast<std::size_t>(i)] = i;
    std::ranges::shuffle(order, std::minstd_rand(7));
    const auto start = in(milliseconds(10));
    for (const int i : order) {
        alarms.push_back(named(i));
        alarms.back()->set(start + std::chrono::microseconds(100 * i));
    }
    loop.run();
    EXPECT_EQ(rung.size(), 200U);
    EXPECT_TRUE(std::ranges::is_sorted(rung));
}

TEST_F(AlarmTest, MovesBothWays) {
    const auto a = named(1);
    const auto b = named(2);
    a->set(in(milliseconds(20)));
    b->set(in(milliseconds(40)));
    a->set(in(milliseconds(60)));
    b->set(in(milliseconds(10)));
    loop.run();
    EXPECT_THAT(rung, ElementsAre(2, 1));
}

TEST_F(AlarmTest, IsSilentWhenClearedOrGone) {
    const auto cleared = named(1);
    cleared->set(in(milliseconds(5)));
    cleared->clear();
    auto gone = named(2);
    gone->set(in(milliseconds(5)));
    gone.reset();
    const auto other = named(3);
    other->set(in(milliseconds(20)));
    loop.run();
    EXPECT_THAT(rung, ElementsAre(3));
    cleared->set(in(milliseconds(1)));
    loop.restart();
    loop.run();
    EXPECT_THAT(rung, ElementsAre(3, 1));
}

TEST_F(AlarmTest, NoAlarmIsNoWork) {
    auto alarm = named(1);
    alarm->set(in(std::chrono::hours(1)));
    alarm.reset();
    loop.run();
    EXPECT_THAT(rung, ElementsAre());
}

TEST_F(AlarmTest, MayDestroyItselfAndOthersAndSetItselfForThePast) {
    std::unique_ptr<Alarm> own;
    std::unique_ptr<Alarm> other = named(2);
    own = std::make_unique<Alarm>(loop, [&] {
        rung.push_back(1);
        other.reset();
        own.reset();
    });
    int rounds = 0;
    std::unique_ptr<Alarm> again;
    again = std::make_unique<Alarm>(loop, [&] {
        if (++rounds < 3)
            again->set(SteadyTime{});
    });
    own->set(in(milliseconds(5)));
    other->set(in(milliseconds(6)));
    again->set(in(milliseconds(5)));
    loop.run();
    EXPECT_THAT(rung, ElementsAre(1));
    EXPECT_EQ(rounds, 3);
}

/// Random operations against the rule: what is set last is what counts.
TEST_F(AlarmTest, KeepsItsOrderUnderRandomMoves) {
    std::minstd_rand random(11);
    std::vector<std::unique_ptr<Alarm>> alarms;
    std::vector<SteadyTime> due(64, SteadyTime::max());
    std::size_t early = 0;
    for (std::size_t i = 0; i < due.size(); ++i)
        alarms.push_back(std::make_unique<Alarm>(loop, [&, i] {
            early += std::chrono::steady_clock::now() < due[i] ? 1U : 0U;
            due[i] = SteadyTime::max();
        }));
    for (int step = 0; step < 5000; ++step) {
        const std::size_t i = random() % due.size();
        if (random() % 4 == 0) {
            alarms[i]->clear();
            due[i] = SteadyTime::max();
        } else {
            due[i] = in(milliseconds(random() % 40));
            alarms[i]->set(due[i]);
        }
        if (step % 64 == 0)
            loop.poll();
    }
    loop.restart();
    loop.run();
    EXPECT_EQ(early, 0U);
    EXPECT_THAT(due, testing::Each(SteadyTime::max())) << "each rang that was set";
}

} // namespace
} // namespace base
