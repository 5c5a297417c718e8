// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace mpicd {

/// "mpicd 0.1.0 (abc1234)": in --version, agents' reports and the User-Agent.
[[nodiscard]] std::string build_name();
/// "mpicd/0.1.0 (perspective fra)": fixed for a perspective, so that operators of filters can allow
/// it.
[[nodiscard]] std::string user_agent(const std::string& perspective);
/// --version: build, compiler and library versions, a line each.
[[nodiscard]] std::string build_details();

} // namespace mpicd
