// SPDX-License-Identifier: Apache-2.0
#include "base/log/journal.hpp"

#include "base/core/digest.hpp"
#include "base/core/encoding.hpp"
#include "journal_fixture.hpp"

#include <nlohmann/json.hpp>

#include <set>
#include <sstream>
#include <stdexcept>

namespace {

using base::FailureKind;
using base::log::Fsync;
using base::log::Journal;
using test::append;
using test::JournalTest;
using test::numbered;
using test::within_time;
using namespace std::chrono_literals;

class JournalWriting : public JournalTest {};

TEST_F(JournalWriting, LinesAreChainedRecords) {
    {
        const auto journal = open();
        EXPECT_EQ(journal->current_segment(), "j/journal-00000001.jsonl");
        write(*journal, 1, 1);
        clock.advance(1s);
        write(*journal, 2, 2);
    }
    std::istringstream in(files.contents().at("j/journal-00000001.jsonl"));
    std::string first;
    std::string second;
    std::getline(in, first);
    std::getline(in, second);
    EXPECT_EQ(first, R"({"seq":1,"time":"2026-11-22T13:55:23.041000Z","prev":")"
                         + std::string(64, '0') + R"(","record":{"n":1}})");
    EXPECT_EQ(second, R"({"seq":2,"time":"2026-11-22T13:55:24.041000Z","prev":")"
                          + base::hex(base::sha256(first)) + R"(","record":{"n":2}})");
    EXPECT_TRUE(nlohmann::json::accept(second));
}

TEST_F(JournalWriting, GoesOnWhereTheLastRunStopped) {
    for (int run = 0; run < 3; ++run) {
        const auto journal = open();
        write(*journal, run * 2 + 1, run * 2 + 2);
    }
    const auto reading = read();
    EXPECT_TRUE(reading.report.intact()) << test::text_of(reading.report.problems);
    EXPECT_TRUE(reading.report.from_start);
    EXPECT_EQ(reading.report.last_seq, 6U);
    EXPECT_EQ(reading.records, numbers(1, 6));
    EXPECT_EQ(files.contents().size(), 1U);
}

TEST_F(JournalWriting, EveryReportedRecordSurvivesACrash) {
    const auto journal = open();
    write(*journal, 1, 20);
    auto disk = files.after_crash();
    EXPECT_EQ(read(disk).records, numbers(1, 20));
}

TEST_F(JournalWriting, RecordsForLaterAreWrittenWhenItIsWokenOrClosed) {
    const auto journal = open();
    for (const bool by_closing : {false, true}) {
        std::vector<test::JournalAnswer> answers;
        for (int n = 1; n <= 3; ++n)
            answers.push_back(append(*journal, numbered(n), base::log::Wake::later));
        by_closing ? journal->close() : journal->wake();
        for (auto& answer : answers)
            EXPECT_TRUE(within_time(std::move(answer)).has_value()) << by_closing;
    }
    EXPECT_EQ(journal->unreported(), 0U);
    EXPECT_EQ(read().records.size(), 6U);
}

TEST_F(JournalWriting, SegmentsChangeBySizeAndTheChainGoesOn) {
    options.segment_bytes = 400; // two lines
    {
        const auto journal = open();
        write(*journal, 1, 9);
        EXPECT_EQ(journal->current_segment(), "j/journal-00000005.jsonl");
    }
    for (const auto& [path, bytes] : files.contents())
        EXPECT_LE(bytes.size(), 400U) << path;
    {
        const auto journal = open();
        write(*journal, 10, 10);
    }
    const auto reading = read();
    EXPECT_TRUE(reading.report.intact()) << test::text_of(reading.report.problems);
    EXPECT_EQ(reading.records, numbers(1, 10));
    EXPECT_EQ(files.contents().size(), 5U);
}

