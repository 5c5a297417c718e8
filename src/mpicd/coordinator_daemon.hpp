// SPDX-License-Identifier: Apache-2.0
#pragma once
// The coordinator as a process: a unit per loop, the admin listener on the first, and what they
// share.

#include "base/async/loop.hpp"
#include "mpicd/coordinator_config.hpp"
#include "mpicd/coordinator_process.hpp"
#include "mpicd/daemon_watch.hpp"

#include <memory>
#include <string>
#include <vector>

namespace mpicd {

class CoordinatorDaemon {
public:
    /// Throws ConfigError or std::runtime_error for whatever keeps it from starting.
    explicit CoordinatorDaemon(std::string config_file);

    /// Until it has been told to stop. When the journal's disk does not answer even at the end, the
    /// process ends here with exit code 4, and the log says how many records are not durable.
    void run();

private:
    void start();
    void announce();
    /// What the journal's past says about today.
    void check_date();
    [[nodiscard]] base::Awaitable<void> drain(std::size_t index);
    /// Certificates, tokens and roster, all or nothing; listeners and limits need a restart.
    void reload();
    void end();

    std::string file_;
    CoordinatorConfig config_;
    std::unique_ptr<base::log::BoundedLogger> log_;
    CoordinatorResources resources_;
    base::LoopPool loops_;
    DaemonWatch watch_;
    Replaceable current_;
    AdminUnit admin_;
    std::vector<std::unique_ptr<CoordinatorUnit>> units_;
};

} // namespace mpicd
