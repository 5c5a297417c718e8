// SPDX-License-Identifier: Apache-2.0
#include "base/log/journal.hpp"

#include "base/core/encoding.hpp"
#include "base/log/journal_line.hpp"
#include "base/log/journal_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace base::log {
namespace {

/// One write and one sync take at most this much; it bounds the copy that is made for them.
constexpr std::uint64_t max_batch_bytes = 4ULL << 20;

struct Batch {
    std::vector<std::string> records;
    std::vector<Journal::Done> dones;
};

bool is_record(std::string_view text) {
    const bool control =
        std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    return text.starts_with('{') && text.ends_with('}') && !control && is_utf8(text);
}

} // namespace

struct Journal::State {
    State(JournalOptions o, JournalFiles& files, const Clock& clock, Logger& log)
        : options(std::move(o)),
          writer(options, files, clock, log),
          segment(writer.segment_path()),
          thread([this] { run(); }) {}

    ~State() { close(); }

    void close() {
        if (!thread.joinable())
            return;
        {
            const std::lock_guard lock(mutex);
            stopping = true;
        }
        wake.notify_one();
        thread.join();
    }

    void run() {
        std::unique_lock lock(mutex);
        for (;;) {
            wait_for_work(lock);
            if (queue.empty() && stopping)
                break;
            Batch batch = take_batch();
            lock.unlock();
            serve(std::move(batch));
            lock.lock();
        }
        lock.unlock();
        writer.sync();
    }

    /// Until there is something to append, to probe, to sync, or to stop for. The waits are real
    /// time: they pace work and decide nothing.
    void wait_for_work(std::unique_lock<std::mutex>& lock) {
        const auto called = [this] { return stopping || !queue.empty(); };
        if (!writer.healthy())
            wake.wait_for(lock, options.probe_interval, called);
        else if (writer.dirty())
            wake.wait_until(lock, sync_due, called);
        else
            wake.wait(lock, called);
    }

    Batch take_batch() {
        Batch batch;
        if (queue.empty())
            return batch;
        const auto line_bytes = [this] { return queue.front().first.size() + envelope_bytes; };
        const std::uint64_t room = std::min(writer.room(line_bytes()), max_batch_bytes);
        std::uint64_t bytes = 0;
        while (!queue.empty() && (batch.records.empty() || bytes + line_bytes() <= room)) {
            bytes += line_bytes();
            batch.records.push_back(std::move(queue.front().first));
            batch.dones.push_back(std::move(queue.front().second));
            queue.pop_front();
        }
        return batch;
    }

    void serve(Batch batch) {
        const bool was_dirty = writer.dirty();
        const Result<void> result = writer.commit(batch.records);
        if (!was_dirty)
            sync_due = std::chrono::steady_clock::now() + options.sync_interval;
        else if (std::chrono::steady_clock::now() >= sync_due)
            writer.sync();
        healthy = writer.healthy();
        {
            const std::lock_guard lock(mutex);
            segment = writer.segment_path(); // whoever is told may ask for it at once
        }
        for (const Done& done : batch.dones)
            done(result);
    }

    const JournalOptions options;
    JournalWriter writer; // of the constructor until the thread runs, then of the thread
    std::chrono::steady_clock::time_point sync_due;
    std::atomic<bool> healthy = true;

    std::mutex mutex; // guards what follows
    std::condition_variable wake;
    std::deque<std::pair<std::string, Done>> queue;
    std::string segment;
    bool stopping = false;

    std::thread thread; // last: it uses all of the above
};

Journal::Journal(JournalOptions options, JournalFiles& files, const Clock& clock, Logger& log)
    : state_(std::make_unique<State>(std::move(options), files, clock, log)) {}

Journal::~Journal() = default;

void Journal::append(std::string record, Done done) {
    if (record.size() > state_->options.max_record_bytes)
        return done(fail(FailureKind::invalid,
                         fmt::format("a journal record of {} bytes, at most {} are allowed",
                                     record.size(), state_->options.max_record_bytes)));
    if (!is_record(record))
        return done(
            fail(FailureKind::invalid, "a journal record must be one JSON object in one line"));
    {
        std::unique_lock lock(state_->mutex);
        if (state_->stopping) {
            lock.unlock();
            return done(fail(FailureKind::io, "the journal is closed"));
        }
        if (state_->queue.size() >= state_->options.max_queued) {
            lock.unlock();
            return done(fail(FailureKind::overloaded, "too many records wait for the journal"));
        }
        state_->queue.emplace_back(std::move(record), std::move(done));
    }
    state_->wake.notify_one();
}

void Journal::close() {
    state_->close();
}

bool Journal::healthy() const {
    return state_->healthy;
}

std::string Journal::current_segment() const {
    const std::lock_guard lock(state_->mutex);
    return state_->segment;
}

} // namespace base::log
