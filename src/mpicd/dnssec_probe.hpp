// SPDX-License-Identifier: Apache-2.0
#pragma once
// BR 4.2.2.2: the primary's resolver must validate. Asked, not believed.

#include "mpicd/perspective_config.hpp"

#include "base/core/random.hpp"

namespace mpicd {

/// Looks both names of the probe pair up: the good one must come back authenticated, the bogus one
/// must fail. Throws std::runtime_error saying what was seen instead.
void require_validating_resolver(const base::Clock& clock, base::Random& random,
                                 const PerspectiveConfig& config);

} // namespace mpicd
