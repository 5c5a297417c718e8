// SPDX-License-Identifier: Apache-2.0
#include "base/log/journal_file.hpp"

#include "base/log/journal_line.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace base::log {
namespace {

std::unexpected<Failure> errno_failure(std::string_view verb, std::string_view path, int error) {
    return fail(FailureKind::io, fmt::format("cannot {} {}: {}", verb, path,
                                             std::generic_category().message(error)));
}

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0)
            ::close(fd_);
    }
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;

    [[nodiscard]] int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_;
};

Descriptor open_file(const std::string& path, int flags) {
    constexpr mode_t only_owner = 0600;
    return Descriptor(::open(path.c_str(), flags | O_CLOEXEC, only_owner));
}

Result<void> write_all(int fd, std::string_view bytes, const std::string& path) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno_failure("write", path, errno);
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

/// A new name is durable only when its folder is.
Result<void> sync_folder(const std::string& path) {
    const Descriptor folder = open_file(path, O_RDONLY | O_DIRECTORY);
    if (!folder || ::fsync(folder.get()) != 0)
        return errno_failure("sync folder", path, errno);
    return {};
}

std::string folder_of(const std::string& path) {
    const std::string folder = std::filesystem::path(path).parent_path();
    return folder.empty() ? "." : folder;
}

Result<void> make_folder(const std::string& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
        return {};
    const std::string parent = folder_of(path);
    std::filesystem::create_directories(parent, error);
    constexpr mode_t only_owner = 0700;
    if (::mkdir(path.c_str(), only_owner) != 0 && errno != EEXIST)
        return errno_failure("make folder", path, errno);
    return sync_folder(parent);
}

class SystemJournalFile final : public JournalFile {
public:
    SystemJournalFile(Descriptor fd, std::string path, std::uint64_t size)
        : fd_(std::move(fd)), path_(std::move(path)), size_(size) {}

    [[nodiscard]] Result<void> append(std::string_view bytes) override {
        auto written = write_all(fd_.get(), bytes, path_);
        if (written)
            size_ += bytes.size();
        else
            refresh_size();
        return written;
    }

    [[nodiscard]] Result<void> sync() override {
        // fdatasync writes a new size when data needs it to be found; after a cut it need not.
        const int rc = was_cut_ ? ::fsync(fd_.get()) : ::fdatasync(fd_.get());
        if (rc != 0)
            return errno_failure("sync", path_, errno);
        was_cut_ = false;
        return {};
    }

    [[nodiscard]] Result<void> truncate(std::uint64_t size) override {
        if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0)
            return errno_failure("truncate", path_, errno);
        was_cut_ = true;
        size_ = size;
        return {};
    }

    [[nodiscard]] std::uint64_t size() const override { return size_; }

private:
    void refresh_size() {
        struct stat status{};
        if (::fstat(fd_.get(), &status) == 0)
            size_ = static_cast<std::uint64_t>(status.st_size);
    }

    Descriptor fd_;
    std::string path_;
    std::uint64_t size_;
    bool was_cut_ = false;
};

} // namespace

Result<std::vector<std::string>> SystemJournalFiles::list(const std::string& folder) {
    if (auto made = make_folder(folder); !made)
        return std::unexpected(made.error());
    std::vector<std::string> names;
    std::error_code error;
    for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error))
        if (std::string name = at->path().filename(); segment_number(name))
            names.push_back(std::move(name));
    if (error)
        return errno_failure("list", folder, error.value());
    std::ranges::sort(names);
    return names;
}

Result<std::string> SystemJournalFiles::read(const std::string& path) {
    const Descriptor fd = open_file(path, O_RDONLY);
    if (!fd)
        return errno_failure("open", path, errno);
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0)
        return errno_failure("read", path, errno);
    std::string out(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t filled = 0;
    while (filled < out.size()) {
        const ssize_t n = ::read(fd.get(), out.data() + filled, out.size() - filled);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno_failure("read", path, errno);
        if (n == 0) // it has become shorter
            break;
        filled += static_cast<std::size_t>(n);
    }
    out.resize(filled);
    return out;
}

Result<std::unique_ptr<JournalFile>> SystemJournalFiles::open(const std::string& path) {
    constexpr int flags = O_WRONLY | O_APPEND;
    Descriptor fd = open_file(path, flags);
    if (!fd && errno == ENOENT) {
        Descriptor made = open_file(path, flags | O_CREAT | O_EXCL);
        if (!made)
            return errno_failure("make", path, errno);
        if (auto synced = sync_folder(folder_of(path)); !synced)
            return std::unexpected(synced.error());
        return std::make_unique<SystemJournalFile>(std::move(made), path, 0U);
    }
    struct stat status{};
    if (!fd || ::fstat(fd.get(), &status) != 0)
        return errno_failure("open", path, errno);
    return std::make_unique<SystemJournalFile>(std::move(fd), path,
                                               static_cast<std::uint64_t>(status.st_size));
}

Result<void> SystemJournalFiles::write_whole(const std::string& path, std::string_view bytes) {
    const Descriptor fd = open_file(path, O_WRONLY | O_CREAT | O_TRUNC);
    if (!fd)
        return errno_failure("make", path, errno);
    if (auto written = write_all(fd.get(), bytes, path); !written)
        return written;
    if (::fsync(fd.get()) != 0)
        return errno_failure("sync", path, errno);
    return sync_folder(folder_of(path));
}

Result<std::shared_ptr<void>> SystemJournalFiles::lock(const std::string& folder) {
    if (auto made = make_folder(folder); !made)
        return std::unexpected(made.error());
    const std::string path = folder + "/journal.lock";
    auto fd = std::make_shared<Descriptor>(open_file(path, O_RDWR | O_CREAT));
    if (!*fd)
        return errno_failure("open", path, errno);
    if (::flock(fd->get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            return fail(FailureKind::io,
                        fmt::format("another process writes the journal in {}", folder));
        return errno_failure("lock", path, errno);
    }
    return fd;
}

} // namespace base::log
