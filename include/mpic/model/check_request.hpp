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
    bool https = false;   ///< begin with https on port 443 (BR 3.2.2.4.18, 3.2.2.5.1)
    bool operator==(const HttpQuestion&) const = default;
};

/// A record of `type` at `owner` must equal `expected` (BR 3.2.2.4.7).
struct DnsQuestion {
    base::dns::Name owner; ///< prefix and domain joined, wildcard dropped
    base::dns::RecordType type{};
    std::string expected; ///< presentation form of the type's value; TXT: the text itself
    bool operator==(const DnsQuestion&) const = default;
};

/// A handshake on port 443 that offers acme-tls/1 must show the challenge certificate (RFC 8737,
/// RFC 8738; BR 3.2.2.4.20, 3.2.2.5.7).
struct TlsAlpnQuestion {
    std::variant<base::dns::Name, base::net::IpAddress> host;
    std::string digest; ///< SHA-256 of the key authorization, 32 octets
    bool operator==(const TlsAlpnQuestion&) const = default;
};

/// A TXT record at `owner` must bind the name to the account (BR 3.2.2.4.22, 3.2.2.5.8).
struct PersistQuestion {
    std::variant<base::dns::Name, base::net::IpAddress> host; ///< what is to be validated
    base::dns::Name owner; ///< _validation-persist or _ip-validation-persist in front of it
    std::vector<std::string> issuer_domains; ///< lower case, 1..16; the record names one of them
    std::string account_uri;
    std::string policy; ///< what the record's `policy` must say; empty: nothing is asked of it
    bool operator==(const PersistQuestion&) const = default;
};

/// The host names that the address's PTR records give (BR 3.2.2.5.3).
struct ReverseQuestion {
    base::net::IpAddress address;
    std::optional<base::dns::Name> expected; ///< must be among them; without: all of them count
    bool operator==(const ReverseQuestion&) const = default;
};

enum class ContactKind { email, phone };
enum class ContactSource { caa, txt };

/// The contacts that a domain publishes (BR 3.2.2.4.13, .14, .16, .17, Appendix A).
struct ContactQuestion {
    base::dns::Name owner; ///< CAA: where the climb starts; TXT: with the prefix of Appendix A.2
    ContactKind kind{};
    ContactSource source{};
    std::string expected; ///< canonical; must be among them; empty: all of them count
    bool operator==(const ContactQuestion&) const = default;
};

/// The ways of domain control validation. A further method is a further alternative, a pair of
/// files in mpic/check, and a line in each of the tables: methods.hpp there, dcv_rules.hpp here,
/// draft_request.cpp, question_json.cpp and audit_question.cpp in mpic/wire.
using DcvQuestion = std::variant<HttpQuestion, DnsQuestion, TlsAlpnQuestion, PersistQuestion,
                                 ReverseQuestion, ContactQuestion>;

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
    std::string method;     ///< "caa", "http", "dns-01", …: as the client named it
    Target target;
    std::optional<DcvQuestion> dcv;
    std::optional<CaaQuestion> caa; ///< at least one of the two is there
    std::string traceparent;        ///< W3C Trace Context, or empty
    /// dns-account-01: the account whose label the record's owner has.
    std::optional<std::string> account_url = {};
    bool operator==(const CheckRequest&) const = default;
};

} // namespace mpic
