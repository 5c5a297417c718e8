// SPDX-License-Identifier: Apache-2.0
#pragma once
// An append-only journal of JSON lines. Each line is one record:
//
//   {"seq":17,"time":"2026-11-22T14:00:00.000000Z","prev":"<64 hex>","record":{…}}
//
// `prev` is the SHA-256 of the line before, newline excluded (64 zeros for the very first), so that
// no line can be altered, removed, inserted or moved unseen. Segments are files
// journal-NNNNNNNN.jsonl in one folder; a new one continues the chain of the one before. A thread
// of the journal's own writes what has gathered with one write and one fsync (group commit), then
// reports; with Fsync::interval another one syncs.
//
// The journal writes records of its own, all with "kind":"repair". "reason":"torn-line" says what a
// restart moved aside. "reason":"write-failed" is the first line after an outage: why, since when,
// and how many records were refused. If its "left-behind" names a segment and a size, that segment
// could not be trusted any more; what stands in it after so many octets was reported as failed and
// does not count.

#include "base/core/clock.hpp"
#include "base/core/result.hpp"
#include "base/log/journal_file.hpp"
#include "base/log/logger.hpp"
#include "base/log/metrics.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace base::log {

enum class Fsync {
    always, ///< durable before it is reported
    /// Reported once written, and synced beside the writing: a power cut loses no more than was
    /// written in sync_interval. Where the disk does not keep up, writing waits for it.
    interval,
};

/// When the journal's thread is to hear of a record. To wake it costs as much as to write a record:
/// whoever may append more in the same moment wakes it once for all of them.
enum class Wake {
    now,
    later, ///< by wake(), close(), or whatever wakes it before
};

/// Where a journal tells how it is doing; each may be null.
struct JournalMeters {
    Histogram* lag = nullptr;   ///< seconds from append() until the record is durable
    Histogram* batch = nullptr; ///< records that one write and one fsync carried
    Gauge* waiting = nullptr;   ///< records appended and not reported yet
    Gauge* healthy = nullptr;   ///< 1 or 0
};

struct JournalOptions {
    std::string folder;
    Fsync fsync = Fsync::always;
    Milliseconds sync_interval{1000};
    std::uint64_t segment_bytes = 64ULL << 20;
    std::chrono::seconds segment_age{24 * 3600};
    std::size_t max_record_bytes = 1 << 20;
    std::size_t max_queued = 65536;    ///< further appends fail at once as overloaded
    Milliseconds probe_interval{1000}; ///< between tries to write while unhealthy
    JournalMeters meters = {};
};

class Journal {
public:
    using Done = std::function<void(Result<void>)>;

    /// Opens the folder (made if absent), repairs a torn last line (moved to `<segment>.torn-<n>`,
    /// and marked by a record), continues the chain. Throws std::runtime_error with file and line
    /// when the last segment is damaged in any other way or when it cannot be written. A lock file
    /// keeps a second writer out.
    Journal(JournalOptions options, JournalFiles& files, const Clock& clock, Logger& log);
    /// As close().
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// Any thread. `record` is one JSON object as text, without a newline. `done` runs on the
    /// journal's thread when the record is durable (as the policy has it), or with io when it could
    /// not be written: then it is not in the journal, and the next append tries again. A record
    /// that is refused unseen (overloaded; invalid: too long, or not an object's text) is reported
    /// before this returns, on the caller's thread. `done` must not throw and must not wait.
    void append(std::string record, Done done, Wake wake = Wake::now);
    /// The thread takes what was appended to be written later. Any thread.
    void wake();
    /// Writes what was appended, reports it, and ends the journal's thread: after this no `done`
    /// runs, and appends fail with io. One thread.
    void close();
    /// As close(), but waits for the disk no longer than `limit`. False: the thread still hangs in
    /// a write or an fsync that does not return. Then what is unreported() must not be called
    /// durable, and the process can only end without destroying the journal.
    [[nodiscard]] bool close_within(Milliseconds limit);
    /// Records that were appended and neither reported as durable nor as failed.
    [[nodiscard]] std::size_t unreported() const;
    /// False from a failed write until one succeeds; probes by itself while nothing is appended.
    [[nodiscard]] bool healthy() const;
    [[nodiscard]] std::string current_segment() const;
    /// The latest time that a record of the last segments had when the journal was opened; nothing
    /// for a new journal.
    [[nodiscard]] std::optional<WallTime> recovered_until() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace base::log
