// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mpic/model/roster.hpp"

#include <string>
#include <vector>

namespace mpic {

/// What is ill-formed or used twice among ids, URLs, certificate identities and resolver ids.
[[nodiscard]] std::vector<std::string> roster_form_breaches(const Roster& roster);

} // namespace mpic
