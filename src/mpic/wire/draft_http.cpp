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

constexpr std::size_t max_path = 2000;
constexpr std::size_t max_token = 128;
constexpr std::size_t max_key_authorization = 1024;
/// A value as long as this is a random value or request token; the rule below is about those.
constexpr std::size_t shortest_token = 16;

std::optional<std::string> read_path(ObjectReader& body) {
    body.require({"path"});
    auto path = body.string("path", max_path);
    if (!path)
        return std::nullopt;
    const auto refuse = [&](std::string_view why) {
        body.issue("path", std::string(why));
        return std::optional<std::string>();
    };
    if (!path->starts_with('/'))
        return refuse("must begin with /");
    if (path->find('#') != std::string::npos)
        return refuse("must not have a fragment: # is never sent to a server");
    if (!std::ranges::all_of(*path, [](char c) { return c > ' ' && c <= '~'; }))
        return refuse("must be printable ASCII without spaces; percent-encode everything else");
    return path;
}

/// The bytes to expect, from one of two members, without the trailing white space that bodies are
/// compared without. Empty is refused: it would match a page that proves nothing.
std::optional<std::string> read_expected(ObjectReader& body) {
    const bool both = body.has("expected") && body.has("expected-base64");
    const bool neither = !body.has("expected") && !body.has("expected-base64");
    auto text = body.string("expected", expected_limit);
    const auto encoded = body.string("expected-base64", (expected_limit + 2) / 3 * 4);
    if (both)
        body.issue("expected-base64", "give expected or expected-base64, not both");
    if (neither)
        body.issue("expected", "required, or expected-base64 in its place");
    const std::string_view key = encoded ? "expected-base64" : "expected";
    if (encoded) {
        text = base::from_base64(*encoded);
        if (!text)
            body.issue(key, "must be base64 with padding and without white space (RFC 4648 §4)");
    }
    if (!text)
        return std::nullopt;
    text->resize(without_trailing_space(*text).size());
    if (!text->empty())
        return text;
    body.issue(key, "must hold more than white space: an empty page would match it");
    return std::nullopt;
}

} // namespace

void read_http_method(ObjectReader& body, Draft& draft) {
    constexpr TargetRules rules{
        .key = "domain",
        .no_address = {},
        .no_wildcard = "a wildcard name cannot be validated over HTTP (BR 3.2.2.4.18): use dns",
    };
    read_target(body, rules, draft);
    auto path = read_path(body);
    auto expected = read_expected(body);
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
    if (!draft.caa || !draft.caa->policy)
        return;
    // The method is known here, so a policy need not repeat it (RFC 8657 §4).
    auto& method = draft.caa->policy->validation_method;
    if (!method)
        method = "http-01";
    else if (!base::ascii_iequals(*method, "http-01") && !method->starts_with("ca-"))
        draft.issues.add(body.path_of("caa-policy") + ".validation-method",
                         "contradicts the method: http-acme validates by http-01");
}

} // namespace mpic::wire
