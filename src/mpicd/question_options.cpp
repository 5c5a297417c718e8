// SPDX-License-Identifier: Apache-2.0
#include "mpicd/question_options.hpp"

#include "mpic/wire/draft_request.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace mpicd {

namespace {

void add_policy(CLI::App& command, QuestionOptions& options) {
    command
        .add_option(
            "--issuer-domain", options.issuer_domains,
            "Decide permission for this issuer domain name; repeat for each of the CA's names")
        ->type_name("NAME")
        ->allow_extra_args(false);
    command.add_option("--account-uri", options.account_uri, "The requesting account (RFC 8657)")
        ->type_name("URI");
    command
        .add_option("--validation-method", options.validation_method,
                    "The validation method in use (RFC 8657), such as http-01")
        ->type_name("METHOD");
}

CLI::App* add_caa(CLI::App& parent, QuestionOptions& options) {
    auto* command =
        parent.add_subcommand("caa", "The relevant CAA records, and whether they permit issuance.");
    command->add_option("DOMAIN", options.domain, "Domain name, or *.NAME")->required();
    command->add_flag("--wildcard", options.wildcard, "For a wildcard certificate, as with *.NAME");
    add_policy(*command, options);
    return command;
}

CLI::App* add_http(CLI::App& parent, QuestionOptions& options) {
    auto* command = parent.add_subcommand("http", "GET http://DOMAIN/PATH, and compare the body.");
    command->add_option("DOMAIN", options.domain, "Domain name or IP address")->required();
    command->add_option("PATH", options.path, "Path, beginning with /")->required();
    command->add_option("--expected", options.expected, "The body expected")
        ->required()
        ->type_name("TEXT");
    return command;
}

CLI::App* add_dns(CLI::App& parent, QuestionOptions& options) {
    auto* command = parent.add_subcommand("dns", "A DNS record, compared with a value.");
    command->add_option("DOMAIN", options.domain, "Domain name, or *.NAME")->required();
    command->add_option("--record-type", options.record_type, "TXT, CNAME, CAA, A or AAAA")
        ->required()
        ->type_name("TYPE");
    command
        ->add_option("--prefix", options.prefix, "Labels before the name, such as _acme-challenge")
        ->type_name("LABELS");
    command->add_option("--expected", options.expected, "The value expected")
        ->required()
        ->type_name("TEXT");
    return command;
}

nlohmann::ordered_json policy_json(const QuestionOptions& options) {
    nlohmann::ordered_json policy{{"issuer-domains", options.issuer_domains}};
    if (options.wildcard)
        policy["wildcard"] = true;
    if (!options.account_uri.empty())
        policy["account-uri"] = options.account_uri;
    if (!options.validation_method.empty())
        policy["validation-method"] = options.validation_method;
    return policy;
}

} // namespace

std::vector<CLI::App*> add_questions(CLI::App& parent, QuestionOptions& options, bool with_caa) {
    parent.require_subcommand(1);
    const std::vector<CLI::App*> commands{add_caa(parent, options), add_http(parent, options),
                                          add_dns(parent, options)};
    for (auto* command : commands) {
        command->parse_complete_callback(
            [command, &options] { options.method = command->get_name(); });
        if (with_caa && command->get_name() != "caa") {
            command->add_flag("--no-caa", options.no_caa, "Do not check CAA beside");
            add_policy(*command, options);
        }
    }
    return commands;
}

std::string question_body(const QuestionOptions& options, bool with_caa) {
    nlohmann::ordered_json body{{"method", options.method}, {"domain", options.domain}};
    if (options.wildcard && !options.domain.starts_with("*."))
        body["domain"] = "*." + options.domain;
    if (options.method == "http")
        body["path"] = options.path;
    if (options.method == "dns") {
        body["record-type"] = options.record_type;
        body["prefix"] = options.prefix;
    }
    if (options.method != "caa") {
        body["expected"] = options.expected;
        if (!with_caa || options.no_caa)
            body["caa"] = false;
    }
    const bool policy = !options.issuer_domains.empty() || !options.account_uri.empty()
                        || !options.validation_method.empty();
    if (policy)
        body["caa-policy"] = policy_json(options);
    if (!options.request_id.empty())
        body["request-id"] = options.request_id;
    // Arguments need not be UTF-8; the decoder says what is wrong with what is left.
    return body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

mpic::CheckRequest make_question(const QuestionOptions& options, bool with_caa) {
    auto request =
        mpic::wire::decode_draft_request(question_body(options, with_caa), "command-line");
    if (request)
        return std::move(*request);
    std::string problems;
    for (const auto& issue : request.error())
        problems += fmt::format("{}{}: {}", problems.empty() ? "" : "\n",
                                issue.path.starts_with("$.") ? issue.path.substr(2) : issue.path,
                                issue.message);
    throw std::runtime_error(problems);
}

} // namespace mpicd
