// SPDX-License-Identifier: Apache-2.0
// mpicd dev: everything on one machine, without configuration, to try and to test against.

#include "base/async/service.hpp"
#include "mpicd/build_info.hpp"
#include "mpicd/dev_world.hpp"
#include "mpicd/process_scheduling.hpp"
#include "mpicd/roles.hpp"
#include "mpicd/temporary_folder.hpp"

#include <fmt/format.h>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

namespace mpicd {

namespace {

struct DevCommand {
    std::string listen = "127.0.0.1";
    std::uint16_t port = 8443;
    std::string state_dir;
    std::string ready_file;
    std::string log_level = "warn";
};

std::string ready_json(const DevWorld& world) {
    nlohmann::ordered_json perspectives = nlohmann::ordered_json::array();
    for (const auto& [perspective, source] : world.perspectives())
        perspectives.push_back({{"id", perspective.id},
                                {"role", to_string(perspective.role)},
                                {"rir", to_string(perspective.place.rir)},
                                {"source-address", source.to_string()}});
    const nlohmann::ordered_json ready{{"url", world.url()},
                                       {"token", world.token()},
                                       {"ca-file", world.ca_file()},
                                       {"admin-url", world.admin_url()},
                                       {"target-url", world.target_url()},
                                       {"resolver", world.resolver().to_string()},
                                       {"http-port", world.http_port()},
                                       {"tls-port", world.tls_port()},
                                       {"audit-file", world.audit_file()},
                                       {"perspectives", perspectives}};
    return ready.dump(2) + "\n";
}

std::string ask(const DevWorld& world, std::string_view body) {
    return fmt::format("curl -sS --cacert {} -H 'Authorization: Bearer {}' \\\n"
                       "    -H 'Content-Type: application/json' \\\n"
                       "    -d '{}' \\\n    {}\n",
                       world.ca_file(), world.token(), body, world.url());
}

std::string set(const DevWorld& world, std::string_view path, std::string_view body) {
    return fmt::format("curl -sS -o /dev/null -X PUT -d '{}' \\\n    {}{} &&\n", body,
                       world.target_url(), path);
}

std::string welcome(const DevWorld& world) {
    std::string places;
    for (const auto& [perspective, source] : world.perspectives())
        places += fmt::format("{}{} ({}{})", places.empty() ? "" : ", ", perspective.id,
                              to_string(perspective.place.rir),
                              perspective.role == mpic::Role::primary ? ", primary" : "");
    return fmt::format(
        "{} dev: a demonstration on this machine's loopback, never for issuance.\n\n"
        "API           {}\ntoken         {}\nCA            {}\nadmin         {}\n"
        "target        {}   (DNS {}, HTTP port {} and TLS port {} for mpic.test)\naudit         "
        "{}\n"
        "perspectives  {}\n\n"
        "Three questions to paste (two of them first put the answer on the "
        "target):\n\n{}\n{}{}\n{}{}\n"
        "Ctrl-C ends it.\n",
        build_name(), world.url(), world.token(), world.ca_file(), world.admin_url(),
        world.target_url(), world.resolver().to_string(), world.http_port(), world.tls_port(),
        world.audit_file(), places, ask(world, R"({"method": "caa", "domain": "www.mpic.test"})"),
        set(world, "/http", R"({"host": "www.mpic.test", "path": "/proof", "body": "it is me"})"),
        ask(world,
            R"({"method": "http", "domain": "www.mpic.test", "path": "/proof", "expected": "it is me"})"),
        set(world, "/dns",
            R"({"name": "_proof.www.mpic.test", "type": "TXT", "values": ["it is me"]})"),
        ask(world,
            R"({"method": "dns", "domain": "www.mpic.test", "prefix": "_proof", "record-type": "TXT", "expected": "it is me"})"));
}

int run(const DevCommand& command) {
    const auto address = base::net::IpAddress::parse(command.listen);
    if (!address)
        throw std::runtime_error(
            fmt::format("--listen: \"{}\" is not an IP address", command.listen));
    std::optional<TemporaryFolder> temporary;
    if (command.state_dir.empty())
        temporary.emplace();
    const auto log = make_logger({.format = "text", .level = command.log_level});
    base::LoopPool loops(2);
    DevWorld world(loops.loop(0), loops.loop(1), *log,
                   {*address, command.port, temporary ? temporary->path() : command.state_dir});
    const auto start = [&] {
        world.start();
        std::cout << welcome(world) << std::flush;
        if (!command.ready_file.empty())
            write_file(command.ready_file, ready_json(world), true);
    };
    base::run_service(loops, {.start = start,
                              .reload = {},
                              .stopping = {},
                              .drain =
                                  [&](std::size_t loop) {
                                      return loop == 0 ? world.drain(base::Milliseconds{2000})
                                                       : world.drain_target();
                                  },
                              .ended = [&] { world.close(); }});
    return 0;
}

} // namespace

void add_dev(CLI::App& app, int& exit_code) {
    auto* sub = app.add_subcommand(
        "dev",
        "A coordinator, a primary and five remote perspectives, and a challenge-test target for "
        "mpic.test, in one process on loopback. No configuration; throw-away certificates.");
    auto command = std::make_shared<DevCommand>();
    sub->add_option("--port", command->port, "Port of the API; 0 lets the system choose")
        ->capture_default_str();
    sub->add_option("--listen", command->listen, "Loopback address of the API")
        ->type_name("ADDRESS")
        ->capture_default_str();
    sub->add_option("--state-dir", command->state_dir,
                    "Keep certificates, token and journal here across restarts; default: a "
                    "temporary folder, "
                    "removed at the end")
        ->type_name("DIR");
    sub->add_option("--ready-file", command->ready_file,
                    "Once it serves, write one JSON object here")
        ->type_name("FILE");
    sub->add_option("--log-level", command->log_level,
                    "The least important events written to stderr")
        ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
        ->capture_default_str();
    sub->callback([command, &exit_code] {
        wait_for_the_turn();
        exit_code = run(*command);
    });
}

} // namespace mpicd
