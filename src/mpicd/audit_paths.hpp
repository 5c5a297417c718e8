// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace mpicd {

/// The segments of one journal, in order.
struct AuditChain {
    std::string folder;
    std::vector<std::string> segments;
};

/// The journals that folders and files on a command line amount to, in the order given: each folder
/// is a chain of its own, and files belong to their folder's. Throws std::runtime_error for what
/// cannot be read.
[[nodiscard]] std::vector<AuditChain> audit_chains(const std::vector<std::string>& paths);

} // namespace mpicd