TEST_F(JournalWriting, ARecordLargerThanASegmentHasOneOfItsOwn) {
    options.segment_bytes = 300;
    {
        const auto journal = open();
        write(*journal, 1, 1);
        ASSERT_TRUE(within_time(append(*journal, "{\"s\":\"" + std::string(1000, 'x') + "\"}")));
        write(*journal, 2, 2);
    }
    EXPECT_EQ(files.contents().size(), 3U);
    EXPECT_TRUE(read().report.intact());
}

TEST_F(JournalWriting, SegmentsChangeByAgeAlsoAcrossRestarts) {
    options.segment_age = 3600s;
    {
        const auto journal = open();
        write(*journal, 1, 1);
        clock.advance(3599s);
        write(*journal, 2, 2);
        EXPECT_EQ(files.contents().size(), 1U);
    }
    {
        const auto journal = open();
        clock.advance(1s);
        write(*journal, 3, 3);
        EXPECT_EQ(files.contents().size(), 2U);
        write(*journal, 4, 4);
    }
    EXPECT_EQ(files.contents().size(), 2U);
    EXPECT_TRUE(read().report.intact());
    EXPECT_EQ(read().records, numbers(1, 4));
}

TEST_F(JournalWriting, WhatGathersDuringASyncIsOneBatch) {
    const auto journal = open();
    files.hold_syncs();
    std::vector<test::JournalAnswer> answers;
    answers.push_back(append(*journal, numbered(0)));
    files.await_held_sync();
    for (int n = 1; n <= 500; ++n)
        answers.push_back(append(*journal, numbered(n)));
    files.release_syncs();
    for (auto& answer : answers)
        EXPECT_TRUE(within_time(std::move(answer)).has_value());
    EXPECT_EQ(files.syncs(), 2);
    EXPECT_EQ(read().records, numbers(0, 500));
}

TEST_F(JournalWriting, NothingIsReportedBeforeItIsDurable) {
    const auto journal = open();
    files.hold_syncs();
    auto answer = append(*journal, numbered(1));
    files.await_held_sync();
    EXPECT_EQ(answer.wait_for(50ms), std::future_status::timeout);
    files.release_syncs();
    EXPECT_TRUE(within_time(std::move(answer)).has_value());
}

TEST_F(JournalWriting, ThousandsOfThreadsAppendsArriveOnceEach) {
    const auto journal = open();
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&, t] {
                for (int i = 0; i < 250; ++i)
                    EXPECT_TRUE(within_time(append(*journal, numbered(t * 250 + i))).has_value());
            });
    }
    const auto reading = read();
    EXPECT_TRUE(reading.report.intact());
    const std::set<std::string> distinct(reading.records.begin(), reading.records.end());
    EXPECT_EQ(reading.records.size(), 1000U);
    EXPECT_EQ(distinct.size(), 1000U);
}

TEST_F(JournalWriting, TheQueueIsBounded) {
    options.max_queued = 3;
    const auto journal = open();
    files.hold_syncs();
    auto first = append(*journal, numbered(0));
    files.await_held_sync();
    std::vector<test::JournalAnswer> queued;
    for (int n = 1; n <= 3; ++n)
        queued.push_back(append(*journal, numbered(n)));
    auto refused = append(*journal, numbered(4));
    ASSERT_EQ(refused.wait_for(0s), std::future_status::ready);
    EXPECT_EQ(refused.get().error().kind, FailureKind::overloaded);
    files.release_syncs();
    EXPECT_TRUE(within_time(std::move(first)).has_value());
    for (auto& answer : queued)
        EXPECT_TRUE(within_time(std::move(answer)).has_value());
    EXPECT_EQ(read().records, numbers(0, 3));
}

TEST_F(JournalWriting, WhatIsNoRecordIsRefusedAtOnce) {
    options.max_record_bytes = 20;
    const auto journal = open();
    for (const char* record : {"", "[]", "null", "{\"a\":1}\n", "{\"a\":\n1}", "x{}", "{}x",
                               "{\"a\":\"\xff\"}", "{\"long\":\"0123456789\"}"}) {
        auto answer = append(*journal, record);
        ASSERT_EQ(answer.wait_for(0s), std::future_status::ready) << record;
        EXPECT_EQ(answer.get().error().kind, FailureKind::invalid) << record;
    }
    write(*journal, 1, 1);
    EXPECT_EQ(read().report.records, 1U);
}

