// SPDX-License-Identifier: Apache-2.0
// mpicd coordinator: the HTTPS API that a CA's issuance pipeline POSTs to.

#include "mpicd/coordinator_daemon.hpp"
#include "mpicd/process_scheduling.hpp"
#include "mpicd/roles.hpp"

#include <memory>
#include <string>

namespace mpicd {

void add_coordinator(CLI::App& app, int& exit_code) {
    auto* command = app.add_subcommand("coordinator", "The HTTPS API that a CA's issuance pipeline "
                                                      "POSTs to.");
    auto file = std::make_shared<std::string>();
    command->add_option("--config", *file, "Configuration file")->required()->type_name("FILE");
    command->callback([file, &exit_code] {
        wait_for_the_turn();
        CoordinatorDaemon(*file).run();
        exit_code = 0;
    });
}

} // namespace mpicd
