// SPDX-License-Identifier: Apache-2.0
#pragma once
// The fields that several methods of the draft share. Each reader adds an issue for what is wrong
// and goes on, so that one answer names every problem.

#include "base/json/reader.hpp"
#include "mpic/model/check_request.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpic::wire {

/// Octets of an expected body or record, decoded. Fits the body limit in base64 with room to spare.
inline constexpr std::size_t expected_limit = 32 * 1024;
/// Octets of a domain as written; U-labels are longer than the 253 characters they become.
inline constexpr std::size_t domain_limit = 1024;
inline constexpr std::size_t request_id_limit = 128;
inline constexpr std::string_view acme_challenge_path = "/.well-known/acme-challenge/";

/// A request on its way: what has been understood so far.
struct Draft {
    base::json::Issues& issues;
    std::optional<Target> target;
    std::optional<DcvQuestion> dcv;
    std::optional<CaaQuestion> caa;
    std::optional<std::string> account_url;
};

struct TargetRules {
    std::string_view key;          ///< "domain"
    std::string_view no_address;   ///< why an IP address is refused; empty: it is accepted
    std::string_view no_wildcard;  ///< why "*.name" is refused; empty: it is accepted
    std::string_view no_name = {}; ///< why a name is refused; empty: it is accepted
};

/// A host name in any of the forms a client may write it, or an IP address.
void read_target(base::json::ObjectReader& body, const TargetRules& rules, Draft& draft);

/// `flag` is the member that switches CAA ("caa"), empty where CAA is always asked for. Needs the
/// target.
void read_caa_question(base::json::ObjectReader& body, std::string_view flag,
                       const TargetRules& rules, Draft& draft);

/// The method is known where the request's own method says it, so a policy need not repeat it (RFC
/// 8657 §4). One that names another is an issue, but for the CA's own labels ("ca-…").
void set_validation_method(base::json::ObjectReader& body, std::string_view label, Draft& draft);
/// The same for the account (RFC 8657 §3), which a policy may give in another of its forms.
void set_account(const std::string& account_uri, Draft& draft);

/// The bytes to expect, from expected or expected-base64, without the trailing white space that
/// bodies are compared without. Empty is refused: it would match a page that proves nothing.
[[nodiscard]] std::optional<std::string> read_expected_octets(base::json::ObjectReader& body);
/// A path that a request line can carry: from "/" on, printable ASCII, no fragment.
[[nodiscard]] std::optional<std::string> read_path(base::json::ObjectReader& body);
/// The 32 octets of the SHA-256 of key-authorization (RFC 8555 §8.1), or of what
/// key-authorization-digest gives of it in base64url.
[[nodiscard]] std::optional<std::string> read_key_digest(base::json::ObjectReader& body);
/// A URI (RFC 3986) of at most 2,048 octets.
[[nodiscard]] std::optional<std::string> read_uri(base::json::ObjectReader& body,
                                                  std::string_view key);
/// issuer-domains: 1..16 host names, as they are compared.
[[nodiscard]] std::vector<std::string> read_issuer_domains(base::json::ObjectReader& body,
                                                           base::json::Issues& issues);
/// `prefix` in front of `name`; an issue at `key` when that is no longer a name (RFC 1035 §2.3.4).
[[nodiscard]] std::optional<base::dns::Name> read_prefixed(base::json::ObjectReader& body,
                                                           std::string_view key,
                                                           std::string_view prefix,
                                                           const base::dns::Name& name);

/// Without trailing white space, as bodies are compared (RFC 8555 §8.3).
[[nodiscard]] std::string_view without_trailing_space(std::string_view text);
/// ASCII letters, digits, "-" and "_" only; not empty.
[[nodiscard]] bool is_base64url(std::string_view text);

// One per method.
void read_caa_method(base::json::ObjectReader& body, Draft& draft);
void read_http_method(base::json::ObjectReader& body, Draft& draft);
void read_dns_method(base::json::ObjectReader& body, Draft& draft);
void read_http_acme_method(base::json::ObjectReader& body, Draft& draft);
void read_website_change_method(base::json::ObjectReader& body, Draft& draft);
void read_tls_alpn_method(base::json::ObjectReader& body, Draft& draft);
void read_dns_acme_method(base::json::ObjectReader& body, Draft& draft);
void read_dns_account_method(base::json::ObjectReader& body, Draft& draft);
void read_dns_persist_method(base::json::ObjectReader& body, Draft& draft);
void read_ip_reverse_method(base::json::ObjectReader& body, Draft& draft);
void read_contact_method(base::json::ObjectReader& body, Draft& draft);

} // namespace mpic::wire
