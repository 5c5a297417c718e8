// SPDX-License-Identifier: Apache-2.0
#include "base/log/journal_writer.hpp"

#include "base/core/time_text.hpp"
#include "base/log/journal_line.hpp"
#include "base/log/journal_recovery.hpp"
#include "base/log/line.hpp"

#include <fmt/format.h>

#include <iterator>
#include <stdexcept>
#include <utility>

namespace base::log {

struct JournalWriter::Batch {
    std::string bytes;
    std::uint64_t seq;
    std::string hash;
    WallTime time;
};

JournalWriter::JournalWriter(const JournalOptions& options, JournalFiles& files, const Clock& clock,
                             Logger& log, std::function<void()> sync_ended)
    : options_(options), files_(files), clock_(clock), log_(log) {
    auto lock = files_.lock(options_.folder);
    if (!lock)
        throw std::runtime_error("journal: " + lock.error().detail);
    lock_ = std::move(*lock);
    RecoveredChain chain = recover_chain(options_.folder, files_);
    seq_ = chain.seq;
    hash_ = std::move(chain.hash);
    number_ = chain.number;
    good_size_ = chain.size;
    started_ = chain.started.value_or(clock_.wall());
    recovered_until_ = chain.latest;
    auto file = files_.open(segment_path());
    if (!file)
        throw std::runtime_error("journal: " + file.error().detail);
    file_ = std::move(*file);
    if (options_.fsync == Fsync::interval)
        syncer_.emplace(std::move(sync_ended));
    if (chain.repairs.empty())
        return;
    log_.warn("journal-repaired", {{"segment", segment_path()}, {"records", chain.repairs.size()}});
    if (auto written = commit(chain.repairs); !written)
        throw std::runtime_error("journal: " + written.error().detail);
}

std::string JournalWriter::segment_path() const {
    return options_.folder + "/" + segment_name(number_);
}

std::uint64_t JournalWriter::room(std::uint64_t first) {
    const bool full = good_size_ + first > options_.segment_bytes;
    const bool old = clock_.wall() - started_ >= options_.segment_age;
    if (good_size_ > 0 && (full || old))
        rotate_ = true;
    return rotate_ ? options_.segment_bytes
                   : options_.segment_bytes - std::min(good_size_, options_.segment_bytes);
}

Result<void> JournalWriter::commit(std::span<const std::string> records) {
    if (records.empty() && !outage_)
        return {};
    Result<void> done = make_ready();
    if (done) {
        Batch batch = compose(records);
        done = write_batch(batch.bytes);
        if (done) {
            if (good_size_ == 0)
                started_ = batch.time;
            good_size_ += batch.bytes.size();
            seq_ = batch.seq;
            hash_ = std::move(batch.hash);
            end_outage();
            return {};
        }
    }
    note_failure(done.error(), records.size());
    return done;
}

Result<void> JournalWriter::write_batch(std::string_view bytes) {
    Result<void> done = file_->append(bytes);
    if (!done) {
        const bool sound = settle().has_value();
        if (!sound || !undo())
            leave_segment();
        return done;
    }
    // What ends an outage is always synced: it is the proof that the disk is back.
    dirty_ = true;
    if (options_.fsync == Fsync::interval && !outage_)
        return done;
    done = sync_all();
    if (!done) {
        static_cast<void>(undo()); // so that a restart finds as little as possible of what failed
        leave_segment();
    }
    return done;
}

JournalWriter::Batch JournalWriter::compose(std::span<const std::string> records) const {
    Batch batch{.bytes = {}, .seq = seq_, .hash = hash_, .time = clock_.wall()};
    std::size_t size = 0;
    for (const std::string& record : records)
        size += record.size() + envelope_bytes;
    batch.bytes.reserve(size);
    const auto add = [&batch](std::string_view record) {
        const std::size_t begin = batch.bytes.size();
        append_journal_line(batch.bytes, {++batch.seq, batch.time, batch.hash, record});
        batch.hash = line_hash(std::string_view(batch.bytes).substr(begin));
        batch.bytes += '\n';
    };
    if (outage_)
        add(repair_record());
    for (const std::string& record : records)
        add(record);
    return batch;
}

std::string JournalWriter::repair_record() const {
    std::string out = fmt::format(
        R"({{"kind":"repair","reason":"write-failed","detail":"{}","since":"{}","refused-records":{})",
        json_escaped(outage_->detail), rfc3339(outage_->since), outage_->refused);
    if (outage_->left)
        fmt::format_to(std::back_inserter(out), R"(,"left-behind":{{"segment":"{}","size":{}}})",
                       outage_->left->segment, outage_->left->good_size);
    out += '}';
    return out;
}

Result<void> JournalWriter::make_ready() {
    if (rotate_ && file_) {
        if (auto synced = sync_all(); !synced) {
            leave_segment();
            rotate_ = false;
            return synced;
        }
        file_.reset();
        ++number_;
        good_size_ = 0;
    }
    rotate_ = false;
    return file_ ? Result<void>() : open_segment();
}

Result<void> JournalWriter::open_segment() {
    auto file = files_.open(segment_path());
    if (!file)
        return std::unexpected(file.error());
    if ((*file)->size() > 0) { // the rest of an earlier attempt, none of it ever reported
        if (auto cut = (*file)->truncate(0); !cut)
            return cut;
        if (auto synced = (*file)->sync(); !synced)
            return synced;
    }
    file_ = std::move(*file);
    return {};
}

bool JournalWriter::undo() {
    return file_->truncate(good_size_) && file_->sync();
}

/// A segment without lines keeps its number: emptying it again drops the pages nobody can trust.
void JournalWriter::leave_segment() {
    std::shared_ptr<JournalFile> file = std::exchange(file_, nullptr);
    dirty_ = false;
    if (good_size_ == 0)
        return;
    if (!outage_)
        outage_.emplace(Outage{.detail = {}, .since = clock_.wall()});
    outage_->left = LeftBehind{segment_name(number_), good_size_, std::move(file)};
    ++number_;
    good_size_ = 0;
}

/// Afterwards nothing runs beside the writer. How the sync that was under way has ended.
Result<void> JournalWriter::settle() {
    if (auto synced = syncer_ ? syncer_->settle() : std::nullopt)
        return *std::move(synced);
    return {};
}

Result<void> JournalWriter::sync_all() {
    Result<void> synced = settle();
    if (synced && dirty_)
        synced = file_->sync();
    if (synced)
        dirty_ = false;
    return synced;
}

void JournalWriter::sync() {
    heed(sync_all());
}

void JournalWriter::begin_sync() {
    heed(settle());
    if (!dirty_) // or the one before has failed, and its segment was left
        return;
    dirty_ = false;
    syncer_->begin(file_);
}

void JournalWriter::heed_sync() {
    if (auto synced = syncer_ ? syncer_->result() : std::nullopt)
        heed(*synced);
}

void JournalWriter::heed(const Result<void>& synced) {
    if (synced)
        return;
    leave_segment();
    note_failure(synced.error(), 0);
}

void JournalWriter::note_failure(const Failure& failure, std::size_t refused) {
    if (!outage_)
        outage_.emplace(Outage{.detail = {}, .since = clock_.wall()});
    if (outage_->detail.empty()) {
        outage_->detail = failure.detail;
        log_.error("journal-failed", {{"detail", failure.detail}});
    }
    outage_->refused += refused;
}

void JournalWriter::end_outage() {
    if (!outage_)
        return;
    // One more try for a segment that could not be cut; the chain does not depend on it.
    if (outage_->left && outage_->left->file
        && outage_->left->file->size() > outage_->left->good_size
        && outage_->left->file->truncate(outage_->left->good_size))
        static_cast<void>(outage_->left->file->sync());
    log_.warn("journal-recovered", {{"segment", segment_path()},
                                    {"detail", outage_->detail},
                                    {"refused-records", outage_->refused}});
    outage_.reset();
}

} // namespace base::log
