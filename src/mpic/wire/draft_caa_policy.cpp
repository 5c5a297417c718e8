// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/draft_fields.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace mpic::wire {
namespace {

using base::json::Issues;
using base::json::ObjectReader;

constexpr std::size_t max_issuers = 16;
constexpr std::size_t max_account_uri = 2048;
constexpr std::size_t max_method_label = 64;

bool is_alpha(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_alnum(char c) {
    return is_alpha(c) || (c >= '0' && c <= '9');
}

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/// RFC 3986 §3: a scheme, a colon, and something of the characters a URI may have.
bool is_uri(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()
        || !is_alpha(text.front()))
        return false;
    const auto scheme_char = [](char c) { return is_alnum(c) || c == '+' || c == '-' || c == '.'; };
    if (!std::ranges::all_of(text.substr(0, colon), scheme_char))
        return false;
    constexpr std::string_view others = "-._~:/?#[]@!$&'()*+,;=";
    for (std::size_t i = colon + 1; i < text.size(); ++i) {
        const bool escape =
            text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2]);
        if (!escape && !is_alnum(text[i]) && others.find(text[i]) == std::string_view::npos)
            return false;
    }
    return true;
}

/// RFC 8657 §4: label = 1*(ALPHA / DIGIT / "-").
bool is_method_label(std::string_view text) {
    return !text.empty()
           && std::ranges::all_of(text, [](char c) { return is_alnum(c) || c == '-'; });
}

std::vector<std::string> read_issuers(ObjectReader& policy, Issues& issues) {
    constexpr std::string_view key = "issuer-domains";
    policy.require({key});
    const auto given = policy.strings(key, max_issuers, domain_limit);
    std::vector<std::string> issuers;
    if (!given)
        return issuers;
    if (given->empty())
        policy.issue(key, fmt::format("must name 1 to {} issuer domain names", max_issuers));
    for (std::size_t i = 0; i < given->size(); ++i) {
        const auto name = base::dns::host_from_user((*given)[i]);
        if (!name)
            issues.add(fmt::format("{}[{}]", policy.path_of(key), i), name.error().detail);
        else if (std::ranges::find(issuers, name->text()) == issuers.end())
            issuers.push_back(name->text());
    }
    return issuers;
}

struct PolicyField {
    CaaPolicy policy;
    std::optional<bool> wildcard;
};

PolicyField read_policy(const base::json::Value& value, std::string path, Issues& issues) {
    ObjectReader reader(value, std::move(path), issues);
    PolicyField out;
    out.policy.issuer_domains = read_issuers(reader, issues);
    out.wildcard = reader.boolean("wildcard");
    out.policy.account_uri = reader.string("account-uri", max_account_uri);
    if (out.policy.account_uri && !is_uri(*out.policy.account_uri))
        reader.issue("account-uri", "must be a URI (RFC 3986), as in https://ca.example/acct/1");
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
