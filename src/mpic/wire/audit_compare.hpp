// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a record states against what follows from the reports, a sentence for each difference.

#include "mpic/wire/audit_record.hpp"

#include <string>
#include <vector>

namespace mpic::wire {

/// One perspective's outcomes and results against the replayed decision.
void compare_seat(const Attempt& attempt, const AuditSeat& seat,
                  const std::optional<SeatDecision>& replayed, std::vector<std::string>& problems);

/// `ok`, the code and the quorum of each part.
void compare_decision(const AuditDecision& recorded, const Decision& replayed,
                      std::vector<std::string>& problems);

/// Each id once, at most one primary, and as many remotes as the quorum counts (BR 5.4.1 (2)(8)).
/// `pending` of the seats have an unknown role.
void compare_seats(const Attempt& attempt, const std::vector<std::string>& pending,
                   std::vector<std::string>& problems);

/// The recorded rule against the policy's on that day: it may be tighter and not looser.
void compare_rule(const QuorumRule& rule, base::WallTime at, std::vector<std::string>& problems);

} // namespace mpic::wire
