// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace mpicd {

/// Hands free memory of the heap back to the system when there is much of it: the C library keeps
/// what many connections had needed once, for its whole life. Any thread; takes milliseconds when
/// there is something to hand back, and microseconds when not. The octets by which the process has
/// become smaller.
std::uint64_t give_back_memory();

} // namespace mpicd
