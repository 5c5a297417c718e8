// SPDX-License-Identifier: Apache-2.0
#pragma once
// What methods do that determine values: host names, contacts. Pure.

#include "mpic/model/report.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpic::check {

/// Values that one report may select; a set of more could not be compared in full.
inline constexpr std::size_t max_selected = 64;

/// With an expected value it must be among the found ones (record-mismatch) and is the selected
/// one. Without, all found ones are selected, sorted and without duplicates; none is an error of
/// the caller. `what` names the record for a person.
void select(DcvReport& report, std::vector<std::string> found,
            const std::optional<std::string>& expected, const std::string& what);

} // namespace mpic::check
