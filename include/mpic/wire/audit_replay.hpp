// SPDX-License-Identifier: Apache-2.0
#pragma once
// What an auditor wants to know of audit records beyond their chain: that every attempt has its
// decision and exactly one terminal record for each perspective, and that the decision is the one
// that the reports amount to. Pure: records go in, remarks come out.

#include "base/core/clock.hpp"
#include "mpic/wire/audit_record.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpic::wire {

/// The decision made once more by mpic::decide() from the recorded reports under the recorded rule:
/// a sentence for everything in which the record differs, and for a rule below the policy's floor
/// on that day (BR 3.2.2.9). Empty: the record is what it must be.
[[nodiscard]] std::vector<std::string> replay_problems(const AuditDecision& decision,
                                                       base::WallTime at);

struct AuditPlace {
    std::string segment;
    std::size_t line = 0;
    bool operator==(const AuditPlace&) const = default;
};

struct AuditRemark {
    AuditPlace place;
    std::string message;
    bool problem = true; ///< false: worth knowing, and explained
    bool operator==(const AuditRemark&) const = default;
};

/// Takes the records of one journal in order. Holds the attempts of the last `longest_attempt`
/// only, so its memory does not grow with the journal; for those that an outage of the disk holds
/// up that time begins anew with its end. A single step between two records counts as half of it at
/// the most: the wall clock may have been set.
class AuditReplay {
public:
    /// Longer than any attempt: request-ms, evidence-grace-ms and straggler-ms at their maxima.
    static constexpr std::chrono::minutes longest_attempt{15};

    explicit AuditReplay(std::function<void(AuditRemark)> say) : say_(std::move(say)) {}

    /// `seq` 1 is the journal's first record.
    void take(AuditPlace place, std::uint64_t seq, base::WallTime time, std::string_view record);
    /// Says what is still open. A missing late record at the very end is no problem: the service
    /// runs on, or was stopped.
    void finish();

    [[nodiscard]] std::uint64_t decisions() const { return decisions_; }
    [[nodiscard]] std::uint64_t late_records() const { return late_records_; }

private:
    struct Late {
        AuditPlace place;
        AuditSeat seat;
    };
    struct Open {
        AuditPlace place;
        AuditDecision decision;
        std::set<std::string> pending;
        std::vector<Late> late;
        bool refused = false; ///< an outage of the disk came after it
    };
    using Duration = base::WallTime::duration;
    using Attempts = std::map<std::string, Open, std::less<>>;

    void take_decision(AuditPlace place, base::WallTime time, AuditDecision decision);
    void take_late(AuditPlace place, AuditLate late);
    void take_mark(const AuditMark& mark);
    void hold_over();
    void orphan(const AuditPlace& place, const AuditLate& late);
    void complete(const Open& open);
    void pass(base::WallTime time);
    /// `why` is empty for a gap that nothing explains.
    void give_up(const Open& open, std::string_view why);
    void problem(const AuditPlace& place, std::string message);

    std::function<void(AuditRemark)> say_;
    Attempts open_;
    std::map<std::string, AuditPlace, std::less<>> closed_;
    std::deque<std::pair<Duration, std::string>> order_; ///< of decisions
    std::optional<base::WallTime> now_;                  ///< of the record before
    Duration elapsed_{};             ///< since the first record, as far as it is sure
    std::optional<Duration> begin_;  ///< of a journal whose first segments are not here
    std::optional<Duration> outage_; ///< when records were last refused
    std::uint64_t decisions_ = 0;
    std::uint64_t late_records_ = 0;
};

} // namespace mpic::wire
