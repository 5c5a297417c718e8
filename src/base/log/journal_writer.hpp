// SPDX-License-Identifier: Apache-2.0
#pragma once
// Writes batches of records, all of a batch or none. One thread; blocks. Invariants between calls:
//
//  1. seq_ and hash_ are those of the last line that was reported as written.
//  2. While file_ is open it holds good_size_ octets, the lines reported as written and nothing
//  else. A sync beside the writing is of this file.
//  3. No record that was reported as failed stands before a later line: it is cut off again, or its
//     segment is left behind and the next one says where that segment's good part ends.
//
// After a failed fsync nobody knows which pages reached the disk, and a second fsync would claim
// success (the pages count as clean): the segment is left behind. After a failed write that could
// be undone it goes on. The first line written after an outage is a record that tells of it.

#include "base/core/clock.hpp"
#include "base/log/journal.hpp"
#include "base/log/journal_file.hpp"
#include "base/log/journal_syncer.hpp"
#include "base/log/logger.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace base::log {

class JournalWriter {
public:
    /// Recovers the chain, takes the lock. Throws std::runtime_error as Journal does. `sync_ended`
    /// is called on another thread when it is time for heed_sync().
    JournalWriter(const JournalOptions& options, JournalFiles& files, const Clock& clock,
                  Logger& log, std::function<void()> sync_ended);
    JournalWriter(const JournalWriter&) = delete;
    JournalWriter& operator=(const JournalWriter&) = delete;

    /// How many octets of lines the next batch may have when its first line has `first` of them (it
    /// may always have that one). Decides whether the batch begins a new segment.
    [[nodiscard]] std::uint64_t room(std::uint64_t first);
    /// No records: during an outage, tries to write the record that ends it; otherwise nothing.
    [[nodiscard]] Result<void> commit(std::span<const std::string> records);
    /// Begins to sync what Fsync::interval has written since the last time, beside the writing.
    /// First waits for the one before, should that still be under way.
    void begin_sync();
    /// Takes note of how that has ended, if it has.
    void heed_sync();
    /// Waits until all that was written is synced.
    void sync();

    [[nodiscard]] bool healthy() const { return !outage_; }
    /// Whether anything was written since the last sync began.
    [[nodiscard]] bool dirty() const { return dirty_; }
    [[nodiscard]] std::string segment_path() const;
    [[nodiscard]] std::optional<WallTime> recovered_until() const { return recovered_until_; }

private:
    struct LeftBehind {
        std::string segment;
        std::uint64_t good_size;
        std::shared_ptr<JournalFile> file; ///< null once cut
    };
    struct Outage {
        std::string detail;
        WallTime since;
        std::uint64_t refused = 0;
        std::optional<LeftBehind> left;
    };
    struct Batch;

    [[nodiscard]] Batch compose(std::span<const std::string> records) const;
    [[nodiscard]] std::string repair_record() const;
    [[nodiscard]] Result<void> make_ready();
    [[nodiscard]] Result<void> open_segment();
    [[nodiscard]] Result<void> write_batch(std::string_view bytes);
    [[nodiscard]] Result<void> sync_all();
    [[nodiscard]] Result<void> settle();
    void heed(const Result<void>& synced);
    [[nodiscard]] bool undo();
    void leave_segment();
    void note_failure(const Failure& failure, std::size_t refused);
    void end_outage();

    const JournalOptions& options_;
    JournalFiles& files_;
    const Clock& clock_;
    Logger& log_;
    std::shared_ptr<void> lock_;

    std::uint64_t seq_ = 0;
    std::string hash_;
    /// Null: to be opened, and emptied if it is there already. Shared with the syncer.
    std::shared_ptr<JournalFile> file_;
    std::uint32_t number_ = 1;
    std::uint64_t good_size_ = 0;
    WallTime started_;
    std::optional<WallTime> recovered_until_;
    bool rotate_ = false;
    bool dirty_ = false;
    std::optional<Outage> outage_;
    std::optional<JournalSyncer> syncer_; ///< with Fsync::interval
};

} // namespace base::log
