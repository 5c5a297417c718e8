// SPDX-License-Identifier: Apache-2.0
#pragma once
// Whether files have changed, asked again and again. Asking stat(2) instead of waiting for inotify
// also sees what happens on network file systems, behind bind mounts, and to symbolic links that
// are turned elsewhere, as Kubernetes does with its secrets.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace base {

/// One thread. Blocks for as long as stat(2) does.
class FileWatch {
public:
    /// What stat(2) says of a file; all zero where there is none.
    struct Print {
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        std::uint64_t size = 0;
        std::int64_t modified_ns = 0;
        std::int64_t changed_ns = 0;
        bool operator==(const Print&) const = default;
    };
    using Snapshot = std::map<std::string, Print>;

    /// The watched files as they are now: to be taken before they are read.
    [[nodiscard]] Snapshot look() const;
    /// From now on watches `paths`, and what they were at `before` is no news; a file that is not
    /// in it is known as it is now.
    void know(const std::vector<std::string>& paths, const Snapshot& before = {});
    /// True when the files are not as they were known, and have stayed the same since the last
    /// call: whoever writes them has paused. True again at every call until know().
    [[nodiscard]] bool settled_change();

private:
    [[nodiscard]] static Print print_of(const std::string& path);

    Snapshot known_;
    std::optional<Snapshot> seen_; ///< another state than `known_`, at the last call
};

} // namespace base
