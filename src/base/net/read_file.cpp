// SPDX-License-Identifier: Apache-2.0
#include "base/net/tls.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace base::net {

namespace {

struct Closes {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

std::unexpected<Failure> errno_failure(const std::string& path) {
    const auto reason = std::generic_category().message(errno);
    return fail(FailureKind::io, fmt::format("reading {}: {}", path, reason));
}

} // namespace

Result<std::string> read_file(const std::string& path, std::size_t limit) {
    const std::unique_ptr<std::FILE, Closes> file(std::fopen(path.c_str(), "rbe"));
    if (!file)
        return errno_failure(path);
    std::string content;
    std::array<char, 16384> buffer;
    while (const auto size = std::fread(buffer.data(), 1, buffer.size(), file.get())) {
        content.append(buffer.data(), size);
        if (content.size() > limit)
            return fail(FailureKind::io,
                        fmt::format("reading {}: larger than {} bytes", path, limit));
    }
    if (std::ferror(file.get()) != 0)
        return errno_failure(path);
    return content;
}

} // namespace base::net
