// SPDX-License-Identifier: Apache-2.0
#pragma once
// Keys and tokens are in this process's memory: nothing of it goes to a disk or to another process.

namespace mpicd {

/// No core dumps, and nobody but root may look into the process by ptrace(2) or /proc: RLIMIT_CORE
/// and PR_SET_DUMPABLE. Called first of all. Sanitizers and debuggers that start the program are
/// not hindered.
void forbid_core_dumps();
/// Takes it back, as far as the limit of before allowed them: for whoever looks for a fault.
void allow_core_dumps();

} // namespace mpicd
