// SPDX-License-Identifier: Apache-2.0
// The methods http and http-acme: GET http://HOST/PATH must give the expected body.
#include "mpic/wire/draft_fields.hpp"

#include "base/core/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mpic::wire {
namespace {

using base::json::ObjectReader;

constexpr std::size_t max_token = 128;
constexpr std::size_t max_key_authorization = 1024;
/// A value as long as this is a random value or request token; the rule below is about those.
constexpr std::size_t shortest_token = 16;

} // namespace

void read_http_method(ObjectReader& body, Draft& draft) {
    constexpr TargetRules rules{
        .key = "domain",
        .no_address = {},
        .no_wildcard = "a wildcard name cannot be validated over HTTP (BR 3.2.2.4.18): use dns",
    };
    read_target(body, rules, draft);
    auto path = read_path(body);
    auto expected = read_expected_octets(body);
    read_caa_question(body, "caa", rules, draft);
    if (path && expected && expected->size() >= shortest_token
        && path->find(*expected) != std::string::npos)
        body.issue("path", "must not contain the expected value (BR 3.2.2.4.18)");
    if (draft.target && path && expected)
        draft.dcv = HttpQuestion{
            .host = draft.target->host, .path = std::move(*path), .expected = std::move(*expected)};
}

void read_http_acme_method(ObjectReader& body, Draft& draft) {
    constexpr TargetRules rules{
        .key = "domain_or_ip",
        .no_address = {},
        .no_wildcard = "a wildcard name cannot be validated by http-01 (BR 3.2.2.4.19): use dns",
    };
    read_target(body, rules, draft);
    body.require({"token", "key_authorization"});
    auto token = body.string("token", max_token);
    if (token && !is_base64url(*token)) {
        body.issue("token", "must be base64url without padding (RFC 8555 §8.3)");
        token.reset();
    }
    auto expected = body.string("key_authorization", max_key_authorization);
    if (token && expected
        && (!expected->starts_with(*token + ".")
            || !is_base64url(std::string_view(*expected).substr(token->size() + 1)))) {
        body.issue("key_authorization",
                   "must be the token, a full stop and the account key's thumbprint in base64url "
                   "(RFC 8555 §8.1)");
        expected.reset();
    }
    read_caa_question(body, "caa_check", rules, draft);
    if (draft.target && token && expected)
        draft.dcv = HttpQuestion{.host = draft.target->host,
                                 .path = std::string(acme_challenge_path) + *token,
                                 .expected = std::move(*expected)};
    set_validation_method(body, "http-01", draft);
}

} // namespace mpic::wire
