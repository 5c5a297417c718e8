// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mpicd/audit_paths.hpp"

#include <iosfwd>
#include <string>

namespace mpicd {

/// Proves one journal: its chain, that every attempt is complete, and that each decision is the one
/// its reports amount to. Writes a line for everything that is wrong or worth knowing, with file
/// and line, and a summary. `anchor`, unless empty, is the hash of a line that must be in it: it
/// was written down elsewhere, and shows that the end has not been cut off since. True when nothing
/// is wrong.
[[nodiscard]] bool verify_audit(const AuditChain& chain, const std::string& anchor,
                                std::ostream& out);

} // namespace mpicd
