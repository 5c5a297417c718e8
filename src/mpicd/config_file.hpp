// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reads a configuration file: JSON with // comments, ${NAME} in strings taken from the environment,
// every problem at once with its path in the file.

#include "base/json/reader.hpp"
#include "mpicd/config_visitor.hpp"

#include <functional>
#include <stdexcept>
#include <string>

namespace mpicd {

/// A configuration that cannot be used. what() lists every problem, one line each.
class ConfigError : public std::runtime_error {
public:
    ConfigError(const std::string& file, const base::json::Issues& issues);
};

/// Shows the file's content to `describe`. Throws ConfigError, also when the file cannot be read.
void read_config(const std::string& file, const std::function<void(ConfigVisitor&)>& describe);

} // namespace mpicd
