// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/draft_request.hpp"

#include "base/core/encoding.hpp"
#include "mpic/model/contact_value.hpp"
#include "mpic/wire/draft_fields.hpp"

#include <nlohmann/json.hpp>

#include <variant>

namespace mpic::wire {
namespace {

using Json = nlohmann::ordered_json;

/// The labels of `owner` in front of `domain`.
std::string prefix_of(const base::dns::Name& owner, const base::dns::Name& domain) {
    const std::size_t rest = domain.text().size() + 1;
    const std::string& text = owner.text();
    return text.size() > rest && owner.is_within(domain) ? text.substr(0, text.size() - rest)
                                                         : std::string();
}

void put_question(Json& out, const CheckRequest& request, const HttpQuestion& question) {
    if (request.method == "http-acme") {
        out["token"] = question.path.substr(question.path.rfind('/') + 1);
        out["key_authorization"] = question.expected;
        return;
    }
    out["path"] = question.path;
    if (question.https)
        out["scheme"] = "https";
    if (base::is_utf8(question.expected))
        out["expected"] = question.expected;
    else
        out["expected-base64"] = base::base64(question.expected);
}

bool has_challenge_digest(const CheckRequest& request) {
    return request.method == "dns-01" || request.method == "dns-account-01";
}

void put_question(Json& out, const CheckRequest& request, const DnsQuestion& question) {
    if (has_challenge_digest(request)) {
        out["key-authorization-digest"] = question.expected; // the TXT value is just that
        if (request.account_url)
            out["account-url"] = *request.account_url;
        return;
    }
    out["record-type"] = base::dns::to_string(question.type);
    const base::dns::Name* domain = request.target.name();
    out["prefix"] = domain != nullptr ? prefix_of(question.owner, *domain) : std::string();
    out["expected"] = question.expected;
}

void put_question(Json& out, const CheckRequest& /*request*/, const TlsAlpnQuestion& question) {
    out["key-authorization-digest"] = base::base64url(question.digest);
}

void put_question(Json& out, const CheckRequest& /*request*/, const PersistQuestion& question) {
    out["issuer-domains"] = question.issuer_domains;
    out["account-uri"] = question.account_uri;
    if (!question.policy.empty())
        out["policy"] = question.policy;
}

void put_question(Json& out, const CheckRequest& /*request*/, const ReverseQuestion& question) {
    if (question.expected)
        out["fqdn"] = question.expected->text();
}

void put_question(Json& out, const CheckRequest& /*request*/, const ContactQuestion& question) {
    out["kind"] = to_string(question.kind);
    out["source"] = to_string(question.source);
    if (!question.expected.empty())
        out["expected"] = question.expected;
}

/// The member that names what is to be validated.
const char* target_key(const CheckRequest& request) {
    if (request.method == "http-acme")
        return "domain_or_ip";
    return request.method == "ip-reverse" ? "ip-address" : "domain";
}

void put_caa(Json& out, const CheckRequest& request) {
    const bool optional = request.method != "caa";
    if (!request.caa) {
        if (optional && request.target.name() != nullptr)
            out[request.method == "http-acme" ? "caa_check" : "caa"] = false;
        return;
    }
    if (!request.caa->policy)
        return;
    const CaaPolicy& policy = *request.caa->policy;
    Json field{{"issuer-domains", policy.issuer_domains}, {"wildcard", request.caa->wildcard}};
    if (policy.account_uri)
        field["account-uri"] = *policy.account_uri;
    if (policy.validation_method)
        field["validation-method"] = *policy.validation_method;
    out["caa-policy"] = std::move(field);
}

} // namespace

std::string encode_draft_request(const CheckRequest& request) {
    Json out{{"method", request.method}};
    out[target_key(request)] = request.target.text();
    if (request.dcv)
        std::visit([&](const auto& question) { put_question(out, request, question); },
                   *request.dcv);
    put_caa(out, request);
    if (!request.request_id.empty())
        out["request-id"] = request.request_id;
    return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace mpic::wire
