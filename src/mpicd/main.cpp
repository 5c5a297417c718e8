// SPDX-License-Identifier: Apache-2.0
// mpicd: multi-perspective issuance corroboration. One binary, a command per role.

#include "mpicd/build_info.hpp"
#include "mpicd/process_memory.hpp"
#include "mpicd/roles.hpp"

#include <csignal>
#include <exception>
#include <iostream>
#include <string>
#include <sys/resource.h>

namespace {

/// Bad options, a bad configuration, a port that is taken. `mpicd check` uses 0, 1 and 2 for
/// verdicts.
constexpr int could_not_start = 3;

/// The usual limit, 1024, is there for programs that use select(); this one may have more
/// connections than that, and a journal that must not lack a descriptor.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit)); // if not, it stays as it was
}

/// Every line of `text` to stderr, each with the program's name.
void complain(const std::string& text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const auto end = std::min(text.find('\n', at), text.size());
        std::cerr << "mpicd: " << text.substr(at, end - at) << '\n';
        at = end + 1;
    }
}

} // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN); // a peer that went away is an error of one write
    mpicd::forbid_core_dumps();
    raise_descriptor_limit();
    CLI::App app("Multi-perspective issuance corroboration (CA/Browser Forum BR 3.2.2.9).",
                 "mpicd");
    app.set_version_flag("--version", [] { return mpicd::build_details(); });
    app.require_subcommand(1);
    int exit_code = 0;
    mpicd::add_coordinator(app, exit_code);
    mpicd::add_perspective(app, exit_code);
    mpicd::add_dev(app, exit_code);
    mpicd::add_check(app, exit_code);
    mpicd::add_request(app, exit_code);
    mpicd::add_config(app, exit_code);
    mpicd::add_audit(app, exit_code);
    mpicd::add_token(app, exit_code);
    mpicd::add_pki(app, exit_code);
    mpicd::add_health(app, exit_code);
    mpicd::add_manual(app, exit_code);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) // --help, --version
            return app.exit(error);
        complain(std::string(error.what()) + " (mpicd --help shows what there is)");
        return could_not_start;
    } catch (const std::exception& error) {
        complain(error.what());
        return could_not_start;
    }
    return exit_code;
}
