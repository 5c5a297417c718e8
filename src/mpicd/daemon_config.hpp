// SPDX-License-Identifier: Apache-2.0
#pragma once
// The parts of a configuration that both daemons have.

#include "base/http/server.hpp"
#include "base/log/logger.hpp"
#include "mpicd/config_visitor.hpp"

#include <string>

namespace mpicd {

/// PEM files.
struct IdentityFiles {
    std::string certificate;
    std::string key;
    std::string ca;
};

struct LogConfig {
    std::string format = "text";
    std::string level = "info";
};

void describe(ConfigVisitor& v, LogConfig& config);
void describe(ConfigVisitor& v, base::http::ServerLimits& limits);

[[nodiscard]] std::unique_ptr<base::log::Logger> make_logger(const LogConfig& config);

/// The content of a file that the configuration names. Throws std::runtime_error naming key and
/// file.
[[nodiscard]] std::string read_named_file(const std::string& key, const std::string& path);

} // namespace mpicd
