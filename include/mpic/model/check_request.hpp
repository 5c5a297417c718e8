// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a client asks to have checked, normalised: names are canonical, prefixes joined, defaults
// filled in. Only values that the CA or its client made go in here, nothing learned from the
// network (BR 3.2.2.9).

#include "base/dns/name.hpp"
#include "base/dns/record.hpp"
#include "base/net/ip_address.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace mpic {

/// The applied-for identifier.
struct Target {
    std::variant<base::dns::Name, base::net::IpAddress> host;
    bool wildcard = false; ///< "*." stood before the name

    /// "example.com", "*.example.com", "192.0.2.1".
    [[nodiscard]] std::string text() const;
    [[nodiscard]] const base::dns::Name* name() const {
        return std::get_if<base::dns::Name>(&host);
    }
    [[nodiscard]] const base::net::IpAddress* address() const {
        return std::get_if<base::net::IpAddress>(&host);
    }
    bool operator==(const Target&) const = default;
};

/// GET http://HOST/PATH on port 80 must give `expected` (BR 3.2.2.4.18, .19, 3.2.2.5.1, .6).
struct HttpQuestion {
    std::variant<base::dns::Name, base::net::IpAddress> host;
    std::string path;     ///< begins with "/"
    std::string expected; ///< any octets, never empty; secret until the applicant has published it
    bool operator==(const HttpQuestion&) const = default;
};

/// A record of `type` at `owner` must equal `expected` (BR 3.2.2.4.7).
struct DnsQuestion {
    base::dns::Name owner; ///< prefix and domain joined, wildcard dropped
    base::dns::RecordType type{};
    std::string expected; ///< presentation form of the type's value; TXT: the text itself
    bool operator==(const DnsQuestion&) const = default;
};

/// The ways of domain control validation. A further method is a further alternative, a pair of
/// files in mpic/check and a line in its table.
using DcvQuestion = std::variant<HttpQuestion, DnsQuestion>;

/// What the CA holds against the CAA records (RFC 8659 §4.2, RFC 8657).
struct CaaPolicy {
    std::vector<std::string> issuer_domains; ///< lower case, 1..16
    std::optional<std::string> account_uri;
    std::optional<std::string> validation_method; ///< "http-01"; "ca-tbr-19" is taken as the same
    bool operator==(const CaaPolicy&) const = default;
};

struct CaaQuestion {
    base::dns::Name domain; ///< where the climb starts; for "*.name" it is name (RFC 8659 §3)
    bool wildcard = false;
    /// With it each perspective decides permission; without it the record sets must agree.
    std::optional<CaaPolicy> policy;
    bool operator==(const CaaQuestion&) const = default;
};

struct CheckRequest {
    std::string request_id; ///< the client's, or made here; ≤ 128 characters
    std::string method;     ///< "caa", "http", "dns", "http-acme": as the client named it
    Target target;
    std::optional<DcvQuestion> dcv;
    std::optional<CaaQuestion> caa; ///< at least one of the two is there
    std::string traceparent;        ///< W3C Trace Context, or empty
    bool operator==(const CheckRequest&) const = default;
};

} // namespace mpic
