// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the journal needs of a file system: the seam at which tests let disks fill up and fsync
// fail.

#include "base/core/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace base::log {

/// One open segment. All calls block; used by one thread at a time, but for append() and size(),
/// which may be called beside a sync() on another thread. Failure io carries errno's text.
class JournalFile {
public:
    virtual ~JournalFile() = default;
    /// All of `bytes` at the end, or a failure after which the file may hold a part of them.
    [[nodiscard]] virtual Result<void> append(std::string_view bytes) = 0;
    /// All that was appended before the call is on the disk.
    [[nodiscard]] virtual Result<void> sync() = 0;
    /// Cuts the file to `size` octets: how a failed append is undone.
    [[nodiscard]] virtual Result<void> truncate(std::uint64_t size) = 0;
    [[nodiscard]] virtual std::uint64_t size() const = 0;
};

class JournalFiles {
public:
    virtual ~JournalFiles() = default;
    /// Names (not paths) of the folder's segments in order; makes the folder if it is absent.
    [[nodiscard]] virtual Result<std::vector<std::string>> list(const std::string& folder) = 0;
    [[nodiscard]] virtual Result<std::string> read(const std::string& path) = 0;
    /// Opens for appending, makes it if absent (mode 0600) and syncs the folder then.
    [[nodiscard]] virtual Result<std::unique_ptr<JournalFile>> open(const std::string& path) = 0;
    [[nodiscard]] virtual Result<void> write_whole(const std::string& path,
                                                   std::string_view bytes) = 0;
    /// Holds a lock on the folder until the returned handle dies; io when somebody else has it.
    [[nodiscard]] virtual Result<std::shared_ptr<void>> lock(const std::string& folder) = 0;
};

/// POSIX files with fdatasync.
class SystemJournalFiles final : public JournalFiles {
public:
    Result<std::vector<std::string>> list(const std::string& folder) override;
    Result<std::string> read(const std::string& path) override;
    Result<std::unique_ptr<JournalFile>> open(const std::string& path) override;
    Result<void> write_whole(const std::string& path, std::string_view bytes) override;
    Result<std::shared_ptr<void>> lock(const std::string& folder) override;
};

} // namespace base::log
