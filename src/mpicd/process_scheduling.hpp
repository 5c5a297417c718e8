// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace mpicd {

/// A thread of this process that wakes waits for its turn and does not take the CPU from whoever
/// has it (SCHED_BATCH of sched(7)); see docs/adr/0010. Called before there are other threads,
/// which inherit it. A policy that was chosen from outside stays; where the system does not let
/// it, all stays as it was.
void wait_for_the_turn();

} // namespace mpicd
