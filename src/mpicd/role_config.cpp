// SPDX-License-Identifier: Apache-2.0
// mpicd config check: every error of a configuration at once; the roster's compliance now and
// later.

#include "base/core/time_text.hpp"
#include "mpicd/config_manual.hpp"
#include "mpicd/config_role.hpp"
#include "mpicd/coordinator_config.hpp"
#include "mpicd/perspective_config.hpp"
#include "mpicd/roles.hpp"
#include "mpicd/tls_files.hpp"

#include <fmt/format.h>
#include <iostream>

namespace mpicd {

namespace {

int report_compliance(const CoordinatorConfig& config, base::WallTime now) {
    const auto schedule = compliance_schedule(config.roster, config.coordinator.policy, now);
    for (const auto& phase : schedule) {
        const auto since = phase.from <= now ? "now" : "from " + base::iso_date(phase.from);
        if (phase.breaches.empty())
            std::cout << fmt::format(
                "{} ({}): {}\n", since, phase.phase,
                config.coordinator.policy.is_cabf()
                    ? "compliant"
                    : "meets the demonstration policy, which is never compliant");
        for (const auto& breach : phase.breaches)
            std::cout << fmt::format("{} ({}): not compliant: {}\n", since, phase.phase, breach);
    }
    for (const auto& warning : roster_warnings(config.roster, config.coordinator.policy, now))
        std::cout << "warning: " << warning << '\n';
    return 0;
}

int check(const std::string& file) {
    const auto now = base::SystemClock().wall();
    if (is_perspective_file(file)) {
        const auto config = read_perspective_config(file);
        (void)load_mutual_server(config.tls);
        std::cout << fmt::format("{}: a perspective's configuration, without errors\n", file);
        return 0;
    }
    const auto config = read_coordinator_config(file, now);
    (void)load_public_server(config.tls);
    (void)load_mutual_client(config.agents);
    std::cout << fmt::format("{}: a coordinator's configuration, without errors\n", file);
    return report_compliance(config, now);
}

int print_manual() {
    CoordinatorConfig coordinator;
    PerspectiveConfig perspective;
    const auto now = base::SystemClock().wall();
    std::cout
        << "# Configuration\n\n"
           "Made by `mpicd config manual`; a test keeps it so. Files are JSON with `//` comments. "
           "`${NAME}` inside a string takes an environment variable, `${file:PATH}` the content of "
           "a file without the white space at its end. Unknown keys are errors, and `mpicd config "
           "check --config FILE` shows all of them at once.\n\n"
           "## Coordinator\n\n"
        << config_manual([&](ConfigVisitor& v) { describe(v, coordinator, now); })
        << "\n## Perspective\n\n"
        << config_manual([&](ConfigVisitor& v) { describe(v, perspective); });
    return 0;
}

} // namespace

void add_config(CLI::App& app, int& exit_code) {
    auto* config = app.add_subcommand("config", "Configuration files.");
    config->require_subcommand(1);
    auto* command =
        config->add_subcommand("check", "Every error at once, with its path in the file; the "
                                        "roster's compliance now and at the next dated phases.");
    auto file = std::make_shared<std::string>();
    command->add_option("--config", *file, "Configuration file of a coordinator or a perspective")
        ->required()
        ->type_name("FILE");
    command->callback([file, &exit_code] { exit_code = check(*file); });
    config->add_subcommand("manual", "Prints docs/configuration.md.")->callback([&exit_code] {
        exit_code = print_manual();
    });
}

} // namespace mpicd
