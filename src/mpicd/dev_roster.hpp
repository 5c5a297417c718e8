// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mpicd/dev_world.hpp"

#include <vector>

namespace mpicd {

/// The six demonstration perspectives: ids, roles, places and the loopback address each speaks
/// from. Their urls and identities are still empty.
[[nodiscard]] std::vector<DevWorld::PerspectiveInfo> dev_perspectives();

} // namespace mpicd
