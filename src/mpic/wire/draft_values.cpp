// SPDX-License-Identifier: Apache-2.0
// Values that several methods of the draft are given.
#include "mpic/wire/draft_fields.hpp"

#include "base/core/digest.hpp"
#include "base/core/encoding.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace mpic::wire {
namespace {

using base::json::Issues;
using base::json::ObjectReader;

constexpr std::size_t max_path = 2000;
constexpr std::size_t max_uri = 2048;
constexpr std::size_t max_issuers = 16;
constexpr std::size_t max_name = 253; // RFC 1035 §2.3.4, in presentation form without the final dot
constexpr std::size_t max_key_authorization = 1024;
constexpr std::size_t digest_octets = 32;

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

/// token "." thumbprint, both base64url (RFC 8555 §8.1).
bool is_key_authorization(std::string_view text) {
    const std::size_t stop = text.find('.');
    return stop != std::string_view::npos && is_base64url(text.substr(0, stop))
           && is_base64url(text.substr(stop + 1));
}

std::optional<std::string> from_base64url(std::string text) {
    if (!is_base64url(text))
        return std::nullopt;
    std::ranges::replace(text, '-', '+');
    std::ranges::replace(text, '_', '/');
    text.append((4 - text.size() % 4) % 4, '=');
    return base::from_base64(text);
}

std::optional<std::string> digest_of(ObjectReader& body, const std::string& key_authorization) {
    if (is_key_authorization(key_authorization))
        return base::sha256(key_authorization);
    body.issue("key-authorization", "must be the token, a full stop and the account key's "
                                    "thumbprint in base64url (RFC 8555 §8.1)");
    return std::nullopt;
}

} // namespace

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

std::optional<std::string> read_expected_octets(ObjectReader& body) {
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

std::optional<std::string> read_key_digest(ObjectReader& body) {
    constexpr std::string_view whole = "key-authorization";
    constexpr std::string_view digest = "key-authorization-digest";
    const auto given = body.string(whole, max_key_authorization);
    const auto encoded = body.string(digest, 64);
    if (body.has(whole) && body.has(digest))
        body.issue(digest, fmt::format("give {} or {}, not both", whole, digest));
    if (!body.has(whole) && !body.has(digest))
        body.issue(whole, fmt::format("required, or {} in its place", digest));
    if (given)
        return digest_of(body, *given);
    if (!encoded)
        return std::nullopt;
    auto octets = from_base64url(*encoded);
    if (octets && octets->size() == digest_octets)
        return octets;
    body.issue(digest, "must be the SHA-256 of the key authorization in base64url without padding "
                       "(RFC 8555 §8.4)");
    return std::nullopt;
}

std::optional<std::string> read_uri(ObjectReader& body, std::string_view key) {
    auto uri = body.string(key, max_uri);
    if (uri && !is_uri(*uri))
        body.issue(key, "must be a URI (RFC 3986), as in https://ca.example/acct/1");
    return uri;
}

std::vector<std::string> read_issuer_domains(ObjectReader& body, Issues& issues) {
    constexpr std::string_view key = "issuer-domains";
    body.require({key});
    const auto given = body.strings(key, max_issuers, domain_limit);
    std::vector<std::string> issuers;
    if (!given)
        return issuers;
    if (given->empty())
        body.issue(key, fmt::format("must name 1 to {} issuer domain names", max_issuers));
    for (std::size_t i = 0; i < given->size(); ++i) {
        const auto name = base::dns::host_from_user((*given)[i]);
        if (!name)
            issues.add(fmt::format("{}[{}]", body.path_of(key), i), name.error().detail);
        else if (std::ranges::find(issuers, name->text()) == issuers.end())
            issuers.push_back(name->text());
    }
    return issuers;
}

std::optional<base::dns::Name> read_prefixed(ObjectReader& body, std::string_view key,
                                             std::string_view prefix, const base::dns::Name& name) {
    auto owner = name.prefixed(prefix);
    if (owner)
        return *std::move(owner);
    body.issue(key, fmt::format("with {} in front it is longer than {} characters, so that this "
                                "method cannot be used for it",
                                prefix, max_name));
    return std::nullopt;
}

} // namespace mpic::wire
