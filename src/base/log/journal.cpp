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

struct Entry {
    std::string record;
    Journal::Done done;
    SteadyTime appended; // real time: it measures
};

struct Batch {
    std::vector<std::string> records;
    std::vector<Journal::Done> dones;
    std::vector<SteadyTime> appended;
};

SteadyTime now() {
    return std::chrono::steady_clock::now();
}

bool is_record(std::string_view text) {
    bool control = false;
    for (const char c : text) // to the end in any case: without a way out it takes many at a time
        control |= static_cast<unsigned char>(c) < 0x20;
    return text.starts_with('{') && text.ends_with('}') && !control && is_utf8(text);
}

} // namespace

struct Journal::State {
    State(JournalOptions o, JournalFiles& files, const Clock& clock, Logger& log)
        : options(std::move(o)),
          writer(options, files, clock, log, [this] { sync_ended(); }),
          recovered_until(writer.recovered_until()) {
        segment = writer.segment_path();
        thread = std::thread([this] { run(); });
        if (options.meters.healthy != nullptr)
            options.meters.healthy->set(1);
    }

    ~State() { close(); }

    void sync_ended() {
        {
            const std::lock_guard lock(mutex);
            synced = true;
        }
        wake.notify_one();
    }

    void stop() {
        {
            const std::lock_guard lock(mutex);
            stopping = true;
        }
        wake.notify_one();
    }

    void close() {
        if (!thread.joinable())
            return;
        stop();
        thread.join();
    }

    bool close_within(Milliseconds limit) {
        if (!thread.joinable())
            return true;
        stop();
        {
            std::unique_lock lock(mutex);
            if (!idle.wait_for(lock, limit, [this] { return finished; }))
                return false;
        }
        thread.join();
        return true;
    }

    void run() {
        std::unique_lock lock(mutex);
        for (;;) {
            wait_for_work(lock);
            if (queue.empty() && stopping)
                break;
            synced = false;
            Batch batch = take_batch();
            lock.unlock();
            serve(std::move(batch));
            lock.lock();
        }
        lock.unlock();
        writer.sync();
        lock.lock();
        finished = true;
        idle.notify_all();
    }

    /// Until there is something to append, to probe, to sync, a sync's end to heed, or to stop for.
    /// The waits are real time: they pace work and decide nothing.
    void wait_for_work(std::unique_lock<std::mutex>& lock) {
        const auto called = [this] { return stopping || synced || !queue.empty(); };
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
        const auto line_bytes = [this] { return queue.front().record.size() + envelope_bytes; };
        const std::uint64_t room = std::min(writer.room(line_bytes()), max_batch_bytes);
        std::uint64_t bytes = 0;
        while (!queue.empty() && (batch.records.empty() || bytes + line_bytes() <= room)) {
            bytes += line_bytes();
            batch.records.push_back(std::move(queue.front().record));
            batch.dones.push_back(std::move(queue.front().done));
            batch.appended.push_back(queue.front().appended);
            queue.pop_front();
        }
        return batch;
    }

    void serve(Batch batch) {
        writer.heed_sync();
        const bool was_dirty = writer.dirty();
        const Result<void> result = writer.commit(batch.records);
        // One half of the interval until a sync begins, the other for its end: then begin_sync()
        // waits for it, and so does whoever wants to write more.
        if (!was_dirty)
            sync_due = now() + options.sync_interval / 2;
        else if (now() >= sync_due)
            writer.begin_sync();
        healthy = writer.healthy();
        {
            const std::lock_guard lock(mutex);
            segment = writer.segment_path(); // whoever is told may ask for it at once
            unreported -= batch.records.size();
        }
        measure(batch, result.has_value());
        for (const Done& done : batch.dones)
            done(result);
    }

    void measure(const Batch& batch, bool durable) const {
        const JournalMeters& to = options.meters;
        if (to.healthy != nullptr)
            to.healthy->set(healthy ? 1 : 0);
        if (batch.records.empty())
            return;
        if (to.waiting != nullptr)
            to.waiting->add(-static_cast<double>(batch.records.size()));
        if (durable && to.batch != nullptr)
            to.batch->observe(static_cast<double>(batch.records.size()));
        if (!durable || to.lag == nullptr)
            return;
        const SteadyTime end = now();
        for (const SteadyTime at : batch.appended)
            to.lag->observe(std::chrono::duration<double>(end - at).count());
    }

    const JournalOptions options;
    std::atomic<bool> healthy = true;

    std::mutex mutex; // guards what follows
    std::condition_variable wake;
    std::condition_variable idle;
    std::deque<Entry> queue;
    std::size_t unreported = 0;
    std::string segment;
    bool synced = false; ///< a sync beside the writing has ended
    bool stopping = false;
    bool finished = false;

    // Of the constructor until the thread runs, then of the thread. Uses the above, by
    // sync_ended().
    JournalWriter writer;
    std::chrono::steady_clock::time_point sync_due;
    const std::optional<WallTime> recovered_until;
    std::thread thread; // last: it uses all of the above
};

Journal::Journal(JournalOptions options, JournalFiles& files, const Clock& clock, Logger& log)
    : state_(std::make_unique<State>(std::move(options), files, clock, log)) {}

Journal::~Journal() = default;

void Journal::append(std::string record, Done done, Wake wake) {
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
        state_->queue.push_back({std::move(record), std::move(done), now()});
        ++state_->unreported;
        if (state_->options.meters.waiting != nullptr)
            state_->options.meters.waiting->add(1);
    }
    if (wake == Wake::now)
        this->wake();
}

void Journal::wake() {
    state_->wake.notify_one();
}

void Journal::close() {
    state_->close();
}

bool Journal::close_within(Milliseconds limit) {
    return state_->close_within(limit);
}

std::size_t Journal::unreported() const {
    const std::lock_guard lock(state_->mutex);
    return state_->unreported;
}

std::optional<WallTime> Journal::recovered_until() const {
    return state_->recovered_until;
}

bool Journal::healthy() const {
    return state_->healthy;
}

std::string Journal::current_segment() const {
    const std::lock_guard lock(state_->mutex);
    return state_->segment;
}

} // namespace base::log
