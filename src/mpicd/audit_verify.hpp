// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mpicd/audit_paths.hpp"

#include <iosfwd>

namespace mpicd {

/// Proves one journal: its chain, that every attempt is complete, and that each decision is the one
/// its reports amount to. Writes a line for everything that is wrong or worth knowing, with file
/// and line, and a summary. True when nothing is wrong.
[[nodiscard]] bool verify_audit(const AuditChain& chain, std::ostream& out);

} // namespace mpicd
