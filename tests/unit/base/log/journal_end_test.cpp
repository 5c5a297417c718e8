// SPDX-License-Identifier: Apache-2.0
// The end of a journal whose disk does not answer any more, what it knows of its past, and what it
// measures.

#include "base/log/metrics.hpp"
#include "journal_fixture.hpp"

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using test::append;
using test::within_time;
using testing::HasSubstr;

class JournalEnd : public test::JournalTest {};

TEST_F(JournalEnd, AHangingSyncDoesNotHoldTheEnd) {
    const auto journal = open();
    files.hold_syncs();
    auto first = append(*journal, test::numbered(1));
    files.await_held_sync();
    auto second = append(*journal, test::numbered(2));
    EXPECT_EQ(journal->unreported(), 2U);

    const auto begin = std::chrono::steady_clock::now();
    EXPECT_FALSE(journal->close_within(50ms));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
    EXPECT_EQ(journal->unreported(), 2U) << "nobody was told that they are durable";
    EXPECT_EQ(first.wait_for(0s), std::future_status::timeout);
    const auto refused = within_time(append(*journal, test::numbered(3)));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, base::FailureKind::io);

    files.release_syncs(); // the disk comes back after all: nothing was lost by the waiting
    EXPECT_TRUE(journal->close_within(20s));
    EXPECT_TRUE(within_time(std::move(first)).has_value());
    EXPECT_TRUE(within_time(std::move(second)).has_value());
    EXPECT_EQ(journal->unreported(), 0U);
    EXPECT_EQ(read().records, test::JournalTest::numbers(1, 2));
    EXPECT_TRUE(journal->close_within(0ms)) << "closed already";
}

TEST_F(JournalEnd, KnowsTheLatestTimeOfItsPast) {
    EXPECT_FALSE(open()->recovered_until()) << "a new journal has none";
    {
        const auto journal = open();
        write(*journal, 1, 1);
        clock.advance(24h);
        write(*journal, 2, 2);
        clock.advance(-12h); // somebody sets the clock back
        write(*journal, 3, 3);
    }
    EXPECT_EQ(open()->recovered_until(), clock.wall() + 12h);
}

TEST_F(JournalEnd, MeasuresLagBatchesAndWhatWaits) {
    base::log::Metrics metrics;
    options.meters = {.lag = &metrics.histogram("lag", "x", {0.001, 1000}),
                      .batch = &metrics.histogram("batch", "x", {1, 2, 4}),
                      .waiting = &metrics.gauge("waiting", "x"),
                      .healthy = &metrics.gauge("healthy", "x")};
    const auto journal = open();
    EXPECT_THAT(metrics.expose(), HasSubstr("healthy 1\n"));
    files.hold_syncs();
    auto first = append(*journal, test::numbered(1));
    files.await_held_sync();
    auto second = append(*journal, test::numbered(2));
    auto third = append(*journal, test::numbered(3));
    EXPECT_THAT(metrics.expose(), HasSubstr("waiting 3\n"));
    std::this_thread::sleep_for(2ms); // so that each lag is above the first bound
    files.release_syncs();
    for (auto* answer : {&first, &second, &third})
        EXPECT_TRUE(within_time(std::move(*answer)).has_value());
    std::string text = metrics.expose();
    EXPECT_THAT(text, HasSubstr("waiting 0\n"));
    EXPECT_THAT(text, HasSubstr("lag_count 3\n"));
    EXPECT_THAT(text, HasSubstr("lag_bucket{le=\"1000\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("batch_count 2\n"));
    EXPECT_THAT(text, HasSubstr("batch_sum 3\n"));

    files.set({.fail_appends = true});
    EXPECT_FALSE(within_time(append(*journal, test::numbered(4))).has_value());
    text = metrics.expose();
    EXPECT_THAT(text, HasSubstr("healthy 0\n"));
    EXPECT_THAT(text, HasSubstr("lag_count 3\n")) << "what failed was never durable";
    files.set({});
    EXPECT_TRUE(becomes_healthy(*journal));
}

} // namespace
