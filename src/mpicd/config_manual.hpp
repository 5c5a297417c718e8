// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mpicd/config_visitor.hpp"

#include <functional>
#include <string>

namespace mpicd {

/// A Markdown table of every field that `describe` shows: path, type and range, default, meaning.
[[nodiscard]] std::string config_manual(const std::function<void(ConfigVisitor&)>& describe);

} // namespace mpicd
