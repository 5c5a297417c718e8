// SPDX-License-Identifier: Apache-2.0
#include "mpicd/audit_paths.hpp"

#include "base/log/journal_verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace mpicd {

namespace {

std::string folder_of(const std::string& segment) {
    std::error_code ignored;
    const auto folder = std::filesystem::path(segment).parent_path();
    return std::filesystem::weakly_canonical(folder.empty() ? "." : folder, ignored).string();
}

void require_readable(const std::string& segment) {
    errno = 0;
    if (std::ifstream(segment, std::ios::binary).peek(); errno != 0)
        throw std::runtime_error(
            fmt::format("{}: {}", segment, std::generic_category().message(errno)));
}

AuditChain& chain_in(std::vector<AuditChain>& chains, const std::string& folder) {
    const auto found = std::ranges::find(chains, folder, &AuditChain::folder);
    return found != chains.end() ? *found : chains.emplace_back(AuditChain{folder, {}});
}

bool same_file(const std::string& a, const std::string& b) {
    std::error_code error;
    return std::filesystem::equivalent(a, b, error);
}

} // namespace

std::vector<AuditChain> audit_chains(const std::vector<std::string>& paths) {
    std::vector<AuditChain> chains;
    for (const auto& path : paths) {
        const auto segments = base::log::journal_segments(path);
        if (!segments)
            throw std::runtime_error(segments.error().detail);
        for (const auto& segment : *segments) {
            require_readable(segment);
            auto& chain = chain_in(chains, folder_of(segment));
            if (std::ranges::none_of(chain.segments, [&](const std::string& have) {
                    return same_file(have, segment);
                }))
                chain.segments.push_back(segment);
        }
    }
    for (auto& chain : chains)
        std::ranges::sort(chain.segments, {}, [](const std::string& segment) {
            return std::filesystem::path(segment).filename();
        });
    return chains;
}

} // namespace mpicd
