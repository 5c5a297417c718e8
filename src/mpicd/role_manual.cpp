// SPDX-License-Identifier: Apache-2.0
// mpicd manual, mpicd completion: documents that are made of the command line itself.

#include "mpicd/command_tree.hpp"
#include "mpicd/roles.hpp"

#include <iostream>

namespace mpicd {

void add_manual(CLI::App& app, int& exit_code) {
    app.add_subcommand("manual", "Prints the man page, mpicd.1.")->callback([&app, &exit_code] {
        std::cout << manual_page(command_tree(app));
        exit_code = 0;
    });
    auto* completion = app.add_subcommand("completion", "Prints a shell's completion script.");
    completion->require_subcommand(1);
    completion
        ->add_subcommand("bash", "For bash: source it, or put it where bash-completion looks.")
        ->callback([&app, &exit_code] {
            std::cout << bash_completion(command_tree(app));
            exit_code = 0;
        });
    completion->add_subcommand("zsh", "For zsh: a file _mpicd in a folder of $fpath.")
        ->callback([&app, &exit_code] {
            std::cout << zsh_completion(command_tree(app));
            exit_code = 0;
        });
}

} // namespace mpicd
