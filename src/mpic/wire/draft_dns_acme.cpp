// SPDX-License-Identifier: Apache-2.0
// The methods dns-01 (RFC 8555 §8.4, BR 3.2.2.4.7) and dns-account-01 (BR 3.2.2.4.21, which pins
// draft-ietf-acme-dns-account-label-00): a TXT record with the digest of the key authorization.
#include "mpic/wire/draft_fields.hpp"

#include "base/core/digest.hpp"
#include "base/core/encoding.hpp"

#include <utility>

namespace mpic::wire {
namespace {

using base::json::ObjectReader;

constexpr std::string_view challenge_label = "_acme-challenge";
constexpr std::size_t label_octets = 10; // of the SHA-256: 16 characters of base32

/// `prefix` empty: it is not known.
void read_challenge(ObjectReader& body, const std::string& prefix, std::string_view method,
                    Draft& draft) {
    constexpr TargetRules rules{
        .key = "domain",
        .no_address = "an IP address cannot be validated by DNS records (RFC 8738 §7): use "
                      "tls-alpn-01 or http-acme",
        .no_wildcard = {},
    };
    read_target(body, rules, draft);
    const auto digest = read_key_digest(body);
    read_caa_question(body, "caa", rules, draft);
    set_validation_method(body, method, draft);
    if (!draft.target || prefix.empty())
        return;
    auto owner = read_prefixed(body, rules.key, prefix, *draft.target->name());
    if (owner && digest)
        draft.dcv = DnsQuestion{.owner = *std::move(owner),
                                .type = base::dns::RecordType::txt,
                                .expected = base::base64url(*digest)};
}

} // namespace

void read_dns_acme_method(ObjectReader& body, Draft& draft) {
    read_challenge(body, std::string(challenge_label), "dns-01", draft);
}

void read_dns_account_method(ObjectReader& body, Draft& draft) {
    body.require({"account-url"});
    draft.account_url = read_uri(body, "account-url");
    std::string prefix;
    if (draft.account_url)
        prefix = "_" + base::base32_lower(base::sha256(*draft.account_url).substr(0, label_octets))
                 + "." + std::string(challenge_label);
    read_challenge(body, prefix, "dns-account-01", draft);
    if (draft.account_url)
        set_account(*draft.account_url, draft);
}

} // namespace mpic::wire
