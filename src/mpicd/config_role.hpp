// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace mpicd {

/// Whether a configuration file is a perspective's: it names its resolvers, a coordinator's does
/// not. Never throws for what is wrong in the file: reading it as what it is says that better.
[[nodiscard]] bool is_perspective_file(const std::string& file);

} // namespace mpicd
