// SPDX-License-Identifier: Apache-2.0
#pragma once
// A disk in memory that fails as disks do: it fills up, becomes read-only, fails a sync and then
// forgets what that sync was to keep while calling later syncs a success, and loses at a crash
// whatever was not synced. Any thread.

#include "base/log/journal_file.hpp"

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace test {

/// What may go wrong; all of it may be changed while a journal runs.
struct DiskFaults {
    std::size_t capacity =
        std::numeric_limits<std::size_t>::max(); ///< octets of all files together
    bool read_only = false;
    bool fail_appends = false; ///< after half of the octets
    bool fail_syncs = false;
    bool fail_truncates = false;
    bool fail_opens = false;
    bool write_back = false; ///< the kernel writes appended data early; a cut still needs a sync
};

class FaultyJournalFiles final : public base::log::JournalFiles {
public:
    FaultyJournalFiles() : disk_(std::make_shared<Disk>()) {}

    void set(DiskFaults faults) {
        const std::lock_guard lock(disk_->mutex);
        disk_->faults = faults;
    }
    /// Syncs wait until release_syncs().
    void hold_syncs() {
        const std::lock_guard lock(disk_->mutex);
        disk_->hold = true;
    }
    void release_syncs() {
        const std::lock_guard lock(disk_->mutex);
        disk_->hold = false;
        disk_->changed.notify_all();
    }
    /// Until a sync waits since hold_syncs().
    void await_held_sync() {
        std::unique_lock lock(disk_->mutex);
        disk_->changed.wait(lock, [this] { return disk_->waiting > 0; });
    }
    [[nodiscard]] int syncs() const {
        const std::lock_guard lock(disk_->mutex);
        return disk_->syncs;
    }

    /// The power goes: a new machine with what was synced, and of each file the first `lucky`
    /// octets more.
    [[nodiscard]] FaultyJournalFiles after_crash(std::size_t lucky = 0) const {
        const std::lock_guard lock(disk_->mutex);
        FaultyJournalFiles out;
        for (const auto& [path, file] : disk_->files) {
            std::string kept = file.durable;
            if (file.bytes.size() > kept.size() && file.bytes.starts_with(kept))
                kept = file.bytes.substr(0, kept.size() + lucky);
            out.disk_->files[path] = {kept, kept, 0, 0};
        }
        return out;
    }

    [[nodiscard]] std::map<std::string, std::string> contents() const {
        const std::lock_guard lock(disk_->mutex);
        std::map<std::string, std::string> out;
        for (const auto& [path, file] : disk_->files)
            out[path] = file.bytes;
        return out;
    }
    void put(const std::string& path, std::string bytes) {
        const std::lock_guard lock(disk_->mutex);
        disk_->files[path] = {bytes, bytes, 0, 0};
    }
    void remove(const std::string& path) {
        const std::lock_guard lock(disk_->mutex);
        disk_->files.erase(path);
    }

    base::Result<std::vector<std::string>> list(const std::string& folder) override {
        const std::lock_guard lock(disk_->mutex);
        std::vector<std::string> names;
        for (const auto& [path, file] : disk_->files)
            if (path.starts_with(folder + "/journal-") && path.ends_with(".jsonl"))
                names.push_back(path.substr(folder.size() + 1));
        return names;
    }

    base::Result<std::string> read(const std::string& path) override {
        const std::lock_guard lock(disk_->mutex);
        const auto found = disk_->files.find(path);
        if (found == disk_->files.end())
            return base::fail(base::FailureKind::io, "cannot open " + path + ": no such file");
        return found->second.bytes;
    }

    base::Result<std::unique_ptr<base::log::JournalFile>> open(const std::string& path) override {
        const std::lock_guard lock(disk_->mutex);
        if (disk_->faults.fail_opens || disk_->faults.read_only)
            return base::fail(base::FailureKind::io,
                              "cannot open " + path + ": Input/output error");
        disk_->files.try_emplace(path);
        return std::make_unique<Handle>(disk_, path);
    }

    base::Result<void> write_whole(const std::string& path, std::string_view bytes) override {
        const std::lock_guard lock(disk_->mutex);
        if (disk_->faults.read_only)
            return base::fail(base::FailureKind::io, "cannot make " + path + ": read-only");
        disk_->files[path] = {std::string(bytes), std::string(bytes), 0, 0};
        return {};
    }

    base::Result<std::shared_ptr<void>> lock(const std::string& folder) override {
        const std::lock_guard lock(disk_->mutex);
        if (!disk_->locked.insert(folder).second)
            return base::fail(base::FailureKind::io,
                              "another process writes the journal in " + folder);
        return std::make_shared<Lock>(disk_, folder);
    }

private:
    struct File {
        std::string bytes;   ///< as every reader sees it, by the page cache
        std::string durable; ///< as a crash leaves it
        std::size_t forgotten_from =
            0; ///< [from, to): pages that a failed sync has marked as clean
        std::size_t forgotten_to = 0;
    };
    struct Disk {
        std::mutex mutex;
        std::condition_variable changed;
        DiskFaults faults;
        std::map<std::string, File> files;
        std::set<std::string> locked;
        bool hold = false;
        int waiting = 0;
        int syncs = 0;

        [[nodiscard]] std::size_t used() const {
            std::size_t sum = 0;
            for (const auto& [path, file] : files)
                sum += file.bytes.size();
            return sum;
        }
    };
    struct Lock {
        Lock(std::shared_ptr<Disk> d, std::string f) : disk(std::move(d)), folder(std::move(f)) {}
        Lock(const Lock&) = delete;
        Lock& operator=(const Lock&) = delete;
        ~Lock() {
            const std::lock_guard lock(disk->mutex);
            disk->locked.erase(folder);
        }
        std::shared_ptr<Disk> disk;
        std::string folder;
    };

    class Handle final : public base::log::JournalFile {
    public:
        Handle(std::shared_ptr<Disk> disk, std::string path)
            : disk_(std::move(disk)), path_(std::move(path)) {}

        base::Result<void> append(std::string_view bytes) override {
            const std::lock_guard lock(disk_->mutex);
            const DiskFaults& faults = disk_->faults;
            const std::size_t left = faults.capacity - std::min(faults.capacity, disk_->used());
            const std::size_t fits = faults.read_only      ? 0
                                     : faults.fail_appends ? bytes.size() / 2
                                                           : std::min(bytes.size(), left);
            file().bytes += bytes.substr(0, fits);
            if (faults.write_back)
                file().durable = file().bytes;
            if (faults.read_only)
                return failure("write", "Read-only file system");
            if (faults.fail_appends)
                return failure("write", "Input/output error");
            return fits < bytes.size() ? failure("write", "No space left on device")
                                       : base::Result<void>();
        }

        base::Result<void> sync() override {
            std::unique_lock lock(disk_->mutex);
            ++disk_->syncs;
            ++disk_->waiting;
            disk_->changed.notify_all();
            disk_->changed.wait(lock, [this] { return !disk_->hold; });
            --disk_->waiting;
            File& f = file();
            if (disk_->faults.fail_syncs) {
                f.forgotten_from = f.forgotten_to > 0 ? f.forgotten_from : f.durable.size();
                f.forgotten_to = f.bytes.size();
                return failure("sync", "Input/output error");
            }
            f.durable = f.bytes;
            for (std::size_t i = f.forgotten_from; i < f.forgotten_to && i < f.durable.size(); ++i)
                f.durable[i] = '\0';
            return {};
        }

        base::Result<void> truncate(std::uint64_t size) override {
            const std::lock_guard lock(disk_->mutex);
            if (disk_->faults.fail_truncates || disk_->faults.read_only)
                return failure("truncate", "Input/output error");
            file().bytes.resize(size);
            file().forgotten_to = std::min<std::size_t>(file().forgotten_to, size);
            return {};
        }

        [[nodiscard]] std::uint64_t size() const override {
            const std::lock_guard lock(disk_->mutex);
            return disk_->files.at(path_).bytes.size();
        }

    private:
        File& file() { return disk_->files.at(path_); }
        [[nodiscard]] base::Result<void> failure(std::string_view verb,
                                                 std::string_view why) const {
            return base::fail(base::FailureKind::io, "cannot " + std::string(verb) + " " + path_
                                                         + ": " + std::string(why));
        }

        std::shared_ptr<Disk> disk_;
        std::string path_;
    };

    std::shared_ptr<Disk> disk_; // open files outlive a crash's copy of their disk
};

} // namespace test
