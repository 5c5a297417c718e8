// SPDX-License-Identifier: Apache-2.0
// How a journal begins again after a crash.

#include "base/log/journal.hpp"

#include "journal_fixture.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <stdexcept>

namespace {

using test::FaultyJournalFiles;
using test::JournalTest;
using test::numbered;
using test::text_of;
using testing::HasSubstr;
using namespace std::chrono_literals;

class JournalRecovery : public JournalTest {
protected:
    JournalRecovery() {
        const auto journal = open();
        write(*journal, 1, 3);
    }
    [[nodiscard]] std::string text() const { return files.contents().at(first); }

    std::string why_not() {
        try {
            static_cast<void>(open());
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "opened";
    }

    const std::string first = "j/journal-00000001.jsonl";
    const std::string second = "j/journal-00000002.jsonl";
};

TEST_F(JournalRecovery, ATornLastLineIsMovedAsideAndRecorded) {
    files.put(first, text() + "{\"seq\":4,\"ti");
    {
        const auto journal = open();
        write(*journal, 4, 4);
    }
    EXPECT_EQ(files.contents().at(first + ".torn-1"), "{\"seq\":4,\"ti");
    const auto reading = read();
    EXPECT_TRUE(reading.report.intact()) << text_of(reading.report.problems);
    EXPECT_EQ(reading.records, numbers(1, 4));
    ASSERT_EQ(reading.repairs.size(), 1U);
    const auto repair = nlohmann::json::parse(reading.repairs[0]);
    EXPECT_EQ(repair.at("reason"), "torn-line");
    EXPECT_EQ(repair.at("segment"), "journal-00000001.jsonl");
    EXPECT_EQ(repair.at("bytes"), 12);
    EXPECT_EQ(repair.at("moved-to"), "journal-00000001.jsonl.torn-1");
    EXPECT_EQ(log.count("journal-repaired"), 1U);
}

TEST_F(JournalRecovery, EachTornLineHasAFileOfItsOwn) {
    for (const char* torn : {"one", "two"}) {
        files.put(first, text() + torn);
        static_cast<void>(open());
    }
    EXPECT_EQ(files.contents().at(first + ".torn-1"), "one");
    EXPECT_EQ(files.contents().at(first + ".torn-2"), "two");
    EXPECT_TRUE(read().report.intact());
    EXPECT_EQ(read().repairs.size(), 2U);
}

TEST_F(JournalRecovery, ZerosAtTheEndAreTornToo) {
    files.put(first, text() + "{\"seq\":4" + std::string(500, '\0'));
    static_cast<void>(open());
    EXPECT_TRUE(read().report.intact());
    EXPECT_EQ(files.contents().at(first + ".torn-1").size(), 508U);
}

TEST_F(JournalRecovery, ACrashAtAnyOctetOfAWriteIsRepaired) {
    const auto before = text().size();
    {
        const auto journal = open();
        write(*journal, 4, 5);
    }
    const std::string whole = text();
    for (std::size_t cut = before; cut <= whole.size(); ++cut) {
        files.put(first, whole.substr(0, cut));
        static_cast<void>(open());
        const auto reading = read();
        ASSERT_TRUE(reading.report.intact()) << cut << text_of(reading.report.problems);
        ASSERT_GE(reading.records.size(), 3U) << cut;
        files.remove(first + ".torn-1");
    }
}

TEST_F(JournalRecovery, AnEmptyOrTornNewSegmentContinuesTheOneBefore) {
    for (const char* begun : {"", "{\"seq\":4,"}) {
        files.put(second, begun);
        const auto journal = open();
        EXPECT_EQ(journal->current_segment(), second);
    }
    {
        const auto journal = open();
        write(*journal, 4, 4);
    }
    const auto reading = read();
    EXPECT_TRUE(reading.report.intact()) << text_of(reading.report.problems);
    EXPECT_EQ(reading.records, numbers(1, 4));
}

TEST_F(JournalRecovery, AnyOtherDamageOfTheLastSegmentStopsTheStart) {
    const std::string good = text();
    std::string altered = good;
    altered[good.find("{\"n\":2}") + 5] = '7';
    files.put(first, altered);
    EXPECT_THAT(why_not(), HasSubstr(first + ":3: the chain is broken"));
    const auto line2 = good.find('\n') + 1;
    const auto line3 = good.find('\n', line2) + 1;
    files.put(first, good.substr(0, line2) + good.substr(line3));
    EXPECT_THAT(why_not(), HasSubstr(first + ":2: the chain is broken"));
    files.put(first, good + "garbage\n");
    EXPECT_THAT(why_not(), HasSubstr(first + ":4: not a line"));
    files.put(first, good.substr(0, line2) + std::string(100, '\0') + "\n" + good.substr(line3));
    EXPECT_THAT(why_not(), HasSubstr(first + ":2: not a line"));
    files.put(first, good);
    EXPECT_EQ(why_not(), "opened");
}

TEST_F(JournalRecovery, AFolderThatCannotBeWrittenStopsTheStart) {
    files.set({.read_only = true});
    EXPECT_THAT(why_not(), HasSubstr("cannot open " + first));
    files.set({});
    files.put(first, text() + "torn");
    files.set({.fail_truncates = true});
    EXPECT_THAT(why_not(), HasSubstr("cannot truncate " + first));
    files.set({.fail_syncs = true});
    EXPECT_THAT(why_not(), HasSubstr("cannot sync " + first));
    files.set({});
    EXPECT_EQ(why_not(), "opened");
    EXPECT_TRUE(read().report.intact());
}

} // namespace
