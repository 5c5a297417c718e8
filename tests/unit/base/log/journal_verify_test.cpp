// SPDX-License-Identifier: Apache-2.0
#include "base/log/journal_verify.hpp"

#include "base/log/journal_line.hpp"
#include "journal_fixture.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace {

using base::log::verify_journal;
using test::FaultyJournalFiles;
using test::JournalTest;
using test::numbered;
using test::text_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Three segments of two lines each.
class JournalVerify : public JournalTest {
protected:
    JournalVerify() {
        options.segment_bytes = 400;
        const auto journal = open();
        write(*journal, 1, 6);
    }
    [[nodiscard]] std::string text(int segment) const { return files.contents().at(path(segment)); }
    static std::string path(int segment) {
        return "j/" + base::log::segment_name(static_cast<std::uint32_t>(segment));
    }
    void replace(int segment, std::string_view what, std::string_view by) {
        std::string all = text(segment);
        all.replace(all.find(what), what.size(), by);
        files.put(path(segment), all);
    }
    std::string problems() { return text_of(read().report.problems); }
};

TEST_F(JournalVerify, AnIntactJournalIsHandedOutInOrder) {
    const auto reading = read();
    EXPECT_TRUE(reading.report.intact()) << text_of(reading.report.problems);
    EXPECT_THAT(reading.report.notices, IsEmpty());
    EXPECT_EQ(reading.report.records, 6U);
    EXPECT_EQ(reading.report.first_seq, 1U);
    EXPECT_EQ(reading.report.last_seq, 6U);
    EXPECT_TRUE(reading.report.from_start);
    EXPECT_EQ(reading.records, numbers(1, 6));
}

TEST_F(JournalVerify, EntriesCarryTheirPlaceAndTime) {
    std::vector<std::string> seen;
    const auto report =
        verify_journal(files, {path(2), path(1)}, [&](const base::log::JournalEntry& entry) {
            seen.push_back(std::string(entry.segment) + ":" + std::to_string(entry.line) + ":"
                           + std::to_string(entry.seq));
            EXPECT_EQ(entry.time, clock.wall());
        });
    EXPECT_TRUE(report.intact());
    EXPECT_THAT(
        seen, ElementsAre(path(1) + ":1:1", path(1) + ":2:2", path(2) + ":1:3", path(2) + ":2:4"));
    const std::string last = text(2);
    const auto begin = last.find('\n') + 1;
    EXPECT_EQ(report.last_hash, base::log::line_hash(last.substr(begin, last.size() - begin - 1)));
}

TEST_F(JournalVerify, AnAlteredRecordBreaksTheChainAfterIt) {
    replace(2, numbered(3), numbered(8));
    EXPECT_THAT(problems(), HasSubstr(path(2) + ":2: the chain is broken: the line before"));
    EXPECT_EQ(read().report.problem_count, 1U);
    EXPECT_EQ(read().records.size(), 6U);
}

TEST_F(JournalVerify, AnAlterationAtTheEndOfASegmentIsFoundInTheNext) {
    replace(2, numbered(4), numbered(8));
    EXPECT_THAT(problems(), HasSubstr(path(3) + ":1: the chain is broken: the line before"));
}

TEST_F(JournalVerify, ARemovedLineIsOneProblem) {
    const std::string all = text(2);
    files.put(path(2), all.substr(all.find('\n') + 1));
    EXPECT_EQ(problems(), path(2) + ":1: the chain is broken: seq 4 follows 2");
}

TEST_F(JournalVerify, MovedAndInsertedLinesAreFound) {
    const std::string all = text(2);
    const auto second = all.find('\n') + 1;
    files.put(path(2), all.substr(second) + all.substr(0, second));
    EXPECT_THAT(problems(), HasSubstr(":1: the chain is broken: seq 4 follows 2"));
    files.put(path(2), all.substr(0, second) + all);
    EXPECT_THAT(problems(), HasSubstr(":2: the chain is broken: seq 3 follows 3"));
}

TEST_F(JournalVerify, AMissingSegmentIsOneProblem) {
    files.remove(path(2));
    EXPECT_EQ(problems(), path(3)
                              + ":0: missing before it: 1 segment(s), journal-00000002.jsonl to "
                                "journal-00000002.jsonl");
}

TEST_F(JournalVerify, OlderSegmentsMayBeArchivedButItIsSaid) {
    files.remove(path(1));
    const auto report = read().report;
    EXPECT_TRUE(report.intact()) << text_of(report.problems);
    EXPECT_FALSE(report.from_start);
    EXPECT_EQ(report.first_seq, 3U);
}

TEST_F(JournalVerify, AFalseBeginningIsFound) {
    files.remove(path(1));
    replace(2, "{\"seq\":3", "{\"seq\":1");
    EXPECT_THAT(problems(), HasSubstr(path(2) + ":1: seq 1 and a prev of zeros belong together"));
}

TEST_F(JournalVerify, TheFirstSegmentBeginsWithTheFirstRecord) {
    const std::string whole = text(1);
    files.put(path(1), whole.substr(whole.find('\n') + 1));
    EXPECT_EQ(problems(), path(1)
                              + ":1: the journal's beginning is missing: seq 2 is the first of its "
                                "first segment");
}

TEST_F(JournalVerify, EntriesCarryTheirPlaceInTheChain) {
    std::string before(64, '0');
    const auto report = verify_journal(files, {path(1), path(2), path(3)},
                                       [&](const base::log::JournalEntry& entry) {
                                           EXPECT_EQ(entry.prev, before) << entry.seq;
                                           before = entry.hash;
                                       });
    EXPECT_EQ(report.last_hash, before);
    EXPECT_EQ(report.records, 6U);
}

