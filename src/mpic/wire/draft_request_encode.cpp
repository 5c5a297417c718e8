// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/draft_request.hpp"

#include "base/core/encoding.hpp"
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
    if (base::is_utf8(question.expected))
        out["expected"] = question.expected;
    else
        out["expected-base64"] = base::base64(question.expected);
}

void put_question(Json& out, const CheckRequest& request, const DnsQuestion& question) {
    out["record-type"] = base::dns::to_string(question.type);
    const base::dns::Name* domain = request.target.name();
    out["prefix"] = domain != nullptr ? prefix_of(question.owner, *domain) : std::string();
    out["expected"] = question.expected;
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
    out[request.method == "http-acme" ? "domain_or_ip" : "domain"] = request.target.text();
    if (request.dcv)
        std::visit([&](const auto& question) { put_question(out, request, question); },
                   *request.dcv);
    put_caa(out, request);
    if (!request.request_id.empty())
        out["request-id"] = request.request_id;
    return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace mpic::wire
