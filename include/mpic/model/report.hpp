// SPDX-License-Identifier: Apache-2.0
#pragma once
// What one perspective reports: what it saw (evidence) and what it makes of it (finding), for
// domain control and for CAA apart. Plain values that travel from the agent to the coordinator;
// every list and string in them is bounded where it is made (mpic/check).

#include "base/core/result.hpp"
#include "base/dns/resolver.hpp"
#include "mpic/model/lookups.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpic {

enum class Verdict {
    passed,       ///< the check is satisfied (CAA without a policy: the record set is determined)
    rejected,     ///< an answer came, and it does not satisfy the check
    undetermined, ///< no usable answer
};
[[nodiscard]] std::string_view to_string(Verdict verdict);
[[nodiscard]] std::optional<Verdict> verdict_from(std::string_view text);

struct Finding {
    Verdict verdict = Verdict::undetermined;
    std::string code;   ///< stable, kebab-case, in docs/errors.md; "ok" for passed
    std::string detail; ///< one sentence without a final full stop; what was seen is excerpted
    bool operator==(const Finding&) const = default;
};

/// One address that a hop tried to reach.
struct AddressTried {
    std::string address;
    std::string outcome; ///< "answered", or the failure's name: "connection-timeout"
    std::string phase;   ///< how far it came: connect, tls, send, head, body, done
    double elapsed_ms = 0;
    bool operator==(const AddressTried&) const = default;
};

/// One URL of a redirect chain, or the one connection of tls-alpn-01.
struct HopEvidence {
    std::string url;                   ///< "tls://www.example.com:443" without HTTP
    std::vector<std::string> resolved; ///< all addresses found, in the order of trying
    std::vector<AddressTried> tried;
    std::string address; ///< the one that answered; empty when none did
    std::string family;  ///< "ipv6" or "ipv4" of `address`
    unsigned status = 0;
    std::string location;    ///< escaped, of a redirect
    std::string server;      ///< the Server header, excerpted: tells a CDN's 403 from the origin's
    std::string tls_version; ///< empty for http
    double resolve_ms = 0;
    double connect_ms = 0;
    double tls_ms = 0;
    double first_byte_ms = 0;
    double total_ms = 0;
    std::optional<base::Failure> failure;
    bool operator==(const HopEvidence&) const = default;
};

struct DcvReport {
    Finding finding;
    Lookups lookups;
    std::vector<HopEvidence> hops; ///< methods that connect
    std::string seen;              ///< excerpt of the body or records compared
    /// The weakest state among the lookups that the finding rests on.
    base::dns::DnssecState dnssec = base::dns::DnssecState::indeterminate;
    /// What a passed check determined where the method leaves that to the perspective (host names,
    /// contacts, the account): canonical, sorted, without duplicates. Must be the primary's too.
    std::vector<std::string> selected = {};
    bool operator==(const DcvReport&) const = default;
};

/// The three conditions under which a failed CAA lookup may count as permission (BR 4.2.2.1.1),
/// each with what it rests on.
struct LookupFailureConditions {
    bool outside_infrastructure = false;
    bool retried = false;
    bool proved_insecure = false;
    std::string evidence;
    [[nodiscard]] bool all() const { return outside_infrastructure && retried && proved_insecure; }
    bool operator==(const LookupFailureConditions&) const = default;
};

struct CaaReport {
    Finding finding;
    /// The node of the climb at which the relevant RRset was found, also when an alias led to it;
    /// empty when there is none anywhere.
    std::string node;
    /// The relevant RRset's RDATA, raw octets, in canonical order (RFC 4034 §6.3), without
    /// duplicates.
    std::vector<std::string> rdata;
    std::optional<bool> permits; ///< with a policy and a determined set
    std::string deciding_record; ///< the record that permits or forbids, in presentation form
    Lookups lookups;
    std::optional<LookupFailureConditions>
        lookup_failure; ///< of the lookup that failed, if one did
    base::dns::DnssecState dnssec = base::dns::DnssecState::indeterminate;
    bool operator==(const CaaReport&) const = default;
};

struct PerspectiveReport {
    std::string perspective; ///< the id that the agent believes to be
    std::string build;       ///< "mpicd 0.1.0"
    std::string started;     ///< RFC 3339, the agent's own clock
    double elapsed_ms = 0;
    std::optional<DcvReport> dcv;
    std::optional<CaaReport> caa;
    bool operator==(const PerspectiveReport&) const = default;
};

} // namespace mpic
