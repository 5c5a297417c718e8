// SPDX-License-Identifier: Apache-2.0
#pragma once
// A journal on a faulty disk, and appends that a test can wait for.

#include "base/log/journal.hpp"
#include "base/log/journal_verify.hpp"
#include "support/fake_clock.hpp"
#include "support/faulty_journal_files.hpp"
#include "support/recording_logger.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace test {

using JournalAnswer = std::future<base::Result<void>>;

inline JournalAnswer append(base::log::Journal& journal, std::string record,
                            base::log::Wake wake = base::log::Wake::now) {
    auto promise = std::make_shared<std::promise<base::Result<void>>>();
    auto answer = promise->get_future();
    journal.append(
        std::move(record),
        [promise](base::Result<void> result) { promise->set_value(std::move(result)); }, wake);
    return answer;
}

/// The answer, or a failure of the test when none comes.
inline base::Result<void> within_time(JournalAnswer answer) {
    if (answer.wait_for(std::chrono::seconds(20)) != std::future_status::ready)
        return base::fail(base::FailureKind::timeout, "the journal never answered");
    return answer.get();
}

inline std::string numbered(int n) {
    return "{\"n\":" + std::to_string(n) + "}";
}

class JournalTest : public testing::Test {
protected:
    [[nodiscard]] std::unique_ptr<base::log::Journal> open() { return open(files); }
    [[nodiscard]] std::unique_ptr<base::log::Journal> open(base::log::JournalFiles& on) {
        return std::make_unique<base::log::Journal>(options, on, clock, log);
    }

    void write(base::log::Journal& journal, int from, int to) {
        for (int n = from; n <= to; ++n)
            ASSERT_TRUE(within_time(append(journal, numbered(n))).has_value()) << n;
    }

    /// Waits for the journal's own probe.
    static bool becomes_healthy(const base::log::Journal& journal) {
        for (int i = 0; i < 2000 && !journal.healthy(); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        return journal.healthy();
    }

    struct Reading {
        base::log::JournalVerification report;
        std::vector<std::string> records; ///< without the journal's own
        std::vector<std::string> repairs;
    };
    [[nodiscard]] Reading read(FaultyJournalFiles& from) {
        Reading reading;
        std::vector<std::string> paths;
        for (const auto& [path, bytes] : from.contents())
            if (path.ends_with(".jsonl"))
                paths.push_back(path);
        reading.report =
            base::log::verify_journal(from, paths, [&](const base::log::JournalEntry& entry) {
                const bool own = entry.record.starts_with("{\"kind\":\"repair\"");
                (own ? reading.repairs : reading.records).emplace_back(entry.record);
            });
        return reading;
    }
    [[nodiscard]] Reading read() { return read(files); }

    /// How many records a crash now would leave.
    [[nodiscard]] std::size_t read_after_crash() {
        auto disk = files.after_crash();
        return read(disk).records.size();
    }

    static std::vector<std::string> numbers(int from, int to) {
        std::vector<std::string> out;
        for (int n = from; n <= to; ++n)
            out.push_back(numbered(n));
        return out;
    }

    base::log::JournalOptions options{.folder = "j",
                                      .probe_interval = std::chrono::milliseconds(20)};
    FaultyJournalFiles files;
    FakeClock clock;
    RecordingLogger log;
};

/// As prose, for failure messages.
inline std::string text_of(const std::vector<base::log::JournalProblem>& problems) {
    std::string out;
    for (const auto& p : problems)
        out +=
            (out.empty() ? "" : "; ") + p.segment + ":" + std::to_string(p.line) + ": " + p.message;
    return out;
}

} // namespace test
