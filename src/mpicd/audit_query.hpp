// SPDX-License-Identifier: Apache-2.0
#pragma once
// Finds records in a journal. Reads line by line: memory does not depend on the journal's size.

#include "base/core/clock.hpp"
#include "mpicd/audit_paths.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace mpicd {

struct AuditFilter {
    std::string domain;     ///< normalised; matches *.domain too. Empty: any
    std::string request_id; ///< empty: any
    std::optional<base::WallTime> since;
    std::optional<base::WallTime> until; ///< exclusive
    std::optional<bool> ok;              ///< decisions only
};

/// "www.example.com", "*.example.com", a U-label, an IP address: as records have it. Throws
/// std::runtime_error for anything else.
[[nodiscard]] std::string normalised_target(const std::string& domain);

/// What a search brought, and the lines that were none of a journal.
struct AuditFound {
    std::uint64_t records = 0;
    std::uint64_t unreadable = 0;
};

/// Calls `each` with every decision and late record that matches: the line as it stands, and
/// parsed. `complain` gets a sentence for each line that cannot be read, but for one being written.
[[nodiscard]] AuditFound
search_audit(const AuditChain& chain, const AuditFilter& filter,
             const std::function<void(std::string_view line, const nlohmann::json&)>& each,
             const std::function<void(std::string)>& complain);

} // namespace mpicd
