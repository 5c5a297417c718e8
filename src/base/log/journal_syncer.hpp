// SPDX-License-Identifier: Apache-2.0
#pragma once
// Syncs a segment on a thread of its own, so that lines are written and reported meanwhile: a sync
// takes milliseconds, and on a busy disk a good part of a second.

#include "base/log/journal_file.hpp"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace base::log {

/// One sync at a time. begin(), settle() and result() are called by one thread.
class JournalSyncer {
public:
    using Synced = std::optional<Result<void>>;

    /// `ended` is called on the syncer's thread after each sync; it must not wait for the syncer.
    explicit JournalSyncer(std::function<void()> ended);
    /// Waits for the sync that is under way.
    ~JournalSyncer();
    JournalSyncer(const JournalSyncer&) = delete;
    JournalSyncer& operator=(const JournalSyncer&) = delete;

    /// Nothing is under way, and the result of the one before has been taken. Until this one has
    /// ended, nobody does anything to the file but append to it.
    void begin(std::shared_ptr<JournalFile> file);
    /// How the sync has ended, once; nothing while it is under way, or when there was none.
    [[nodiscard]] Synced result();
    /// The same, but waits for the end.
    [[nodiscard]] Synced settle();

private:
    void run();

    std::function<void()> ended_;
    std::mutex mutex_; // guards what follows
    std::condition_variable changed_;
    std::shared_ptr<JournalFile> file_; ///< to be synced, or being so
    Synced result_;
    bool stopping_ = false;
    std::thread thread_; // last: it uses all of the above
};

} // namespace base::log
