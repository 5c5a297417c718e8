// SPDX-License-Identifier: Apache-2.0
#pragma once
// What both daemons do beside their requests: notice files that change and certificates that end,
// and measure their own loops and log.

#include "base/async/loop.hpp"
#include "base/async/periodic.hpp"
#include "base/core/file_watch.hpp"
#include "base/log/logger.hpp"
#include "base/log/metrics.hpp"
#include "base/net/certificate_watch.hpp"
#include "mpicd/daemon_config.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace mpicd {

/// What a daemon runs on, as its configuration named it.
struct LoadedFiles {
    std::vector<std::string> paths;
    std::vector<base::net::NamedCertificate> certificates;
};

class DaemonWatch {
public:
    /// `reload` is called on the first loop when files have changed and settled; like every reload
    /// it ends with loaded() or refused(). References outlive it.
    DaemonWatch(base::LoopPool& loops, const base::Clock& clock, base::log::BoundedLogger& log,
                base::log::Metrics& metrics, const WatchConfig& config,
                std::function<void()> reload);

    /// Once, before the loops run.
    void start();
    /// The watched files, before a reload reads them.
    [[nodiscard]] base::FileWatch::Snapshot look() const { return files_.look(); }
    /// These are in use now; what they were at `before` is no news.
    void loaded(const LoadedFiles& now, const base::FileWatch::Snapshot& before);
    /// What the files were at `before` cannot be used, and has been said once.
    void refused(const base::FileWatch::Snapshot& before);

private:
    [[nodiscard]] base::Awaitable<void> look_at_files();
    [[nodiscard]] base::Awaitable<void> look_at_certificates();
    [[nodiscard]] base::Awaitable<void> measure(base::log::Histogram* lag, bool first,
                                                base::SteadyTime::duration late);

    const base::Clock& clock_;
    base::log::BoundedLogger& log_;
    std::function<void()> reload_;
    std::vector<std::string> paths_;
    base::FileWatch files_;
    base::net::CertificateWatch certificates_;
    base::log::Counter& dropped_lines_;
    std::uint64_t dropped_ = 0;                             ///< told so far
    std::vector<std::unique_ptr<base::Periodic>> periodic_; // last: they refer to the others
};

/// Every `${file:PATH}` in a configuration file: files that it reads besides those it names.
[[nodiscard]] std::vector<std::string> files_read_by(const std::string& config_file);

} // namespace mpicd
