// SPDX-License-Identifier: Apache-2.0
// The method dns-persist-01: a TXT record that stays, and binds the identifier to an account (BR
// 3.2.2.4.22, 3.2.2.5.8).
#include "mpic/wire/draft_fields.hpp"

#include "base/dns/reverse_name.hpp"

#include <algorithm>
#include <utility>

namespace mpic::wire {
namespace {

using base::json::ObjectReader;

constexpr std::size_t max_policy = 64;

std::optional<base::dns::Name> owner_of(ObjectReader& body, const Target& target) {
    if (const auto* address = target.address())
        return read_prefixed(body, "domain", "_ip-validation-persist",
                             base::dns::reverse_name(*address));
    return read_prefixed(body, "domain", "_validation-persist", *target.name());
}

/// A parameter's value in the grammar of RFC 8659 §4.2.
std::optional<std::string> read_policy_word(ObjectReader& body) {
    auto policy = body.string("policy", max_policy);
    if (!policy)
        return body.has("policy") ? std::nullopt : std::optional(std::string());
    if (!policy->empty()
        && std::ranges::all_of(*policy, [](char c) { return c > ' ' && c <= '~' && c != ';'; }))
        return policy;
    body.issue("policy", "must be a word as a CAA parameter can carry it, as in wildcard");
    return std::nullopt;
}

} // namespace

void read_dns_persist_method(ObjectReader& body, Draft& draft) {
    constexpr TargetRules rules{.key = "domain", .no_address = {}, .no_wildcard = {}};
    read_target(body, rules, draft);
    auto issuers = read_issuer_domains(body, draft.issues);
    body.require({"account-uri"});
    auto account = read_uri(body, "account-uri");
    auto policy = read_policy_word(body);
    read_caa_question(body, "caa", rules, draft);
    set_validation_method(body, "dns-persist-01", draft);
    if (account)
        set_account(*account, draft);
    if (!draft.target || !account || !policy || issuers.empty())
        return;
    if (account->contains(';')) // RFC 8659 §4.2: no parameter can carry it
        return body.issue("account-uri", "must not have a semicolon, which no record can carry");
    if (auto owner = owner_of(body, *draft.target))
        draft.dcv = PersistQuestion{.host = draft.target->host,
                                    .owner = *std::move(owner),
                                    .issuer_domains = std::move(issuers),
                                    .account_uri = *std::move(account),
                                    .policy = *std::move(policy)};
}

} // namespace mpic::wire
