// SPDX-License-Identifier: Apache-2.0
#include "base/log/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace {

using base::log::Metrics;
using testing::HasSubstr;

TEST(Metrics, ExposesCountersGaugesAndHistograms) {
    Metrics metrics;
    metrics.counter("mpicd_requests_total", "Requests.", {{"method", "caa"}}).add();
    metrics.counter("mpicd_requests_total", "Requests.", {{"method", "caa"}}).add(2);
    metrics.counter("mpicd_requests_total", "Requests.", {{"method", "http"}}).add();
    metrics.gauge("mpicd_queued", "Waiting.").set(5);
    metrics.gauge("mpicd_queued", "Waiting.").add(-2);
    auto& seconds = metrics.histogram("mpicd_seconds", "Time taken.", {0.1, 1});
    seconds.observe(0.05);
    seconds.observe(0.5);
    seconds.observe(5);
    const std::string text = metrics.expose();
    EXPECT_THAT(text, HasSubstr("# HELP mpicd_requests_total Requests.\n"));
    EXPECT_THAT(text, HasSubstr("# TYPE mpicd_requests_total counter\n"));
    EXPECT_THAT(text, HasSubstr("mpicd_requests_total{method=\"caa\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("mpicd_requests_total{method=\"http\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("# TYPE mpicd_queued gauge\nmpicd_queued 3\n"));
    EXPECT_THAT(text, HasSubstr("mpicd_seconds_bucket{le=\"0.1\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("mpicd_seconds_bucket{le=\"1\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("mpicd_seconds_bucket{le=\"+Inf\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("mpicd_seconds_count 3\n"));
}

TEST(Metrics, TheSameNameAndLabelsAreTheSameHandle) {
    Metrics metrics;
    auto& first = metrics.counter("a_total", "A.", {{"x", "1"}, {"y", "2"}});
    EXPECT_EQ(&first, &metrics.counter("a_total", "A.", {{"y", "2"}, {"x", "1"}}));
    EXPECT_NE(&first, &metrics.counter("a_total", "A.", {{"x", "2"}, {"y", "2"}}));
    EXPECT_EQ(&metrics.gauge("b", "B."), &metrics.gauge("b", "B."));
    EXPECT_EQ(&metrics.histogram("c", "C.", {1}), &metrics.histogram("c", "C.", {1}));
}

TEST(Metrics, HandlesCountFromEveryThread) {
    Metrics metrics;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&metrics] {
                for (int i = 0; i < 500; ++i)
                    metrics.counter("n_total", "N.").add();
            });
    }
    EXPECT_THAT(metrics.expose(), HasSubstr("n_total 2000\n"));
}

} // namespace
