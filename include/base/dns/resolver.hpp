// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a check may ask of DNS. One implementation asks recursive resolvers; the tests have a zone
// in memory (tests/support/fake_resolver.hpp).

#include "base/async/awaitable.hpp"
#include "base/core/deadline.hpp"
#include "base/core/result.hpp"
#include "base/dns/message.hpp"

#include <string>
#include <vector>

namespace base::dns {

/// RFC 4035 §4.3, as far as can be told from behind a validating resolver.
enum class DnssecState {
    secure,        ///< AD from a resolver that we trust to validate
    insecure,      ///< proved: a validated denial of DS at a zone cut above the name
    bogus,         ///< SERVFAIL, but an answer with CD=1, or an EDE that says so
    indeterminate, ///< none of these could be established
};
[[nodiscard]] std::string_view to_string(DnssecState state);
[[nodiscard]] std::optional<DnssecState> dnssec_state_from(std::string_view text);
/// The weakest of two, in the order secure, insecure, indeterminate, bogus.
[[nodiscard]] DnssecState weakest(DnssecState a, DnssecState b);

/// One name on the way of the aliases, and the state of what was found at that name alone.
struct Link {
    Name name;
    DnssecState dnssec = DnssecState::indeterminate;
    std::string proof; ///< what the state rests on, as Answer::dnssec_proof
    bool operator==(const Link&) const = default;
};

/// Whether a chain of trust ends above a name, and on what ground that is said.
struct ZoneProof {
    bool insecure = false; ///< a validated denial of DS at a zone cut (RFC 4035 §4.3)
    std::string reason;    ///< "no DS at example.com, proved by NSEC and AD"
    bool operator==(const ZoneProof&) const = default;
};

/// What one question brought. An Answer exists whenever a well-formed response came, whatever its
/// RCODE: what the RCODE means is the asker's business.
struct Answer {
    Question question;
    Rcode rcode{};
    /// The RRset of the type asked for at the end of the alias chain; empty for NODATA and
    /// NXDOMAIN.
    std::vector<Record> records;
    /// Alias targets in order, CNAME and synthesised DNAME steps alike; empty without an alias.
    std::vector<Name> chain;
    bool authentic_data = false;
    DnssecState dnssec = DnssecState::indeterminate;
    /// What the state rests on: "AD", "no DS at example.com proved by AD", "answers with CD=1".
    std::string dnssec_proof;
    /// From lookup_with_dnssec(), where there are aliases: the question's name and each alias
    /// target. After a failure, the names up to the one that fails, which is the last.
    std::vector<Link> links;
    std::vector<ExtendedError> extended_errors;
    /// The lowest TTL over records and chain, in seconds.
    std::uint32_t ttl = 0;
    std::string resolver; ///< "127.0.0.1:53": who answered
    int tries = 1;        ///< queries sent until this answer; TCP after a truncated response is no
                          ///< further one, and DNSSEC probes do not count
};

/// What a question brought, and how long that took.
struct TimedAnswer {
    Result<Answer> result;
    SteadyTime::duration elapsed{};
};

/// A failure to get an Answer at all (dns_timeout, dns_malformed, dns_truncated, dns_loop,
/// connection_refused, cancelled) is a Failure.
class Resolver {
public:
    virtual ~Resolver() = default;

    /// One lookup with the resolver's own retransmissions, within `deadline`. No cache.
    [[nodiscard]] virtual Awaitable<Result<Answer>> lookup(Question question,
                                                           Deadline deadline) = 0;

    /// As lookup(), of all at the same time: the results in the order of the questions, when the
    /// last one is there.
    [[nodiscard]] virtual Awaitable<std::vector<TimedAnswer>>
    lookup_all(std::vector<Question> questions, Deadline deadline);

    /// As lookup(), and settles `dnssec` beyond what the AD bit says: by DS queries upwards for an
    /// insecure or failed answer, by a CD=1 query for SERVFAIL. Costs further queries; meant for
    /// the lookups whose failure could decide a case (BR 4.2.2.1.1), and for evidence.
    [[nodiscard]] virtual Awaitable<Result<Answer>> lookup_with_dnssec(Question question,
                                                                       Deadline deadline) = 0;

    /// Whether `name` lies in a zone that is proved insecure, by DS queries from the top-level
    /// domain downwards. The name's own zone is not asked for anything, so that this tells also of
    /// a zone whose servers are silent. Whatever could not be established is not insecure.
    [[nodiscard]] virtual Awaitable<ZoneProof> prove_insecure(Name name, Deadline deadline) = 0;
};

} // namespace base::dns
