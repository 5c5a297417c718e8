// SPDX-License-Identifier: Apache-2.0
// run_service(): the life of a daemon between its signals.

#include "base/async/service.hpp"

#include "base/async/deadline.hpp"
#include "base/async/task_set.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

base::Awaitable<void> drained(std::vector<std::string>* events) {
    events->emplace_back("drain");
    co_return;
}

base::Awaitable<void> faulty() {
    throw std::logic_error("bug");
    co_return;
}

TEST(RunService, TakesSignalsFromTheMomentThatItStarts) {
    base::LoopPool loops(1);
    std::vector<std::string> events;
    base::run_service(
        loops,
        {.start =
             [&] {
                 events.emplace_back("start");
                 std::raise(SIGHUP);
             },
         .reload =
             [&] {
                 events.emplace_back("reload");
                 std::raise(SIGTERM);
             },
         .stopping = [&](int signal) { events.emplace_back(signal == SIGTERM ? "stopping" : "?"); },
         .drain = [&](std::size_t) { return drained(&events); }});
    EXPECT_EQ(events, (std::vector<std::string>{"start", "reload", "stopping", "drain"}));
}

TEST(RunService, SurvivesAReloadThatNobodyWants) {
    base::LoopPool loops(2);
    std::vector<std::string> events;
    base::run_service(loops, {.start =
                                  [] {
                                      std::raise(SIGHUP);
                                      std::raise(SIGINT);
                                  },
                              .reload = {},
                              .stopping = {},
                              .drain = [&](std::size_t) { return drained(&events); }});
    EXPECT_EQ(events.size(), 2U); // each loop's
}

TEST(RunService, ASignalAfterTheEndDoesNotCutItOff) {
    base::LoopPool loops(1);
    std::vector<std::string> events;
    base::run_service(loops, {.start = [] { std::raise(SIGTERM); },
                              .reload = {},
                              .stopping = {},
                              .drain = [&](std::size_t) { return drained(&events); }});
    std::raise(SIGTERM);
    std::raise(SIGINT);
    std::raise(SIGHUP);
    EXPECT_EQ(events.size(), 1U);
}

TEST(RunService, RethrowsAFaultOfADrain) {
    base::LoopPool loops(1);
    EXPECT_THROW(base::run_service(loops, {.start = [] { std::raise(SIGTERM); },
                                           .reload = {},
                                           .stopping = {},
                                           .drain = [](std::size_t) { return faulty(); }}),
                 std::logic_error);
}

TEST(RunService, DoesNotRunWhatCouldNotStart) {
    base::LoopPool loops(1);
    EXPECT_THROW(base::run_service(loops, {.start = [] { throw std::runtime_error("port taken"); },
                                           .reload = {},
                                           .stopping = {},
                                           .drain = [](std::size_t) { return faulty(); }}),
                 std::runtime_error);
}

/// Notes the end of its frame.
base::Awaitable<void> endless(std::vector<std::string>* events) {
    struct Frame {
        std::vector<std::string>* events;
        ~Frame() { events->emplace_back("frame gone"); }
    } frame{events};
    co_await base::sleep_until(base::Deadline(base::SteadyTime::max()));
}

TEST(RunService, LeavesNothingPendingWhenASecondSignalCutsTheDrain) {
    base::LoopPool loops(2);
    std::vector<std::string> events;
    base::TaskSet tasks(loops.loop(1));
    base::run_service(loops, {.start =
                                  [&] {
                                      tasks.spawn(endless(&events));
                                      std::raise(SIGTERM);
                                  },
                              .reload = {},
                              .stopping = [](int) { std::raise(SIGTERM); },
                              .drain = [&](std::size_t) { return endless(&events); },
                              .ended = [&] { events.emplace_back("ended"); }});
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events.front(), "ended") << "who posts to the loops ends before they are cleared";
    for (std::size_t i = 1; i < events.size(); ++i)
        EXPECT_EQ(events[i], "frame gone");
}

TEST(RunService, LeavesNothingPendingWhenAFaultEndsALoop) {
    base::LoopPool loops(1);
    std::vector<std::string> events;
    base::TaskSet tasks(loops.loop(0));
    const auto run = [&] {
        base::run_service(loops, {.start =
                                      [&] {
                                          tasks.spawn(endless(&events));
                                          std::raise(SIGHUP);
                                      },
                                  .reload = [] { throw std::logic_error("bug"); },
                                  .stopping = {},
                                  .drain = [&](std::size_t) { return drained(&events); }});
    };
    EXPECT_THROW(run(), std::logic_error);
    EXPECT_EQ(events, (std::vector<std::string>{"frame gone"}));
}

TEST(RunService, MayFailToStartWithTasksBegun) {
    base::LoopPool loops(1);
    std::vector<std::string> events;
    base::TaskSet tasks(loops.loop(0)); // would terminate the program if its loop could still run
    const auto run = [&] {
        base::run_service(loops, {.start =
                                      [&] {
                                          tasks.spawn(endless(&events));
                                          throw std::runtime_error("the ready file");
                                      },
                                  .reload = {},
                                  .stopping = {},
                                  .drain = [&](std::size_t) { return drained(&events); }});
    };
    EXPECT_THROW(run(), std::runtime_error);
}

} // namespace
