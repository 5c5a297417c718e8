// SPDX-License-Identifier: Apache-2.0
// mpicd pki init: a private CA with coordinator and perspective certificates.

#include "mpicd/pki.hpp"
#include "mpicd/roles.hpp"

#include <fmt/format.h>
#include <iostream>

namespace mpicd {

namespace {

struct PkiOptions {
    std::string folder;
    std::vector<std::string> perspectives;
    std::vector<std::string> hosts{"localhost", "127.0.0.1", "::1"};
    int days = 365;
};

void show(const char* what, const IdentityFiles& files, const std::string& identity) {
    std::cout << fmt::format("{:<22} {}  identity {}\n", what, files.certificate, identity);
}

int init(const PkiOptions& options) {
    const base::SystemClock clock;
    Pki pki(options.folder, clock, std::chrono::days(options.days));
    std::cout << fmt::format("{:<22} {}\n", "private CA", pki.ca_file());
    show("coordinator", pki.coordinator(), Pki::coordinator_identity());
    for (const auto& id : options.perspectives)
        show(("perspective " + id).c_str(), pki.perspective(id), Pki::perspective_identity(id));
    std::cout << fmt::format("{:<22} {}\n", "public listener",
                             pki.server(options.hosts).certificate);
    return 0;
}

} // namespace

void add_pki(CLI::App& app, int& exit_code) {
    auto* pki = app.add_subcommand("pki", "Certificates for mutual TLS.");
    pki->require_subcommand(1);
    auto* command = pki->add_subcommand(
        "init", "Makes a private CA in DIR, a certificate for the coordinator, "
                "one for each perspective, and one for the public listener. "
                "What is there already is kept, but for certificates that end within a day.");
    auto options = std::make_shared<PkiOptions>();
    command->add_option("DIR", options->folder, "Folder for certificates and keys")->required();
    command
        ->add_option("--perspective", options->perspectives, "A perspective's id; repeat for each")
        ->type_name("ID")
        ->allow_extra_args(false);
    command
        ->add_option("--host", options->hosts,
                     "A name or address of the public listener; repeat for each")
        ->type_name("HOST")
        ->allow_extra_args(false)
        ->capture_default_str();
    command->add_option("--days", options->days, "Validity")
        ->check(CLI::Range(1, 3650))
        ->capture_default_str();
    command->callback([options, &exit_code] { exit_code = init(*options); });
}

} // namespace mpicd
