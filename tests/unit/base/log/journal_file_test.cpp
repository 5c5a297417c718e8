// SPDX-License-Identifier: Apache-2.0
// The journal on a real file system.

#include "base/log/journal_file.hpp"

#include "base/log/journal.hpp"
#include "journal_fixture.hpp"

#include <gmock/gmock.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace {

using base::log::SystemJournalFiles;
using test::append;
using test::numbered;
using test::within_time;
using testing::ElementsAre;
using testing::HasSubstr;

class SystemFiles : public testing::Test {
protected:
    SystemFiles() {
        std::string pattern = testing::TempDir() + "/mpicd-journal-XXXXXX";
        root_ = ::mkdtemp(pattern.data());
        folder = root_ + "/a/journal";
    }
    ~SystemFiles() override { std::filesystem::remove_all(root_); }

    static unsigned mode(const std::string& path) {
        struct stat status{};
        return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0U;
    }
    [[nodiscard]] std::string at(const std::string& name) const { return folder + "/" + name; }

    SystemJournalFiles files;
    std::string folder;

private:
    std::string root_;
};

TEST_F(SystemFiles, MakesItsFolderForItsOwnerOnly) {
    EXPECT_THAT(*files.list(folder), testing::IsEmpty());
    EXPECT_EQ(mode(folder), 0700U);
}

TEST_F(SystemFiles, AppendsSyncsAndCuts) {
    ASSERT_TRUE(files.list(folder).has_value());
    const std::string path = at("journal-00000001.jsonl");
    {
        const auto file = std::move(*files.open(path));
        EXPECT_EQ(file->size(), 0U);
        ASSERT_TRUE(file->append("hello\n").has_value());
        ASSERT_TRUE(file->append("world\n").has_value());
        ASSERT_TRUE(file->sync().has_value());
        EXPECT_EQ(file->size(), 12U);
    }
    EXPECT_EQ(mode(path), 0600U);
    const auto file = std::move(*files.open(path));
    EXPECT_EQ(file->size(), 12U);
    ASSERT_TRUE(file->truncate(6).has_value());
    ASSERT_TRUE(file->sync().has_value());
    ASSERT_TRUE(file->append("again\n").has_value());
    EXPECT_EQ(file->size(), 12U);
    EXPECT_EQ(*files.read(path), "hello\nagain\n");
}

TEST_F(SystemFiles, ListsSegmentsOnlyAndInOrder) {
    ASSERT_TRUE(files.list(folder).has_value());
    for (const char* name :
         {"journal-00000010.jsonl", "journal-00000002.jsonl", "journal-00000002.jsonl.torn-1",
          "journal-2.jsonl", "journal-0000000x.jsonl", "other.txt"})
        ASSERT_TRUE(files.write_whole(at(name), "x").has_value());
    EXPECT_THAT(*files.list(folder),
                ElementsAre("journal-00000002.jsonl", "journal-00000010.jsonl"));
}

TEST_F(SystemFiles, FailuresCarryThePathAndErrnosText) {
    const auto read = files.read(at("absent"));
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().kind, base::FailureKind::io);
    EXPECT_THAT(read.error().detail, HasSubstr("cannot open " + at("absent") + ": No such file"));
    EXPECT_FALSE(files.open("/nowhere/at/all").has_value());
    EXPECT_FALSE(files.write_whole("/nowhere/at/all", "x").has_value());
    EXPECT_FALSE(files.list("/proc/nowhere/at/all").has_value());
}

TEST_F(SystemFiles, AWriteToAFullDeviceFails) {
    const auto full = files.open("/dev/full");
    ASSERT_TRUE(full.has_value());
    const auto written = (*full)->append("x");
    ASSERT_FALSE(written.has_value());
    EXPECT_THAT(written.error().detail, HasSubstr("No space left on device"));
}

TEST_F(SystemFiles, TheLockIsHeldUntilItsHandleDies) {
    auto first = files.lock(folder);
    ASSERT_TRUE(first.has_value());
    const auto second = files.lock(folder);
    ASSERT_FALSE(second.has_value());
    EXPECT_THAT(second.error().detail, HasSubstr("another process writes the journal"));
    first->reset();
    EXPECT_TRUE(files.lock(folder).has_value());
}

TEST_F(SystemFiles, AJournalLivesOnThemAcrossRestartsAndATornLine) {
    const test::FakeClock clock;
    test::RecordingLogger log;
    const base::log::JournalOptions options{.folder = folder, .segment_bytes = 1000};
    for (int run = 0; run < 3; ++run) {
        base::log::Journal journal(options, files, clock, log);
        for (int n = 0; n < 7; ++n)
            ASSERT_TRUE(within_time(append(journal, numbered(run * 7 + n))).has_value());
        std::ofstream(journal.current_segment(), std::ios::app) << "{\"seq\":";
    }
    int records = 0;
    const auto report =
        base::log::verify_journal(files, *base::log::journal_segments(folder),
                                  [&](const base::log::JournalEntry&) { ++records; });
    EXPECT_TRUE(report.intact()) << test::text_of(report.problems);
    EXPECT_EQ(report.notices.size(), 1U);
    EXPECT_EQ(records, 21 + 2);
}

} // namespace
