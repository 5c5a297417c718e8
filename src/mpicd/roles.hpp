// SPDX-License-Identifier: Apache-2.0
#pragma once
// The commands of the binary. Each add_… gives the command line its options and sets `exit_code`
// when it runs; exceptions that reach main() are a failed start.

#include <CLI/CLI.hpp>

namespace mpicd {

void add_coordinator(CLI::App& app, int& exit_code);
void add_perspective(CLI::App& app, int& exit_code);
void add_dev(CLI::App& app, int& exit_code);
void add_check(CLI::App& app, int& exit_code);
void add_request(CLI::App& app, int& exit_code);
void add_config(CLI::App& app, int& exit_code);
void add_audit(CLI::App& app, int& exit_code);
void add_token(CLI::App& app, int& exit_code);
void add_pki(CLI::App& app, int& exit_code);
void add_health(CLI::App& app, int& exit_code);
void add_manual(CLI::App& app, int& exit_code);

} // namespace mpicd
