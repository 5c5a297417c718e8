// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/core/clock.hpp"
#include "mpic/model/roster.hpp"

#include <string>
#include <string_view>

namespace mpic::api {

/// The roster for machines: who checks from where, and whether that complies now and at each later
/// date of the policy, with every breach.
[[nodiscard]] std::string inventory_json(const Roster& roster, const QuorumPolicy& policy,
                                         base::WallTime now, std::string_view build);

} // namespace mpic::api
