// SPDX-License-Identifier: Apache-2.0
// mpicd check: one perspective's check from this host, no coordinator needed.

#include "base/async/run_once.hpp"
#include "mpic/check/check.hpp"
#include "mpicd/build_info.hpp"
#include "mpicd/check_output.hpp"
#include "mpicd/duration_option.hpp"
#include "mpicd/perspective_unit.hpp"
#include "mpicd/question_options.hpp"
#include "mpicd/roles.hpp"
#include "mpicd/tls_files.hpp"

#include <fmt/format.h>
#include <iostream>

namespace mpicd {

namespace {

struct CheckCommand {
    QuestionOptions question;
    std::vector<std::string> resolvers;
    std::vector<std::string> allowed;
    int retry = 1;
    base::Milliseconds timeout{20'000};
    std::uint16_t http_port = 80;
    std::uint16_t https_port = 443;
    bool mix_case = false;
    bool permit_proved_failure = false;
    bool json = false;
};

constexpr base::Milliseconds dns_try{2000};

std::vector<base::net::Endpoint> resolvers_of(const CheckCommand& command) {
    if (command.resolvers.empty())
        return base::dns::system_resolvers();
    std::vector<base::net::Endpoint> servers;
    for (const auto& text : command.resolvers) {
        const auto server = base::net::Endpoint::parse(text, 53);
        if (!server)
            throw std::runtime_error(
                fmt::format("--resolver: \"{}\" is not ADDRESS or ADDRESS:PORT", text));
        servers.push_back(*server);
    }
    return servers;
}

std::vector<base::net::Prefix> allowed_of(const CheckCommand& command) {
    std::vector<base::net::Prefix> allowed;
    for (const auto& text : command.allowed) {
        const auto prefix = base::net::Prefix::parse(text);
        if (!prefix)
            throw std::runtime_error(
                fmt::format("--allow-special-purpose: \"{}\" is not a CIDR block", text));
        allowed.push_back(*prefix);
    }
    return allowed;
}

mpic::check::CheckSettings settings_of(const CheckCommand& command) {
    mpic::check::CheckSettings settings;
    settings.user_agent = user_agent("check");
    settings.http_port = command.http_port;
    settings.https_port = command.https_port;
    settings.permit_proved_lookup_failure = command.permit_proved_failure;
    settings.dns_retries = command.retry;
    settings.dns_try = dns_try;
    settings.prove_insecure = true; // a person asks once and wants to know
    return settings;
}

void warn_test_network(const CheckCommand& command) {
    if (!command.allowed.empty() || command.http_port != 80 || command.https_port != 443)
        std::cerr
            << "mpicd: TEST NETWORK: special-purpose addresses or other ports than 80 and 443 "
               "are allowed; "
               "this result is worth nothing for issuance\n";
}

CheckResult perform(const CheckCommand& command, const mpic::CheckRequest& request) {
    const base::SystemClock clock;
    base::SystemRandom random;
    base::asio::io_context loop(1);
    auto options = resolver_options(resolvers_of(command), dns_try, {});
    options.mix_case = command.mix_case;
    base::dns::RecursiveResolver resolver(loop, clock, random, std::move(options));
    base::http::DirectExchanger http(clock, usable("http", base::net::unverified_client_context()));
    base::net::DirectHandshaker tls(clock,
                                    usable("tls-alpn-01", base::net::unverified_client_context()));
    const base::net::AddressPolicy addresses(allowed_of(command));
    const mpic::check::Vantage vantage{resolver, http, tls, addresses, clock, settings_of(command)};
    const auto deadline = base::Deadline::after(clock.steady(), command.timeout);
    CheckResult result;
    if (request.dcv)
        result.dcv = base::run_once(loop, mpic::check::check_dcv(vantage, *request.dcv, deadline));
    else
        result.caa = base::run_once(loop, mpic::check::check_caa(vantage, *request.caa, deadline));
    return result;
}

int run(const CheckCommand& command) {
    const auto request = make_question(command.question, false);
    warn_test_network(command);
    const auto result = perform(command, request);
    std::cout << (command.json ? check_json(result) : check_text(request, result));
    switch (result.finding().verdict) {
    case mpic::Verdict::passed:
        return 0;
    case mpic::Verdict::rejected:
        return 1;
    case mpic::Verdict::undetermined:
        return 2;
    }
    return 2;
}

} // namespace

void add_check(CLI::App& app, int& exit_code) {
    auto* check = app.add_subcommand(
        "check", "One perspective's check from this host. Exit code 0: passed, 1: "
                 "rejected, 2: undetermined, 3: the check could not be started.");
    auto command = std::make_shared<CheckCommand>();
    for (auto* sub : add_questions(*check, command->question, false)) {
        sub->add_option("--resolver", command->resolvers,
                        "Recursive resolver; default: the system's")
            ->type_name("ADDR[:PORT]")
            ->allow_extra_args(false);
        sub->add_option("--retry", command->retry,
                        "Further DNS tries after a failed one, each at most 2 s")
            ->check(CLI::Range(0, 5))
            ->capture_default_str();
        add_duration(*sub, "--timeout", command->timeout,
                     "For the whole check, DNS and redirects included; default 20s");
        sub->add_option(
               "--allow-special-purpose", command->allowed,
               "TEST NETWORKS ONLY: connect to this block although it is not globally reachable")
            ->type_name("CIDR")
            ->allow_extra_args(false);
        sub->add_option("--http-port", command->http_port,
                        "TEST NETWORKS ONLY: go here instead of port 80");
        sub->add_option("--https-port", command->https_port,
                        "TEST NETWORKS ONLY: go here instead of port 443");
        sub->add_flag("--mix-case", command->mix_case,
                      "Random case in the names of questions (0x20)");
        if (sub->get_name() == "caa")
            sub->add_flag("--permit-proved-lookup-failure", command->permit_proved_failure,
                          "Take a failed lookup for permission when all three conditions of BR "
                          "4.2.2.1.1 are recorded");
        sub->add_flag("--json", command->json, "Print one JSON object");
        sub->callback([command, &exit_code] { exit_code = run(*command); });
    }
}

} // namespace mpicd
