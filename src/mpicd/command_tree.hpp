// SPDX-License-Identifier: Apache-2.0
#pragma once
// The command line as values: what the man page and the completion scripts are made of, so that
// they cannot say other than --help.

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace mpicd {

struct CommandOption {
    std::vector<std::string> names; ///< "--json"; empty for a positional
    std::string value;              ///< "FILE", a positional's name; empty for a flag
    std::vector<std::string> choices;
    std::string range;  ///< "0 - 5"
    std::string preset; ///< its default as text
    std::string description;
    bool required = false;
    bool repeatable = false;

    [[nodiscard]] bool is_file() const;
};

struct Command {
    std::string path; ///< "audit query"; empty for the program itself
    std::string description;
    std::vector<CommandOption> options; ///< in the order of --help
    std::vector<CommandOption> positionals;
    std::vector<std::string> subcommands; ///< their last words
};

/// The program and every command below it, each before its subcommands.
[[nodiscard]] std::vector<Command> command_tree(const CLI::App& program);

/// mpicd.1, in the man macros.
[[nodiscard]] std::string manual_page(const std::vector<Command>& commands);
[[nodiscard]] std::string bash_completion(const std::vector<Command>& commands);
[[nodiscard]] std::string zsh_completion(const std::vector<Command>& commands);

} // namespace mpicd
