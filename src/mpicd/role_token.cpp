// SPDX-License-Identifier: Apache-2.0
// mpicd token new: a bearer token for a client, and the hash that goes into the configuration.

#include "mpicd/pki.hpp"
#include "mpicd/roles.hpp"
#include "mpicd/token.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <iostream>

namespace mpicd {

namespace {

struct TokenCommand {
    std::string file;
    bool json = false;
};

/// The token to FILE, for its client alone; its hash to FILE.sha256, for the coordinator.
void keep(const std::string& file, const Token& fresh) {
    write_file(file + ".sha256", fresh.sha256 + "\n", false);
    write_file(file, fresh.token + "\n", true);
}

void show(const Token& fresh, bool json) {
    std::cout << fmt::format(fmt::runtime(json ? "{{\"token\":\"{}\",\"token-sha256\":\"{}\"}}\n"
                                               : "token         {}\ntoken-sha256  {}\n"),
                             fresh.token, fresh.sha256);
}

void make(const TokenCommand& command) {
    if (!command.file.empty() && std::filesystem::exists(command.file))
        return;
    base::SystemRandom random;
    const auto fresh = new_token(random);
    if (command.file.empty())
        show(fresh, command.json);
    else
        keep(command.file, fresh);
}

} // namespace

void add_token(CLI::App& app, int& exit_code) {
    auto* token = app.add_subcommand("token", "Bearer tokens of clients.");
    token->require_subcommand(1);
    auto* command =
        token->add_subcommand("new", "Prints a new token, and the hash for clients[].token-sha256. "
                                     "The token is shown only once.");
    auto options = std::make_shared<TokenCommand>();
    command
        ->add_option(
            "--file", options->file,
            "Print nothing: write the token to FILE (mode 0600) and its hash to FILE.sha256; "
            "a FILE that is there is kept")
        ->type_name("FILE");
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback([options, &exit_code] {
        make(*options);
        exit_code = 0;
    });
}

} // namespace mpicd
