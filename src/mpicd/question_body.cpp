// SPDX-License-Identifier: Apache-2.0
// From the options of a question to the API's own JSON.

#include "mpic/wire/draft_request.hpp"
#include "mpicd/question_options.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace mpicd {

namespace {

using Json = nlohmann::ordered_json;
using Put = void (*)(Json& body, const QuestionOptions& options);

void put_given(Json& body, const char* key, const std::string& value) {
    if (!value.empty())
        body[key] = value;
}

void put_nothing(Json& /*body*/, const QuestionOptions& /*options*/) {}

void put_http(Json& body, const QuestionOptions& options) {
    body["path"] = options.path;
    put_given(body, "scheme", options.scheme);
    body["expected"] = options.expected;
}

void put_dns(Json& body, const QuestionOptions& options) {
    body["record-type"] = options.record_type;
    body["prefix"] = options.prefix;
    body["expected"] = options.expected;
}

void put_challenge(Json& body, const QuestionOptions& options) {
    put_given(body, "key-authorization", options.key_authorization);
    put_given(body, "key-authorization-digest", options.key_digest);
    put_given(body, "account-url", options.account_url);
}

void put_persist(Json& body, const QuestionOptions& options) {
    body["issuer-domains"] = options.issuer_domains;
    put_given(body, "account-uri", options.account_uri);
    put_given(body, "policy", options.policy);
}

void put_reverse(Json& body, const QuestionOptions& options) {
    put_given(body, "fqdn", options.expected);
}

void put_contact(Json& body, const QuestionOptions& options) {
    body["kind"] = options.kind;
    body["source"] = options.source;
    put_given(body, "expected", options.expected);
}

struct Method {
    std::string_view name;
    Put put;
};
constexpr Method methods[] = {
    {"caa", put_nothing},           {"http", put_http},
    {"website-change", put_http},   {"dns", put_dns},
    {"dns-01", put_challenge},      {"dns-account-01", put_challenge},
    {"tls-alpn-01", put_challenge}, {"dns-persist-01", put_persist},
    {"ip-reverse", put_reverse},    {"contact", put_contact},
};

bool may_check_caa(const QuestionOptions& options) {
    return options.method != "ip-reverse"; // an address has none
}

Json policy_json(const QuestionOptions& options) {
    Json policy{{"issuer-domains", options.issuer_domains}};
    if (options.wildcard)
        policy["wildcard"] = true;
    put_given(policy, "account-uri", options.account_uri);
    put_given(policy, "validation-method", options.validation_method);
    return policy;
}

void put_caa(Json& body, const QuestionOptions& options, bool with_caa) {
    const bool caa_alone = options.method == "caa";
    const bool asked = caa_alone || (with_caa && !options.no_caa);
    if (!asked && may_check_caa(options))
        body["caa"] = false;
    const bool policy = !options.issuer_domains.empty() || !options.account_uri.empty()
                        || !options.validation_method.empty();
    // What a persistent record must say is given by the same options.
    const bool meant = options.method != "dns-persist-01" || asked;
    if (policy && meant)
        body["caa-policy"] = policy_json(options);
}

} // namespace

std::string question_body(const QuestionOptions& options, bool with_caa) {
    Json body{{"method", options.method}};
    const char* target = options.method == "ip-reverse" ? "ip-address" : "domain";
    body[target] = options.wildcard && !options.domain.starts_with("*.") ? "*." + options.domain
                                                                         : options.domain;
    const auto* method = std::ranges::find(methods, options.method, &Method::name);
    if (method != std::end(methods))
        method->put(body, options);
    put_caa(body, options, with_caa);
    put_given(body, "request-id", options.request_id);
    // Arguments need not be UTF-8; the decoder says what is wrong with what is left.
    return body.dump(-1, ' ', false, Json::error_handler_t::replace);
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
