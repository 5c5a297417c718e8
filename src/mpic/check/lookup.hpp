// SPDX-License-Identifier: Apache-2.0
#pragma once
// DNS lookups as a check makes them: each under its own time limit, tried again when it fails, and
// kept as evidence. The one place that turns answers and failures of the resolver into
// LookupEvidence.

#include "base/async/awaitable.hpp"
#include "base/core/clock.hpp"
#include "base/core/deadline.hpp"
#include "base/core/result.hpp"
#include "base/dns/resolver.hpp"
#include "mpic/check/vantage.hpp"
#include "mpic/model/report.hpp"

#include <optional>
#include <vector>

namespace mpic::check {

/// One question, what its last try brought, and what all of them cost.
struct Lookup {
    base::dns::Question question;
    base::Result<base::dns::Answer> result;
    /// Tries that got a response or had their full time. One that the deadline cut short proves
    /// nothing.
    int full_tries = 0;
    int queries = 0;          ///< as the resolver counts them
    bool state_asked = false; ///< the last try asked for the DNSSEC state beyond the AD bit
    /// For a lookup without any response: the zone that fails, as far as that was looked into.
    std::optional<base::dns::ZoneProof> zone;
    base::SteadyTime::duration elapsed{};
};

/// The answer if it says what is there: NOERROR or NXDOMAIN. Null for failures and other RCODEs.
[[nodiscard]] const base::dns::Answer* usable(const Lookup& lookup);
/// Why a lookup is not usable. Requires !usable(lookup).
[[nodiscard]] base::Failure failure_of(const Lookup& lookup);
/// That of the answer; of silence, what was proved of the zone that fails.
[[nodiscard]] base::dns::DnssecState state_of(const Lookup& lookup);
void add_evidence(const Lookup& lookup, Lookups::List& evidence);

/// One try of each question, side by side; in their order at the end of `lookups`, which are the
/// awaiting frame's.
[[nodiscard]] base::Awaitable<void> first_tries(const Vantage& vantage,
                                                std::vector<base::dns::Question> questions,
                                                base::Deadline deadline,
                                                std::vector<Lookup>& lookups);
/// Up to CheckSettings::dns_retries more tries while the lookup is not usable. The last one asks
/// for the DNSSEC state as well if the resolver has been responding. A truncated answer is final:
/// what was cut off is there, and a second look must not make it disappear. `lookup` is the
/// awaiting frame's.
[[nodiscard]] base::Awaitable<void> further_tries(const Vantage& vantage, Lookup& lookup,
                                                  base::Deadline deadline);
/// Both.
[[nodiscard]] base::Awaitable<Lookup> look_up(const Vantage& vantage, base::dns::Question question,
                                              base::Deadline deadline);
/// Both, of each question, side by side; in their order.
[[nodiscard]] base::Awaitable<std::vector<Lookup>>
look_up_all(const Vantage& vantage, std::vector<base::dns::Question> questions,
            base::Deadline deadline);
/// One try that settles the DNSSEC state, for evidence about another lookup.
[[nodiscard]] base::Awaitable<Lookup>
look_up_state(const Vantage& vantage, base::dns::Question question, base::Deadline deadline);

} // namespace mpic::check
