// SPDX-License-Identifier: Apache-2.0
#pragma once
// The authoritative data of the target's zones as one perspective sees it: aliases, wildcards, and
// what to say about a name that is not there. Pure.

#include "mpic/challenge_target/views.hpp"

#include <optional>
#include <string>

namespace mpic::challenge_target {

/// The zone with `name` in it that the target answers for: "test", so that a CAA climb ends in it,
/// or "127.in-addr.arpa", where its own addresses have their reverse names. Null for other names.
[[nodiscard]] const base::dns::Name* zone_of(const base::dns::Name& name);
/// The domain whose names exist from the start.
[[nodiscard]] const base::dns::Name& playground(); // mpic.test

/// A and AAAA of mpic.test and *.mpic.test at `addresses`.
[[nodiscard]] Views::Start start_records(const std::vector<base::net::IpAddress>& addresses);

struct ZoneAnswer {
    base::dns::Message response;
    bool drop = false;
    base::Milliseconds delay{0};
    /// An alias led out of the zone: its answer is to be appended, as a resolver would.
    std::optional<base::dns::Name> continue_at;
};

/// `query` has one question, for a name within a zone_of() its own. CNAME and DNAME are followed
/// inside the zone for at most 16 steps. Wildcards are RFC 4592's, with one exception made for
/// testers: A and AAAA of
/// *.mpic.test hold for every name below mpic.test that has none of its own, even if other types
/// are set there; putting a TXT record at a name must not take its web server away.
[[nodiscard]] ZoneAnswer answer_from_zone(const Views& views, const std::string& perspective,
                                          const base::dns::Message& query);

/// What every answer to `query` has in common.
[[nodiscard]] base::dns::Message response_to(const base::dns::Message& query);

} // namespace mpic::challenge_target