TEST_F(JournalVerify, ATornEndIsANoticeOnlyInTheLastSegment) {
    const std::string last = text(3);
    files.put(path(3), last + "{\"seq\":7");
    auto reading = read();
    EXPECT_TRUE(reading.report.intact()) << text_of(reading.report.problems);
    ASSERT_EQ(reading.report.notices.size(), 1U);
    EXPECT_EQ(reading.report.notices[0].line, 3U);
    EXPECT_THAT(reading.report.notices[0].message, HasSubstr("8 octets torn"));
    files.put(path(3), last);
    files.put(path(2), text(2) + "{\"seq\":7");
    EXPECT_THAT(problems(), HasSubstr(path(2) + ":3: torn line"));
}

TEST_F(JournalVerify, MalformedLinesAreNamedAndTheRestIsStillRead) {
    for (const char* form : {
             "{\"seq\":03",
             "{\"seq\": 3",
             "{\"seq\":-3",
             "{\"seq\":99999999999999999999999",
             "{\"prev\":3",
             "{\"Seq\":3",
         }) {
        const std::string before = text(2);
        replace(2, "{\"seq\":3", form);
        EXPECT_THAT(problems(), HasSubstr(path(2) + ":1: not a line of a journal")) << form;
        EXPECT_EQ(read().records.size(), 5U);
        files.put(path(2), before);
    }
    replace(2, numbered(3), "{\"n\":}");
    EXPECT_THAT(problems(), HasSubstr(path(2) + ":1: the record is not valid JSON"));
    EXPECT_EQ(read().records.size(), 5U);
}

TEST_F(JournalVerify, UnreadableAndForeignFilesAreProblems) {
    const auto nothing = [](const base::log::JournalEntry&) {};
    const auto report =
        verify_journal(files, {path(1), path(2), "j/journal-00000009.jsonl"}, nothing);
    EXPECT_THAT(text_of(report.problems), HasSubstr("cannot open j/journal-00000009.jsonl"));
    files.put("j/other.txt", text(1));
    EXPECT_THAT(text_of(verify_journal(files, {"j/other.txt"}, nothing).problems),
                HasSubstr("not named as a segment is"));
    EXPECT_THAT(text_of(verify_journal(files, {path(1), path(1)}, nothing).problems),
                HasSubstr("given twice"));
}

TEST_F(JournalVerify, ProblemsAreCountedBeyondThoseKept) {
    std::string garbage;
    for (int i = 0; i < 5000; ++i)
        garbage += "x\n";
    files.put(path(3), garbage);
    const auto report = read().report;
    EXPECT_EQ(report.problem_count, 5000U);
    EXPECT_EQ(report.problems.size(), 1000U);
}

TEST(JournalSegments, ExpandsFoldersAndKeepsFiles) {
    const std::filesystem::path folder =
        std::filesystem::path(testing::TempDir()) / "journal_segments_test";
    std::filesystem::remove_all(folder);
    EXPECT_EQ(base::log::journal_segments(folder.string()).error().kind,
              base::FailureKind::invalid);
    std::filesystem::create_directories(folder);
    EXPECT_FALSE(base::log::journal_segments(folder.string()).has_value());
    for (const char* name : {"journal-00000002.jsonl", "journal-00000001.jsonl", "journal.lock",
                             "journal-00000001.jsonl.torn-1", "journal-1.jsonl"})
        std::ofstream(folder / name) << "";
    const std::string base = folder.string() + "/";
    EXPECT_EQ(base::log::journal_segments(folder.string()),
              (std::vector{base + "journal-00000001.jsonl", base + "journal-00000002.jsonl"}));
    EXPECT_EQ(base::log::journal_segments(base + "journal.lock"),
              (std::vector{base + "journal.lock"}));
    std::filesystem::remove_all(folder);
}

TEST(JournalLine, ReadsBackExactlyWhatItMakes) {
    const std::string prev = base::log::line_hash("x");
    const auto made = base::log::journal_line(
        {18446744073709551615ULL, test::FakeClock().wall(), prev, R"({"a":1})"});
    const auto line = base::log::parse_journal_line(made);
    ASSERT_TRUE(line.has_value());
    EXPECT_EQ(line->seq, 18446744073709551615ULL);
    EXPECT_EQ(line->time, test::FakeClock().wall());
    EXPECT_EQ(line->prev, prev);
    EXPECT_EQ(line->record, R"({"a":1})");
    EXPECT_LE(made.size() + 1, line->record.size() + base::log::envelope_bytes);
    for (std::size_t i = 0; i < made.size(); ++i) {
        EXPECT_FALSE(base::log::parse_journal_line(made.substr(0, i))) << i;
        EXPECT_FALSE(base::log::parse_journal_line(made.substr(0, i) + '\x01' + made.substr(i)))
            << i;
    }
}

TEST(JournalLine, WholeLinesEndsWhereTheWritingStopped) {
    using base::log::whole_lines;
    using namespace std::string_literals;
    EXPECT_EQ(whole_lines(""), 0U);
    EXPECT_EQ(whole_lines("a"), 0U);
    EXPECT_EQ(whole_lines("a\n"), 2U);
    EXPECT_EQ(whole_lines("a\nb"), 2U);
    EXPECT_EQ(whole_lines("a\nb\n\0\0"s), 4U);
    EXPECT_EQ(whole_lines("a\nb\0\0"s), 2U);
    EXPECT_EQ(whole_lines("\0\0"s), 0U);
    EXPECT_EQ(whole_lines("a\n\0\nb\n"s), 6U); // damage, not a torn end
}

} // namespace