TEST_F(JournalWriting, TheDestructorWritesWhatWasAppended) {
    std::vector<test::JournalAnswer> answers;
    {
        const auto journal = open();
        for (int n = 1; n <= 300; ++n)
            answers.push_back(append(*journal, numbered(n)));
    }
    for (auto& answer : answers) {
        ASSERT_EQ(answer.wait_for(0s), std::future_status::ready);
        EXPECT_TRUE(answer.get().has_value());
    }
    auto disk = files.after_crash();
    EXPECT_EQ(read(disk).records, numbers(1, 300));
}

TEST_F(JournalWriting, ASecondWriterIsRefusedUntilTheFirstIsGone) {
    auto journal = open();
    EXPECT_THROW(static_cast<void>(open()), std::runtime_error);
    journal.reset();
    EXPECT_NO_THROW(static_cast<void>(open()));
}

TEST_F(JournalWriting, WithAnIntervalOneSyncServesManyReports) {
    options.fsync = Fsync::interval;
    options.sync_interval = 30ms;
    const auto journal = open();
    write(*journal, 1, 50);
    for (int i = 0; i < 2000 && read_after_crash() != 50U; ++i)
        std::this_thread::sleep_for(5ms);
    EXPECT_EQ(read_after_crash(), 50U);
    EXPECT_LT(files.syncs(), 50);
}

TEST_F(JournalWriting, WithAnIntervalASlowSyncHoldsNoReportUp) {
    options.fsync = Fsync::interval;
    options.sync_interval = 20ms;
    const auto journal = open();
    files.hold_syncs();
    write(*journal, 1, 1);
    files.await_held_sync();
    write(*journal, 2, 2); // reported while the disk is busy with the first
    files.release_syncs();
}

TEST_F(JournalWriting, WithAnIntervalNoMoreThanThatIsReportedAndNotSynced) {
    options.fsync = Fsync::interval;
    options.sync_interval = 20ms;
    const auto journal = open();
    files.hold_syncs();
    write(*journal, 1, 1);
    files.await_held_sync();
    int last = 1;
    auto held = append(*journal, numbered(++last));
    while (last < 1'000'000 && held.wait_for(100ms) == std::future_status::ready)
        held = append(*journal, numbered(++last));
    ASSERT_LT(last, 1'000'000) << "reports go on although the disk does not";
    files.release_syncs();
    EXPECT_TRUE(within_time(std::move(held)));
    journal->close();
    EXPECT_EQ(read_after_crash(), static_cast<std::size_t>(last));
}

TEST_F(JournalWriting, WithAnIntervalTheDestructorSyncs) {
    options.fsync = Fsync::interval;
    options.sync_interval = 1h;
    {
        const auto journal = open();
        write(*journal, 1, 5);
        EXPECT_EQ(read_after_crash(), 0U);
    }
    EXPECT_EQ(read_after_crash(), 5U);
}

TEST_F(JournalWriting, CloseWritesWhatWasAppendedAndThenTakesNoMore) {
    const auto journal = open();
    files.hold_syncs();
    auto first = append(*journal, numbered(1));
    files.await_held_sync();
    auto second = append(*journal, numbered(2));
    std::thread disk([this] {
        std::this_thread::sleep_for(20ms);
        files.release_syncs();
    });
    journal->close();
    disk.join();
    for (auto* answer : {&first, &second}) { // reported, and no thread is left to report later
        ASSERT_EQ(answer->wait_for(0s), std::future_status::ready);
        EXPECT_TRUE(answer->get());
    }
    const auto late = within_time(append(*journal, numbered(3)));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().kind, FailureKind::io);
    journal->close();
    EXPECT_EQ(read().records, numbers(1, 2));
}

} // namespace
