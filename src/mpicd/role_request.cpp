// SPDX-License-Identifier: Apache-2.0
// mpicd request: a client of a running coordinator, with a readable table of perspectives.

#include "base/async/run_once.hpp"
#include "base/http/client.hpp"
#include "base/http/url.hpp"
#include "mpicd/build_info.hpp"
#include "mpicd/duration_option.hpp"
#include "mpicd/question_options.hpp"
#include "mpicd/request_output.hpp"
#include "mpicd/roles.hpp"
#include "mpicd/tls_files.hpp"

#include <cstdlib>
#include <fmt/format.h>
#include <iostream>
#include <nlohmann/json.hpp>

namespace mpicd {

namespace {

constexpr std::string_view api_path = "/mpic/draft-00";

struct RequestCommand {
    QuestionOptions question;
    std::string url = "https://127.0.0.1:8443";
    std::string ready_file;
    std::string token_file;
    std::string ca_file;
    base::Milliseconds timeout{60'000};
    bool json = false;
};

struct Access {
    base::http::Url url;
    std::string token;
    std::string ca_pem;
};

/// The token never stands on a command line, where every user of the machine could read it.
std::string token_of(const RequestCommand& command) {
    if (!command.token_file.empty()) {
        auto token = read_named_file("--token-file", command.token_file);
        token.erase(token.find_last_not_of(" \r\n\t") + 1);
        return token;
    }
    const char* token = std::getenv("MPICD_TOKEN");
    return token == nullptr ? std::string() : token;
}

Access access_of(RequestCommand command) {
    Access access;
    if (!command.ready_file.empty()) {
        const auto ready =
            nlohmann::json::parse(read_named_file("--ready-file", command.ready_file));
        command.url = ready.at("url").get<std::string>();
        command.ca_file = ready.at("ca-file").get<std::string>();
        access.token = ready.at("token").get<std::string>();
    } else {
        access.token = token_of(command);
    }
    if (!command.ca_file.empty())
        access.ca_pem = read_named_file("--ca-file", command.ca_file);
    auto url = base::http::parse_url(command.url);
    if (!url)
        throw std::runtime_error(fmt::format("--url: {}", url.error().detail));
    if (url->scheme != "https")
        throw std::runtime_error("--url: the API is served over https only");
    if (!url->target.ends_with(api_path))
        url->target = (url->target == "/" ? "" : url->target) + std::string(api_path);
    access.url = std::move(*url);
    return access;
}

base::http::Response post(const RequestCommand& command, const Access& access) {
    const base::SystemClock clock;
    base::asio::io_context loop(1);
    const auto tls = usable("--ca-file", base::net::verifying_client_context(access.ca_pem));
    base::http::Pool pool(loop, clock,
                          {.host = access.url.host,
                           .port = access.url.port,
                           .tls = [tls] { return tls; },
                           .peer_identity = access.url.host});
    base::http::Request request;
    request.method = "POST";
    request.target = access.url.target;
    request.headers.add("Content-Type", "application/json");
    request.headers.add("User-Agent", user_agent("request"));
    if (!access.token.empty())
        request.headers.add("Authorization", "Bearer " + access.token);
    request.body = question_body(command.question, true);
    auto response =
        base::run_once(loop, pool.send(std::move(request),
                                       base::Deadline::after(clock.steady(), command.timeout)));
    if (!response)
        throw std::runtime_error(
            fmt::format("{}: {}", access.url.to_string(), response.error().detail));
    return std::move(*response);
}

int run(const RequestCommand& command) {
    const auto response = post(command, access_of(command));
    const auto answer = nlohmann::json::parse(response.body, nullptr, false);
    if (!answer.is_object())
        throw std::runtime_error(
            fmt::format("the answer (HTTP status {}) is not a JSON object", response.status));
    std::cout << (command.json ? answer.dump(2) + "\n" : answer_text(response.status, answer));
    if (response.status != 200)
        return 3;
    return answer.value("ok", false) ? 0 : 1;
}

} // namespace

void add_request(CLI::App& app, int& exit_code) {
    auto* request = app.add_subcommand(
        "request", "Asks a running coordinator. Exit code 0: ok, 1: not ok, 3: no "
                   "corroboration took place. The token is read from --token-file or "
                   "the environment variable MPICD_TOKEN.");
    auto command = std::make_shared<RequestCommand>();
    for (auto* sub : add_questions(*request, command->question, true)) {
        sub->add_option("--url", command->url, "The service's URL")->capture_default_str();
        sub->add_option("--token-file", command->token_file, "File with the bearer token")
            ->type_name("FILE");
        sub->add_option("--ca-file", command->ca_file,
                        "CA of the service's certificate; default: the system's")
            ->type_name("FILE");
        sub->add_option("--ready-file", command->ready_file,
                        "Take url, token and CA from `mpicd dev --ready-file FILE`")
            ->type_name("FILE");
        sub->add_option("--request-id", command->question.request_id, "Echoed and logged")
            ->type_name("ID");
        add_duration(*sub, "--timeout", command->timeout,
                     "How long to wait for the answer; default 60s");
        sub->add_flag("--json", command->json, "Print the answer as it is");
        sub->callback([command, &exit_code] { exit_code = run(*command); });
    }
}

} // namespace mpicd
