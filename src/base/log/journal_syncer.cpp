// SPDX-License-Identifier: Apache-2.0
#include "base/log/journal_syncer.hpp"

#include <utility>

namespace base::log {

JournalSyncer::JournalSyncer(std::function<void()> ended)
    : ended_(std::move(ended)), thread_([this] { run(); }) {}

JournalSyncer::~JournalSyncer() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void JournalSyncer::begin(std::shared_ptr<JournalFile> file) {
    {
        const std::lock_guard lock(mutex_);
        file_ = std::move(file);
    }
    changed_.notify_all();
}

JournalSyncer::Synced JournalSyncer::result() {
    const std::lock_guard lock(mutex_);
    return std::exchange(result_, std::nullopt);
}

JournalSyncer::Synced JournalSyncer::settle() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return file_ == nullptr; });
    return std::exchange(result_, std::nullopt);
}

void JournalSyncer::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || file_ != nullptr; });
        if (file_ == nullptr)
            return;
        JournalFile& file = *file_;
        lock.unlock();
        Result<void> synced = file.sync();
        lock.lock();
        result_ = std::move(synced);
        file_.reset();
        changed_.notify_all();
        lock.unlock();
        ended_();
        lock.lock();
    }
}

} // namespace base::log
