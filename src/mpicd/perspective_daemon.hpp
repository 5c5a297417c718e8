// SPDX-License-Identifier: Apache-2.0
#pragma once
// A perspective's agent as a process: a unit per loop, and the admin listener on the first.

#include "base/async/loop.hpp"
#include "base/core/random.hpp"
#include "base/log/metrics.hpp"
#include "mpicd/daemon_watch.hpp"
#include "mpicd/perspective_admin.hpp"
#include "mpicd/perspective_config.hpp"
#include "mpicd/perspective_unit.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mpicd {

class PerspectiveDaemon {
public:
    /// Throws ConfigError or std::runtime_error for whatever keeps it from starting.
    explicit PerspectiveDaemon(std::string config_file);

    /// Until it has been told to stop.
    void run();

private:
    void start();
    void announce();
    [[nodiscard]] base::Awaitable<void> drain(std::size_t index);
    /// Certificates, keys, CAs and the names of coordinators. What cannot be read leaves everything
    /// as it was.
    void reload();

    base::SystemClock clock_;
    base::SystemRandom random_;
    base::log::Metrics metrics_;
    std::string file_;
    PerspectiveConfig config_;
    std::unique_ptr<base::log::BoundedLogger> log_;
    base::LoopPool loops_;
    DaemonWatch watch_;
    std::optional<PerspectiveAdmin> admin_;
    std::vector<std::unique_ptr<PerspectiveUnit>> units_;
};

} // namespace mpicd
