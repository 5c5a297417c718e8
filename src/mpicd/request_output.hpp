// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace mpicd {

/// An API answer for a person: the decision, a table of perspectives, the diagnosis.
[[nodiscard]] std::string answer_text(unsigned status, const nlohmann::json& answer);

} // namespace mpicd
