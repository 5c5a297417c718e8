// SPDX-License-Identifier: Apache-2.0
// mpicd token new: a bearer token for a client, and the hash that goes into the configuration.

#include "mpicd/roles.hpp"
#include "mpicd/token.hpp"

#include <fmt/format.h>
#include <iostream>

namespace mpicd {

void add_token(CLI::App& app, int& exit_code) {
    auto* token = app.add_subcommand("token", "Bearer tokens of clients.");
    token->require_subcommand(1);
    auto* command =
        token->add_subcommand("new", "Prints a new token, and the hash for clients[].token-sha256. "
                                     "The token is shown only once.");
    auto json = std::make_shared<bool>(false);
    command->add_flag("--json", *json, "Print one JSON object");
    command->callback([json, &exit_code] {
        base::SystemRandom random;
        const auto fresh = new_token(random);
        if (*json)
            std::cout << fmt::format("{{\"token\":\"{}\",\"token-sha256\":\"{}\"}}\n", fresh.token,
                                     fresh.sha256);
        else
            std::cout << fmt::format("token         {}\ntoken-sha256  {}\n", fresh.token,
                                     fresh.sha256);
        exit_code = 0;
    });
}

} // namespace mpicd
