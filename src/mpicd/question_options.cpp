// SPDX-License-Identifier: Apache-2.0
#include "mpicd/question_options.hpp"

#include <utility>

namespace mpicd {

namespace {

CLI::App* add_method(CLI::App& parent, const char* name, const char* what, QuestionOptions& options,
                     const char* domain = "Domain name, or *.NAME") {
    auto* command = parent.add_subcommand(name, what);
    command->add_option("DOMAIN", options.domain, domain)->required();
    return command;
}

void add_issuers(CLI::App& command, QuestionOptions& options, const char* what) {
    command.add_option("--issuer-domain", options.issuer_domains, what)
        ->type_name("NAME")
        ->allow_extra_args(false);
}

void add_account(CLI::App& command, QuestionOptions& options, const char* what) {
    command.add_option("--account-uri", options.account_uri, what)->type_name("URI");
}

void add_policy(CLI::App& command, QuestionOptions& options) {
    if (command.get_name() != "dns-persist-01") { // which has the first two of its own
        add_issuers(
            command, options,
            "Decide permission for this issuer domain name; repeat for each of the CA's names");
        add_account(command, options, "The requesting account (RFC 8657)");
    }
    command
        .add_option("--validation-method", options.validation_method,
                    "The validation method in use (RFC 8657), such as http-01")
        ->type_name("METHOD");
}

CLI::App* add_caa(CLI::App& parent, QuestionOptions& options) {
    auto* command = add_method(
        parent, "caa", "The relevant CAA records, and whether they permit issuance.", options);
    command->add_flag("--wildcard", options.wildcard, "For a wildcard certificate, as with *.NAME");
    add_policy(*command, options);
    return command;
}

CLI::App* add_http(CLI::App& parent, QuestionOptions& options) {
    auto* command = add_method(parent, "http", "GET http://DOMAIN/PATH, and compare the body.",
                               options, "Domain name or IP address");
    command->add_option("PATH", options.path, "Path, beginning with /")->required();
    command->add_option("--expected", options.expected, "The body expected")
        ->required()
        ->type_name("TEXT");
    return command;
}

CLI::App* add_website_change(CLI::App& parent, QuestionOptions& options) {
    auto* command = add_method(
        parent, "website-change",
        "A file under /.well-known/pki-validation/, compared (BR 3.2.2.4.18, 3.2.2.5.1).", options,
        "Domain name or IP address");
    command->add_option("PATH", options.path, "Path, beginning with /.well-known/pki-validation/")
        ->required();
    command->add_option("--scheme", options.scheme, "http or https; default http")
        ->check(CLI::IsMember({"http", "https"}));
    command->add_option("--expected", options.expected, "The body expected")
        ->required()
        ->type_name("TEXT");
    return command;
}

CLI::App* add_dns(CLI::App& parent, QuestionOptions& options) {
    auto* command = add_method(parent, "dns", "A DNS record, compared with a value.", options);
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

/// One of the two; the decoder says so when there is neither.
void add_key(CLI::App& command, QuestionOptions& options) {
    auto* whole = command
                      .add_option("--key-authorization", options.key_authorization,
                                  "TOKEN.THUMBPRINT (RFC 8555 section 8.1)")
                      ->type_name("TEXT");
    command
        .add_option("--key-authorization-digest", options.key_digest,
                    "Its SHA-256 in base64url, in its place")
        ->type_name("TEXT")
        ->excludes(whole);
}

CLI::App* add_tls_alpn(CLI::App& parent, QuestionOptions& options) {
    auto* command = add_method(parent, "tls-alpn-01",
                               "The challenge certificate of a TLS server (RFC 8737, RFC 8738).",
                               options, "Domain name or IP address");
    add_key(*command, options);
    return command;
}

CLI::App* add_dns_01(CLI::App& parent, QuestionOptions& options) {
    auto* command = add_method(
        parent, "dns-01", "The TXT record at _acme-challenge (RFC 8555 section 8.4).", options);
    add_key(*command, options);
    return command;
}

CLI::App* add_dns_account(CLI::App& parent, QuestionOptions& options) {
    auto* command =
        add_method(parent, "dns-account-01",
                   "The TXT record at the account's own label (BR 3.2.2.4.21).", options);
    command->add_option("--account-url", options.account_url, "The ACME account's URL")
        ->required()
        ->type_name("URL");
    add_key(*command, options);
    return command;
}

CLI::App* add_dns_persist(CLI::App& parent, QuestionOptions& options) {
    auto* command = add_method(
        parent, "dns-persist-01",
        "The TXT record that binds a name or address to an account (BR 3.2.2.4.22, 3.2.2.5.8).",
        options, "Domain name, *.NAME, or IP address");
    add_issuers(*command, options,
                "An issuer domain name that the record may be for; repeat for each of the CA's");
    add_account(*command, options, "The account that the record must name");
    command->get_option("--issuer-domain")->required();
    command->get_option("--account-uri")->required();
    command
        ->add_option("--policy", options.policy,
                     "What the record's policy must say, such as wildcard; default: no matter")
        ->type_name("WORD");
    return command;
}

CLI::App* add_ip_reverse(CLI::App& parent, QuestionOptions& options) {
    auto* command = parent.add_subcommand(
        "ip-reverse", "The host names of an address's PTR records (BR 3.2.2.5.3).");
    command->add_option("ADDRESS", options.domain, "IP address")->required();
    command
        ->add_option("--fqdn", options.expected, "The name that must be among them; default: any")
        ->type_name("NAME");
    return command;
}

CLI::App* add_contact(CLI::App& parent, QuestionOptions& options) {
    auto* command =
        add_method(parent, "contact",
                   "The contacts that a domain publishes (BR 3.2.2.4.13, .14, .16, .17).", options);
    command->add_option("--kind", options.kind, "email or phone")
        ->required()
        ->check(CLI::IsMember({"email", "phone"}));
    command->add_option("--source", options.source, "caa or txt")
        ->required()
        ->check(CLI::IsMember({"caa", "txt"}));
    command
        ->add_option("--expected", options.expected,
                     "The contact that must be among them; default: any")
        ->type_name("CONTACT");
    return command;
}

} // namespace

std::vector<CLI::App*> add_questions(CLI::App& parent, QuestionOptions& options, bool with_caa) {
    parent.require_subcommand(1);
    std::vector<CLI::App*> commands;
    for (const auto add : {add_caa, add_http, add_dns, add_website_change, add_tls_alpn, add_dns_01,
                           add_dns_account, add_dns_persist, add_ip_reverse, add_contact})
        commands.push_back(add(parent, options));
    for (auto* command : commands) {
        const std::string name = command->get_name();
        command->parse_complete_callback(
            [command, &options] { options.method = command->get_name(); });
        if (with_caa && name != "caa" && name != "ip-reverse") {
            command->add_flag("--no-caa", options.no_caa, "Do not check CAA beside");
            add_policy(*command, options);
        }
    }
    return commands;
}

} // namespace mpicd
