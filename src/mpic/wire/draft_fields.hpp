// SPDX-License-Identifier: Apache-2.0
#pragma once
// The fields that several methods of the draft share. Each reader adds an issue for what is wrong
// and goes on, so that one answer names every problem.

#include "base/json/reader.hpp"
#include "mpic/model/check_request.hpp"

#include <optional>
#include <string>
#include <string_view>

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
};

struct TargetRules {
    std::string_view key;         ///< "domain"
    std::string_view no_address;  ///< why an IP address is refused; empty: it is accepted
    std::string_view no_wildcard; ///< why "*.name" is refused; empty: it is accepted
};

/// A host name in any of the forms a client may write it, or an IP address.
void read_target(base::json::ObjectReader& body, const TargetRules& rules, Draft& draft);

/// `flag` is the member that switches CAA ("caa"), empty where CAA is always asked for. Needs the
/// target.
void read_caa_question(base::json::ObjectReader& body, std::string_view flag,
                       const TargetRules& rules, Draft& draft);

/// Without trailing white space, as bodies are compared (RFC 8555 §8.3).
[[nodiscard]] std::string_view without_trailing_space(std::string_view text);
/// ASCII letters, digits, "-" and "_" only; not empty.
[[nodiscard]] bool is_base64url(std::string_view text);

// One per method.
void read_caa_method(base::json::ObjectReader& body, Draft& draft);
void read_http_method(base::json::ObjectReader& body, Draft& draft);
void read_dns_method(base::json::ObjectReader& body, Draft& draft);
void read_http_acme_method(base::json::ObjectReader& body, Draft& draft);

} // namespace mpic::wire
