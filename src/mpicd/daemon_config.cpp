// SPDX-License-Identifier: Apache-2.0
#include "mpicd/daemon_config.hpp"

#include "base/net/tls.hpp"

#include <fmt/format.h>
#include <stdexcept>

namespace mpicd {

void describe(ConfigVisitor& v, LogConfig& config) {
    v.word({"format", "How events are written to stderr."}, config.format, {"text", "json"});
    v.word({"level", "The least important events written."}, config.level,
           {"debug", "info", "warn", "error"});
}

void describe(ConfigVisitor& v, WatchConfig& config) {
    v.milliseconds({"watch-files-ms",
                    "How often the files of this configuration, itself included, are looked at; "
                    "what has changed and settled is reloaded as by SIGHUP. 0: by SIGHUP only."},
                   config.files, 0, 3'600'000);
    v.count({"certificate-warning-days",
             "From so many days before its end a certificate in use is warned of, once a day."},
            config.certificate_warning_days, 0, 3650);
}

void describe_core_dumps(ConfigVisitor& v, bool& allowed) {
    v.flag({"core-dumps", "Let the process dump core, and others of its user look into it. Its "
                          "memory holds private keys and tokens."},
           allowed);
}

void describe(ConfigVisitor& v, base::http::ServerLimits& limits) {
    v.count({"connections", "Connections open at once, per thread."}, limits.connections, 1,
            1'000'000);
    v.count({"connections-per-address", "The same from one address, per thread."},
            limits.connections_per_address, 1, 1'000'000);
    v.count({"streams-per-connection",
             "Requests under way at once on one HTTP/2 connection; further ones are refused."},
            limits.streams, 1, 100'000);
    v.count({"head-bytes", "Octets of a request's head."}, limits.head_bytes, 1024, 1 << 20);
    v.milliseconds({"handshake-ms", "Time for a TLS handshake."}, limits.handshake, 100, 600'000);
    v.milliseconds({"head-ms", "Time for the head of a request."}, limits.head, 100, 600'000);
    v.milliseconds({"body-ms", "Time for the body of a request."}, limits.body, 100, 600'000);
    v.milliseconds({"idle-ms", "How long a connection may stay open between requests."},
                   limits.idle, 100, 3'600'000);
    v.milliseconds({"write-ms", "Time for a client to take an answer."}, limits.write, 100,
                   600'000);
}

std::unique_ptr<base::log::BoundedLogger> make_logger(const LogConfig& config) {
    using base::log::Level;
    const auto level = config.level == "debug"  ? Level::debug
                       : config.level == "info" ? Level::info
                       : config.level == "warn" ? Level::warn
                                                : Level::error;
    const auto format = config.format == "json" ? base::log::Format::json : base::log::Format::text;
    return base::log::make_stderr_logger(format, level);
}

std::vector<std::string> paths_of(const IdentityFiles& files) {
    std::vector<std::string> paths{files.certificate, files.key};
    if (!files.ca.empty())
        paths.push_back(files.ca);
    return paths;
}

std::string read_named_file(const std::string& key, const std::string& path) {
    auto content = base::net::read_file(path);
    if (!content)
        throw std::runtime_error(fmt::format("{}: {}", key, content.error().detail));
    return std::move(*content);
}

} // namespace mpicd
