// SPDX-License-Identifier: Apache-2.0
// mpicd health: whether a daemon on this host is well. What container engines and orchestrators
// run beside it, so that an image needs no other client.

#include "base/async/run_once.hpp"
#include "base/http/client.hpp"
#include "base/http/url.hpp"
#include "base/net/tls_handshake.hpp"
#include "mpicd/build_info.hpp"
#include "mpicd/config_role.hpp"
#include "mpicd/coordinator_config.hpp"
#include "mpicd/duration_option.hpp"
#include "mpicd/perspective_config.hpp"
#include "mpicd/roles.hpp"
#include "mpicd/tls_files.hpp"

#include <fmt/format.h>
#include <iostream>
#include <memory>

namespace mpicd {

namespace {

struct HealthCommand {
    std::string config_file;
    std::string url;
    bool ready = false;
    base::Milliseconds timeout{3'000};
};

/// Where a listener is reached from its own host.
base::net::Endpoint on_this_host(base::net::Endpoint listen) {
    const auto text = listen.address.to_string();
    if (text == "0.0.0.0")
        listen.address = *base::net::IpAddress::parse("127.0.0.1");
    if (text == "::")
        listen.address = *base::net::IpAddress::parse("::1");
    return listen;
}

/// Says how it is; true when it is well.
bool tell(const std::string& who, bool well, const std::string& how) {
    (well ? std::cout : std::cerr) << fmt::format("{}{}: {}\n", well ? "" : "mpicd: ", who, how);
    return well;
}

/// A GET of the admin listener. Well is 200.
bool ask_admin(const base::http::Url& url, base::Milliseconds timeout) {
    const base::SystemClock clock;
    base::asio::io_context loop(1);
    base::http::Pool pool(loop, clock,
                          {.host = url.host, .port = url.port, .tls = {}, .peer_identity = {}});
    base::http::Request request{.method = "GET", .target = url.target, .headers = {}, .body = {}};
    request.headers.add("User-Agent", user_agent("health"));
    const auto answer = base::run_once(
        loop, pool.send(std::move(request), base::Deadline::after(clock.steady(), timeout)));
    if (!answer)
        return tell(url.to_string(), false, answer.error().detail);
    return tell(url.to_string(), answer->status == 200, answer->body);
}

/// An agent answers its coordinators only, and nobody else's certificate will do, its own least of
/// all. That it does its part of a TLS handshake shows that its loop runs and its certificate and
/// key are there; who leaves before the turn comes to show one's own is nobody it would refuse, so
/// its log stays quiet.
bool greet_agent(const base::net::Endpoint& agent, base::Milliseconds timeout) {
    const base::SystemClock clock;
    base::asio::io_context loop(1);
    base::net::DirectHandshaker handshaker(
        clock, usable("health", base::net::unverified_client_context()));
    const auto greeted = base::run_once(
        loop, handshaker.shake_hands({.to = agent,
                                      .source = {},
                                      .server_name = "localhost",
                                      .protocol = "h2",
                                      .connect_timeout = timeout,
                                      .leave_when_asked = true},
                                     base::Deadline::after(clock.steady(), timeout)));
    const bool well = greeted.asked_for_certificate || !greeted.failure;
    return tell(agent.to_string(), well,
                well ? "answers " + greeted.tls_version : greeted.failure->detail);
}

bool ask_admin(base::net::Endpoint listen, const HealthCommand& command) {
    const auto at = on_this_host(std::move(listen));
    return ask_admin({.scheme = "http",
                      .host = at.address.to_string(),
                      .port = at.port,
                      .target = command.ready ? "/readyz" : "/healthz"},
                     command.timeout);
}

bool by_config(const HealthCommand& command) {
    if (!is_perspective_file(command.config_file))
        return ask_admin(
            read_coordinator_config(command.config_file, base::SystemClock().wall()).admin_listen,
            command);
    const auto config = read_perspective_config(command.config_file);
    if (config.admin_listen)
        return ask_admin(*config.admin_listen, command);
    return greet_agent(on_this_host(config.listen), command.timeout);
}

bool by_url(const HealthCommand& command) {
    auto url = base::http::parse_url(command.url);
    if (!url)
        throw std::runtime_error(fmt::format("--url: {}", url.error().detail));
    if (url->scheme != "http")
        throw std::runtime_error("--url: the admin listener is served over http only");
    return ask_admin(*url, command.timeout);
}

} // namespace

void add_health(CLI::App& app, int& exit_code) {
    auto* health = app.add_subcommand(
        "health", "Whether a daemon is well, asked of its admin listener; of a perspective without "
                  "one, by a TLS handshake with its agent. Exit code 0: it is, 1: it is not, 3: it "
                  "could not be asked.");
    auto command = std::make_shared<HealthCommand>();
    auto* config = health
                       ->add_option("--config", command->config_file,
                                    "The configuration that the daemon runs with")
                       ->type_name("FILE");
    health
        ->add_option("--url", command->url,
                     "Instead of --config: a URL of an admin listener, such as "
                     "http://127.0.0.1:9443/readyz")
        ->type_name("URL")
        ->excludes(config);
    health->add_flag("--ready", command->ready,
                     "With --config: whether it takes requests (/readyz instead of /healthz)");
    add_duration(*health, "--timeout", command->timeout, "For the whole of it; default 3s");
    health->callback([command, &exit_code] {
        if (command->url.empty() && command->config_file.empty())
            throw std::runtime_error("health: --config or --url is required");
        exit_code = (command->url.empty() ? by_config(*command) : by_url(*command)) ? 0 : 1;
    });
}

} // namespace mpicd
