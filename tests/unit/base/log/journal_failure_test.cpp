// SPDX-License-Identifier: Apache-2.0
// What the journal does when the disk does not do its part: every reported record is there
// afterwards, no refused one is, and the chain can be verified.

#include "base/log/journal.hpp"

#include "base/core/random.hpp"
#include "journal_fixture.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <stdexcept>

namespace {

using base::FailureKind;
using base::log::Fsync;
using test::append;
using test::DiskFaults;
using test::JournalTest;
using test::numbered;
using test::text_of;
using test::within_time;
using testing::HasSubstr;
using namespace std::chrono_literals;

class JournalFailure : public JournalTest {
protected:
    JournalFailure() { options.probe_interval = 1h; } // probes only where a test is about them

    void expect_refused(base::log::Journal& journal, int n) {
        const auto result = within_time(append(journal, numbered(n)));
        ASSERT_FALSE(result.has_value());
        EXPECT_EQ(result.error().kind, FailureKind::io);
        EXPECT_FALSE(journal.healthy());
    }
};

TEST_F(JournalFailure, AFullDiskRefusesAndTheNextAppendTriesAgain) {
    const auto journal = open();
    write(*journal, 1, 3);
    const auto full = files.contents().at("j/journal-00000001.jsonl").size() + 70;
    files.set({.capacity = full});
    expect_refused(*journal, 4);
    expect_refused(*journal, 5);
    EXPECT_EQ(read().records, numbers(1, 3));
    EXPECT_TRUE(read().report.notices.empty()) << "the part of a line was not cut off";
    files.set({});
    write(*journal, 6, 6);
    EXPECT_TRUE(journal->healthy());
    const auto reading = read();
    EXPECT_TRUE(reading.report.intact()) << text_of(reading.report.problems);
    EXPECT_EQ(reading.records, (std::vector{numbered(1), numbered(2), numbered(3), numbered(6)}));
    EXPECT_EQ(files.contents().size(), 1U) << "the same segment goes on";
}

TEST_F(JournalFailure, TheOutageIsOnRecordAndInTheLogOnce) {
    const auto journal = open();
    write(*journal, 1, 1);
    files.set({.fail_appends = true});
    expect_refused(*journal, 2);
    clock.advance(5s);
    expect_refused(*journal, 3);
    files.set({});
    write(*journal, 4, 4);
    const auto repairs = read().repairs;
    ASSERT_EQ(repairs.size(), 1U);
    const auto repair = nlohmann::json::parse(repairs.front());
    EXPECT_EQ(repair.at("reason"), "write-failed");
    EXPECT_EQ(repair.at("detail"), "cannot write j/journal-00000001.jsonl: Input/output error");
    EXPECT_EQ(repair.at("since"), "2026-11-22T13:55:23.041000Z");
    EXPECT_EQ(repair.at("refused-records"), 2);
    EXPECT_FALSE(repair.contains("left-behind"));
    EXPECT_EQ(log.count("journal-failed"), 1U);
    EXPECT_EQ(log.count("journal-recovered"), 1U);
    EXPECT_EQ(log.find("journal-recovered")->field("refused-records"), "2");
}

TEST_F(JournalFailure, WhatIsReportedAsFailedStaysAwayThroughACrash) {
    const auto journal = open();
    files.hold_syncs();
    auto first = append(*journal, numbered(1));
    files.await_held_sync();
    auto second = append(*journal, numbered(2));
    auto third = append(*journal, numbered(3));
    // Of the batch of two lines of one length the first arrives whole, on the very disk.
    files.set({.fail_appends = true, .write_back = true});
    files.release_syncs();
    EXPECT_TRUE(within_time(std::move(first)).has_value());
    EXPECT_FALSE(within_time(std::move(second)).has_value());
    EXPECT_FALSE(within_time(std::move(third)).has_value());
    auto disk = files.after_crash();
    EXPECT_EQ(read(disk).records, numbers(1, 1));
}

TEST_F(JournalFailure, AFailedSyncLeavesTheSegmentBehind) {
    const auto journal = open();
    write(*journal, 1, 3);
    files.set({.fail_syncs = true});
    expect_refused(*journal, 4);
    expect_refused(*journal, 5);
    files.set({});
    write(*journal, 6, 7);
    EXPECT_EQ(journal->current_segment(), "j/journal-00000002.jsonl");
    EXPECT_EQ(files.contents().size(), 2U) << "retries use the same new segment";
    auto disk = files.after_crash();
    for (auto* world : {&files, &disk}) {
        const auto reading = read(*world);
        EXPECT_TRUE(reading.report.intact()) << text_of(reading.report.problems);
        EXPECT_EQ(reading.records,
                  (std::vector{numbered(1), numbered(2), numbered(3), numbered(6), numbered(7)}));
    }
    const auto repair = nlohmann::json::parse(read().repairs.at(0));
    EXPECT_EQ(repair.at("left-behind").at("segment"), "journal-00000001.jsonl");
}

TEST_F(JournalFailure, ASegmentThatCannotBeCutIsMarkedByTheNextOne) {
    const auto journal = open();
    write(*journal, 1, 2);
    files.set({.fail_syncs = true, .fail_truncates = true});
    expect_refused(*journal, 3); // its whole line stays in the first segment
    files.set({.fail_truncates = true});
    write(*journal, 4, 4);
    const auto reading = read();
    EXPECT_THAT(files.contents().at("j/journal-00000001.jsonl"), HasSubstr(numbered(3)));
    EXPECT_TRUE(reading.report.intact()) << text_of(reading.report.problems);
    EXPECT_EQ(reading.records, (std::vector{numbered(1), numbered(2), numbered(4)}));
    ASSERT_EQ(reading.report.notices.size(), 1U);
    EXPECT_EQ(reading.report.notices[0].segment, "j/journal-00000001.jsonl");
    EXPECT_EQ(reading.report.notices[0].line, 3U);
    EXPECT_THAT(reading.report.notices[0].message, HasSubstr("reported as failed"));
}

TEST_F(JournalFailure, TheLeftoverIsCutOnceTheDiskIsBack) {
    const auto journal = open();
    write(*journal, 1, 2);
    files.set({.fail_syncs = true, .fail_truncates = true});
    expect_refused(*journal, 3);
    files.set({});
    write(*journal, 4, 4);
    const auto reading = read();
    EXPECT_TRUE(reading.report.intact()) << text_of(reading.report.problems);
    EXPECT_TRUE(reading.report.notices.empty());
}

TEST_F(JournalFailure, ALieAboutTheLeftoverIsFound) {
    {
        const auto journal = open();
        write(*journal, 1, 3);
        files.set({.fail_syncs = true});
        expect_refused(*journal, 4);
        files.set({});
        write(*journal, 5, 5);
    }
    // Somebody removes the last durable record of the first segment, as if it had been left over.
    auto text = files.contents().at("j/journal-00000001.jsonl");
    text.resize(text.rfind('\n', text.size() - 2) + 1);
    files.put("j/journal-00000001.jsonl", text);
    EXPECT_EQ(read().report.problem_count, 2U);
    EXPECT_THAT(text_of(read().report.problems), HasSubstr("were durable"));
    EXPECT_THAT(text_of(read().report.problems), HasSubstr("seq 4 follows 2"));
}

TEST_F(JournalFailure, AReadOnlyDiskIsLeftByItself) {
    options.probe_interval = 10ms;
    const auto journal = open();
    write(*journal, 1, 2);
    files.set({.read_only = true});
    expect_refused(*journal, 3);
    EXPECT_FALSE(journal->healthy());
    std::this_thread::sleep_for(50ms); // some probes fail
    EXPECT_FALSE(journal->healthy());
    files.set({});
    EXPECT_TRUE(becomes_healthy(*journal)) << "without any append";
    const auto reading = read();
    EXPECT_TRUE(reading.report.intact()) << text_of(reading.report.problems);
    EXPECT_EQ(reading.records, numbers(1, 2));
    EXPECT_EQ(reading.repairs.size(), 1U);
    write(*journal, 3, 4);
    EXPECT_EQ(read().records, numbers(1, 4));
}

TEST_F(JournalFailure, ASegmentThatCannotBeOpenedIsAnOutageToo) {
    options.segment_bytes = 300;
    const auto journal = open();
    write(*journal, 1, 1);
    files.set({.fail_opens = true});
    expect_refused(*journal, 2);
    expect_refused(*journal, 3);
    files.set({});
    write(*journal, 4, 6);
    const auto reading = read();
    EXPECT_TRUE(reading.report.intact()) << text_of(reading.report.problems);
    EXPECT_EQ(reading.records, (std::vector{numbered(1), numbered(4), numbered(5), numbered(6)}));
}

TEST_F(JournalFailure, AppendsDuringTheShutdownOfABrokenDiskAreAllAnswered) {
    std::vector<test::JournalAnswer> answers;
    {
        const auto journal = open();
        files.set({.fail_syncs = true, .fail_truncates = true, .fail_opens = true});
        for (int n = 0; n < 50; ++n)
            answers.push_back(append(*journal, numbered(n)));
    }
    for (auto& answer : answers) {
        ASSERT_EQ(answer.wait_for(0s), std::future_status::ready);
        EXPECT_EQ(answer.get().error().kind, FailureKind::io);
    }
}

TEST_F(JournalFailure, WithAnIntervalAFailedSyncIsAnOutageAndTheChainGoesOn) {
    options.fsync = Fsync::interval;
    options.sync_interval = 10ms;
    options.probe_interval = 10ms;
    const auto journal = open();
    files.set({.fail_syncs = true});
    write(*journal, 1, 2);
    for (int i = 0; i < 2000 && journal->healthy(); ++i)
        std::this_thread::sleep_for(5ms);
    EXPECT_FALSE(journal->healthy());
    files.set({});
    EXPECT_TRUE(becomes_healthy(*journal));
    write(*journal, 3, 3);
    const auto reading = read();
    EXPECT_TRUE(reading.report.intact()) << text_of(reading.report.problems);
    EXPECT_EQ(reading.records, numbers(1, 3));
    EXPECT_EQ(journal->current_segment(), "j/journal-00000002.jsonl");
}

DiskFaults any_faults(base::Random& random) {
    const DiskFaults faults{.capacity = random.below(4) == 0 ? random.below(5000) : SIZE_MAX,
                            .read_only = random.below(12) == 0,
                            .fail_appends = random.below(8) == 0,
                            .fail_syncs = random.below(6) == 0,
                            .fail_truncates = random.below(3) == 0,
                            .fail_opens = random.below(6) == 0};
    return random.below(2) == 0 ? faults : DiskFaults{};
}

// Whatever happens to the disk, in whatever order: what was reported is there, what was refused is
// not. With an interval that holds until the power goes.
class AnySequenceOfFaults : public JournalFailure, public testing::WithParamInterface<Fsync> {};

INSTANTIATE_TEST_SUITE_P(Fsync, AnySequenceOfFaults,
                         testing::Values(Fsync::always, Fsync::interval));

TEST_P(AnySequenceOfFaults, KeepsEveryPromise) {
    options.fsync = GetParam();
    options.sync_interval = 0ms; // always a sync beside the writing
    options.segment_bytes = 700;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        base::SeededRandom random(seed);
        test::FaultyJournalFiles disk;
        std::vector<std::string> reported;
        {
            const auto journal = open(disk);
            for (int n = 0; n < 60; ++n) {
                disk.set(any_faults(random));
                if (within_time(append(*journal, numbered(n))))
                    reported.push_back(numbered(n));
            }
            disk.set({});
            while (!within_time(append(*journal, numbered(1000)))) // a sync may have failed before
                ASSERT_EQ(GetParam(), Fsync::interval);
            reported.push_back(numbered(1000));
        }
        auto crashed = disk.after_crash();
        for (auto* world : {&disk, &crashed}) {
            if (world == &crashed && GetParam() == Fsync::interval)
                continue;
            const auto reading = read(*world);
            EXPECT_TRUE(reading.report.intact())
                << seed << ": " << text_of(reading.report.problems);
            EXPECT_EQ(reading.records, reported) << seed;
        }
    }
}

} // namespace
