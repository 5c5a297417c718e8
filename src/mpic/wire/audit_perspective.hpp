// SPDX-License-Identifier: Apache-2.0
#pragma once
// One perspective's terminal record of one attempt, BR 5.4.1 (2)(7): its identifier, the name or
// address attempted, and the result.

#include "mpic/model/tally.hpp"
#include "mpic/wire/evidence_json.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpic::wire {

/// A record over this size is written with digests in place of what makes it big: record sets,
/// lookups and long texts that a hostile zone chose.
inline constexpr std::size_t audit_record_limit = 512 * 1024;

enum class AuditDetail {
    evidence, ///< the record set, and each lookup with its DNSSEC state (BR 4.2.2.2.7)
    digests,  ///< their number and SHA-256, and texts cut short
};

/// One object.
void put_audit_perspective(JsonOut& out, const CheckRequest& request, const Seat& seat,
                           const Reply& reply, const SeatDecision& decision, AuditDetail detail);

/// In the words of BR 5.4.1 (2)(7), of a part that was asked; empty for a report that lacks it.
[[nodiscard]] std::string_view audit_dcv_result(const Reply& reply);
/// `outcome` is the decision's for this part.
[[nodiscard]] std::string_view audit_caa_result(const Reply& reply, bool by_permission,
                                                const std::optional<Outcome>& outcome);

/// SHA-256 of a record set as decisions compare it: in whatever order, without duplicates.
[[nodiscard]] std::string record_set_digest(std::vector<std::string> rdata);

} // namespace mpic::wire
