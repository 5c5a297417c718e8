// SPDX-License-Identifier: Apache-2.0
// mpicd perspective: one perspective's agent, answering only its coordinators.

#include "mpicd/perspective_daemon.hpp"
#include "mpicd/process_scheduling.hpp"
#include "mpicd/roles.hpp"

#include <memory>
#include <string>

namespace mpicd {

void add_perspective(CLI::App& app, int& exit_code) {
    auto* command = app.add_subcommand("perspective", "One perspective's agent: checks what its "
                                                      "coordinators ask, over mutual TLS.");
    auto file = std::make_shared<std::string>();
    command->add_option("--config", *file, "Configuration file")->required()->type_name("FILE");
    command->callback([file, &exit_code] {
        wait_for_the_turn();
        PerspectiveDaemon(*file).run();
        exit_code = 0;
    });
}

} // namespace mpicd
