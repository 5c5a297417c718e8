// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the audit journal holds for one request (BR 5.4.1 (2)(2), (2)(7), (2)(8)): the request as
// normalised, each perspective's terminal record, the quorum per part, the decision. No secrets:
// expected values appear as their SHA-256.

#include "base/core/result.hpp"
#include "mpic/model/corroboration.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mpic::wire {

/// {"kind":"decision",…}: written before the answer leaves; perspectives not waited for are in
/// "pending".
[[nodiscard]] std::string encode_decision_record(const CheckRequest& request,
                                                 const Corroboration& corroboration,
                                                 std::string_view client);
/// {"kind":"late",…}: the terminal record of one perspective that the decision did not wait for.
/// `decision` is of the tally of all replies.
[[nodiscard]] std::string encode_late_record(const CheckRequest& request, const Attempt& attempt,
                                             std::size_t seat, const Reply& reply,
                                             const SeatDecision& decision);
/// {"kind":"start",…}: written when a service begins to write to the journal. Attempts that are
/// open at that point get no further records: the service ended before.
[[nodiscard]] std::string encode_start_record(std::string_view build);

/// A perspective's terminal record read back, as far as the decision depends on it.
struct AuditSeat {
    Seat seat;
    Reply reply;            ///< without evidence; a record set is its SHA-256
    SeatDecision recorded;  ///< the outcomes that the record states
    std::string dcv_result; ///< in the words of BR 5.4.1 (2)(7); empty when not asked
    std::string caa_result;
    bool operator==(const AuditSeat&) const = default;
};

/// What a decision record states of one part.
struct AuditPart {
    bool passed = false;
    std::string result; ///< "4/5"
    RirSet rirs;
    std::optional<bool> primary_passed;
    bool operator==(const AuditPart&) const = default;
};

struct AuditDecision {
    Attempt attempt; ///< its seats are those of `seats`: where the pending ones are is not recorded
    std::vector<AuditSeat> seats;
    std::vector<std::string> pending;
    bool ok = false;
    std::string code;
    std::string result; ///< over both parts
    RirSet rirs;
    std::optional<AuditPart> dcv;
    std::optional<AuditPart> caa;
};

struct AuditLate {
    std::string attempt_id;
    AuditSeat seat;
};

/// Records about the journal itself: "start", and the "repair" of base/log/journal.hpp.
struct AuditMark {
    std::string kind;
    std::string reason;
    std::int64_t refused_records = 0;
};

using AuditRecord = std::variant<AuditDecision, AuditLate, AuditMark>;

/// FailureKind::invalid with every problem in the detail.
[[nodiscard]] base::Result<AuditRecord> decode_audit_record(std::string_view record);

} // namespace mpic::wire
