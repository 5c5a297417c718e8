// SPDX-License-Identifier: Apache-2.0
#include "base/core/file_watch.hpp"

#include <sys/stat.h>

#include <utility>

namespace base {

namespace {

std::int64_t nanoseconds(const timespec& time) {
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

} // namespace

FileWatch::Print FileWatch::print_of(const std::string& path) {
    struct stat found{};
    if (::stat(path.c_str(), &found) != 0)
        return {};
    return {.device = found.st_dev,
            .inode = found.st_ino,
            .size = static_cast<std::uint64_t>(found.st_size),
            .modified_ns = nanoseconds(found.st_mtim),
            .changed_ns = nanoseconds(found.st_ctim)};
}

FileWatch::Snapshot FileWatch::look() const {
    Snapshot now;
    for (const auto& [path, print] : known_)
        now.emplace(path, print_of(path));
    return now;
}

void FileWatch::know(const std::vector<std::string>& paths, const Snapshot& before) {
    known_.clear();
    for (const auto& path : paths) {
        const auto found = before.find(path);
        known_.emplace(path, found == before.end() ? print_of(path) : found->second);
    }
    seen_.reset();
}

bool FileWatch::settled_change() {
    Snapshot now = look();
    if (now == known_) {
        seen_.reset();
        return false;
    }
    const bool settled = seen_ == now;
    seen_ = std::move(now);
    return settled;
}

} // namespace base
