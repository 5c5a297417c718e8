// SPDX-License-Identifier: Apache-2.0
#pragma once
// The roster: the perspectives that a coordinator may ask, as its operator declares them.

#include "base/core/clock.hpp"
#include "mpic/model/place.hpp"
#include "mpic/model/quorum_policy.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpic {

/// The primary's determination is what remotes corroborate (BR 1.6.1 "Primary Network
/// Perspective").
enum class Role { primary, remote };
[[nodiscard]] std::string_view to_string(Role role);
[[nodiscard]] std::optional<Role> role_from(std::string_view text);

struct RosterResolver {
    std::string id;
    Place place;
    bool operator==(const RosterResolver&) const = default;
};

struct Perspective {
    std::string id; ///< 1..32 of [a-z0-9-]: "fra", "nrt-2"
    Role role{};
    Place place;
    RosterResolver resolver;
    std::string url;      ///< "https://HOST:PORT" of its agent
    std::string identity; ///< the SAN its certificate must carry; unique in the roster
    bool operator==(const Perspective&) const = default;
};

struct Roster {
    std::vector<Perspective> perspectives;

    [[nodiscard]] const Perspective* primary() const;
    [[nodiscard]] std::size_t remote_count() const;
    bool operator==(const Roster&) const = default;
};

/// Every breach of the rules a roster must meet at `at` under `policy`, one sentence each naming
/// the perspectives: ids, urls, identities and resolver ids unique and well-formed, at most one
/// primary, coordinates in range, resolver in its perspective's RIR region, all perspectives and
/// all resolvers apart pairwise by the policy's distance plus 1 km both by great circle and by
/// straight line (501 km for the 500 km of BR 3.2.2.9, which does not say how it is measured),
/// remotes in enough RIRs, and as many as the date demands. Empty: compliant.
[[nodiscard]] std::vector<std::string>
roster_breaches(const Roster& roster, const QuorumPolicy& policy, base::WallTime at);

/// What no rule forbids and an operator should know, one sentence each: all perspectives in one RIR
/// region, a spread of RIRs that the allowed non-corroborations can undo, no primary.
[[nodiscard]] std::vector<std::string>
roster_warnings(const Roster& roster, const QuorumPolicy& policy, base::WallTime at);

struct DatedCompliance {
    base::WallTime from; ///< `now` for the first, then the start of each later phase
    std::string phase;
    std::vector<std::string> breaches;
};
/// Compliance now and at each later date of the policy's table.
[[nodiscard]] std::vector<DatedCompliance>
compliance_schedule(const Roster& roster, const QuorumPolicy& policy, base::WallTime now);

/// The perspectives of one attempt, as indexes into the roster: the primary (if any) first, then
/// `remotes` remotes (all when 0 or more than there are), chosen by `seed` with the widest spread
/// of RIRs: no RIR gives a second one before every RIR that has one has given its first, and so on.
/// The choice does not depend on the roster's order, but keeps it.
[[nodiscard]] std::vector<std::size_t> choose_cohort(const Roster& roster, std::size_t remotes,
                                                     std::uint64_t seed);

} // namespace mpic
