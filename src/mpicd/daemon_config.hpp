// SPDX-License-Identifier: Apache-2.0
#pragma once
// The parts of a configuration that both daemons have.

#include "base/http/server.hpp"
#include "base/log/logger.hpp"
#include "mpicd/config_visitor.hpp"

#include <memory>
#include <string>
#include <vector>

namespace mpicd {

/// PEM files.
struct IdentityFiles {
    std::string certificate;
    std::string key;
    std::string ca;
};

/// Those that are named.
[[nodiscard]] std::vector<std::string> paths_of(const IdentityFiles& files);

struct LogConfig {
    std::string format = "text";
    std::string level = "info";
};

/// What a daemon watches beside its requests.
struct WatchConfig {
    base::Milliseconds files{2'000};   ///< between two looks; 0: only SIGHUP reloads
    int certificate_warning_days = 30; ///< before the end
};

void describe(ConfigVisitor& v, LogConfig& config);
/// Keys of the configuration's top level.
void describe(ConfigVisitor& v, WatchConfig& config);
void describe_core_dumps(ConfigVisitor& v, bool& allowed);
void describe(ConfigVisitor& v, base::http::ServerLimits& limits);

[[nodiscard]] std::unique_ptr<base::log::BoundedLogger> make_logger(const LogConfig& config);

/// The content of a file that the configuration names. Throws std::runtime_error naming key and
/// file.
[[nodiscard]] std::string read_named_file(const std::string& key, const std::string& path);

} // namespace mpicd
