// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/draft_fields.hpp"

#include "base/core/encoding.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace mpic::wire {
namespace {

using base::json::Issues;
using base::json::ObjectReader;

constexpr std::size_t max_method_label = 64;

bool is_alpha(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_alnum(char c) {
    return is_alpha(c) || (c >= '0' && c <= '9');
}

/// RFC 8657 §4: label = 1*(ALPHA / DIGIT / "-").
bool is_method_label(std::string_view text) {
    return !text.empty()
           && std::ranges::all_of(text, [](char c) { return is_alnum(c) || c == '-'; });
}

struct PolicyField {
    CaaPolicy policy;
    std::optional<bool> wildcard;
};

PolicyField read_policy(const base::json::Value& value, std::string path, Issues& issues) {
    ObjectReader reader(value, std::move(path), issues);
    PolicyField out;
    out.policy.issuer_domains = read_issuer_domains(reader, issues);
    out.wildcard = reader.boolean("wildcard");
    out.policy.account_uri = read_uri(reader, "account-uri");
    out.policy.validation_method = reader.string("validation-method", max_method_label);
    if (out.policy.validation_method && !is_method_label(*out.policy.validation_method))
        reader.issue(
            "validation-method",
            "must be one label of letters, digits and hyphens (RFC 8657 §4), as in dns-01");
    reader.finish();
    return out;
}

/// The policy may say more than the domain ("this is for *.example.com"), but not the opposite of
/// it.
void reconcile_wildcard(const PolicyField& field, const std::string& path, const TargetRules& rules,
                        Draft& draft) {
    if (!field.wildcard || !draft.target)
        return;
    if (!*field.wildcard && draft.target->wildcard)
        draft.issues.add(path, fmt::format("contradicts {}, which begins with *.", rules.key));
    else if (*field.wildcard && !rules.no_wildcard.empty())
        draft.issues.add(path, std::string(rules.no_wildcard));
    else if (*field.wildcard)
        draft.target->wildcard = true;
}

} // namespace

void read_caa_question(ObjectReader& body, std::string_view flag, const TargetRules& rules,
                       Draft& draft) {
    const std::optional<bool> asked = flag.empty() ? std::optional<bool>() : body.boolean(flag);
    const base::json::Value* policy = body.member("caa-policy");
    if (draft.target && draft.target->address() != nullptr) {
        constexpr std::string_view why = "CAA does not apply to an IP address (BR 4.2.2.1)";
        if (asked.value_or(false))
            body.issue(flag, fmt::format("{}: leave it out, or set it to false", why));
        if (policy != nullptr)
            body.issue("caa-policy", std::string(why));
        return;
    }
    if (!asked.value_or(true)) {
        if (policy != nullptr)
            body.issue("caa-policy", fmt::format("contradicts \"{}\": false", flag));
        return;
    }
    CaaQuestion question;
    if (policy != nullptr) {
        const std::string path = body.path_of("caa-policy");
        PolicyField field = read_policy(*policy, path, draft.issues);
        reconcile_wildcard(field, path + ".wildcard", rules, draft);
        question.policy = std::move(field.policy);
    }
    if (!draft.target)
        return;
    question.domain = *draft.target->name();
    question.wildcard = draft.target->wildcard;
    draft.caa = std::move(question);
}

void set_validation_method(ObjectReader& body, std::string_view label, Draft& draft) {
    if (!draft.caa || !draft.caa->policy)
        return;
    auto& method = draft.caa->policy->validation_method;
    if (!method)
        method = std::string(label);
    else if (!base::ascii_iequals(*method, label) && !method->starts_with("ca-"))
        draft.issues.add(body.path_of("caa-policy") + ".validation-method",
                         fmt::format("contradicts the method, which validates by {}", label));
}

void set_account(const std::string& account_uri, Draft& draft) {
    if (draft.caa && draft.caa->policy && !draft.caa->policy->account_uri)
        draft.caa->policy->account_uri = account_uri;
}

void read_caa_method(ObjectReader& body, Draft& draft) {
    constexpr TargetRules rules{
        .key = "domain",
        .no_address = "an IP address has no CAA records (BR 4.2.2.1): caa needs a domain name",
        .no_wildcard = {},
    };
    read_target(body, rules, draft);
    read_caa_question(body, {}, rules, draft);
}

} // namespace mpic::wire
