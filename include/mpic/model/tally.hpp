// SPDX-License-Identifier: Apache-2.0
#pragma once
// The decision, as a pure machine without clock or socket. Replies go in, in any order; the same
// replies give the same decision in every order (BR 3.2.2.9).

#include "base/core/result.hpp"
#include "mpic/model/place.hpp"
#include "mpic/model/quorum_policy.hpp"
#include "mpic/model/report.hpp"
#include "mpic/model/rir_set.hpp"
#include "mpic/model/roster.hpp"

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace mpic {

/// What became of one perspective in one attempt; exactly one for each.
enum class Outcome {
    corroborates,  ///< passed, and agrees with the primary's determination
    disagrees,     ///< determined something else
    failed,        ///< reported that it could not determine: SERVFAIL, connection refused, …
    timeout,       ///< its agent did not report in time
    unreachable,   ///< its agent could not be reached, broke off, or did not speak the protocol
    misconfigured, ///< somebody else answered in its place
};
[[nodiscard]] std::string_view to_string(Outcome outcome);
[[nodiscard]] std::optional<Outcome> outcome_from(std::string_view text);

/// Why there is no report: outcome is timeout, unreachable or misconfigured.
struct NoReport {
    Outcome outcome{};
    base::Failure failure;
    double elapsed_ms = 0;
    bool operator==(const NoReport&) const = default;
};
/// A report that names another perspective than its seat's counts as misconfigured.
using Reply = std::variant<PerspectiveReport, NoReport>;

/// One seat's reply, or nothing yet. Shared, because nobody changes it any more: the decision, its
/// record and its answer all speak of the one that came. Compares by what was replied.
class SeatReply {
public:
    SeatReply() = default;
    explicit SeatReply(std::unique_ptr<const Reply> reply) : reply_(std::move(reply)) {}
    template <std::convertible_to<Reply> T>
    SeatReply(T&& reply) // NOLINT: a reply is a seat's reply
        : reply_(std::make_shared<const Reply>(static_cast<Reply>(std::forward<T>(reply)))) {}

    [[nodiscard]] bool has_value() const { return reply_ != nullptr; }
    explicit operator bool() const { return has_value(); }
    /// There must be one.
    const Reply& operator*() const { return *reply_; }
    const Reply* operator->() const { return reply_.get(); }
    void reset() { reply_.reset(); }
    bool operator==(const SeatReply& other) const {
        return reply_ == other.reply_ || (reply_ && other.reply_ && *reply_ == *other.reply_);
    }

private:
    std::shared_ptr<const Reply> reply_;
};
using Replies = std::vector<SeatReply>; ///< one place for each seat

/// One perspective's place in an attempt.
struct Seat {
    std::string id;
    Role role{};
    Rir rir{};
    bool operator==(const Seat&) const = default;
};

/// Fixed when an attempt starts; nothing joins or leaves afterwards.
struct Attempt {
    std::string id;
    int number = 1; ///< 1 for the first
    std::vector<Seat> seats;
    QuorumRule rule;
    bool asks_dcv = false;
    bool asks_caa = false;
    /// CAA is corroborated by each perspective's permission (BR 4.2.2.1.1) instead of equal record
    /// sets.
    bool caa_by_permission = false;
    /// DCV is corroborated by equal DcvReport::selected instead of a passed finding alone (BR
    /// 3.2.2.4.13, .14, .16, .17, .22, 3.2.2.5.3: the *same* contact, account or name).
    bool dcv_by_selection = false;
    bool operator==(const Attempt&) const = default;
};

/// DCV or CAA, decided for itself.
///
/// A remote corroborates DCV, and CAA by permission, when its finding passed (BR 4.2.2.1.1:
/// permission counts, not octets; it must have been said). It corroborates a CAA record set when it
/// determined the same set at the same node as the primary; while there is no primary
/// determination, as the largest group of remotes, and as nobody when two groups are the largest.
/// DCV by selection goes by the set of selected values in the same way.
/// The part passes when the primary, if the attempt has one, passed, at least rule.required remotes
/// corroborate from at least rule.minimum_rirs regions, and rule.remotes is not below
/// rule.minimum_remotes (BR 3.2.2.9).
struct PartDecision {
    bool asked = false;
    bool passed = false;
    std::optional<bool> primary_passed; ///< nothing without a primary, or before it reports
    int corroborated = 0;               ///< remotes
    RirSet rirs;                        ///< of the corroborating remotes
    /// CAA without permission: the node and canonical set that remotes were held against (the
    /// primary's; without a primary seat the largest group's, and a tie between the largest has
    /// none).
    std::string node;
    std::vector<std::string> rdata; ///< DCV by selection: the selected values
    bool determined = false;        ///< node and rdata mean something
    bool operator==(const PartDecision&) const = default;
};

struct SeatDecision {
    Outcome outcome{}; ///< over both parts; of two that fail, the one later in the enumeration
    std::optional<Outcome> dcv;
    std::optional<Outcome> caa;
    bool operator==(const SeatDecision&) const = default;
};

struct Decision {
    bool ok = false;
    PartDecision dcv;
    PartDecision caa;
    std::vector<std::optional<SeatDecision>> seats; ///< nothing for those that have not reported
    /// Over the asked parts: the smaller number of corroborations, and the RIRs common to both.
    int corroborated = 0;
    RirSet rirs;
    bool operator==(const Decision&) const = default;
};

/// The decision that `replies` (one place per seat, empty where none came) amount to if nobody else
/// reports. Pure. An attempt that asks for nothing is never ok.
[[nodiscard]] Decision decide(const Attempt& attempt, const Replies& replies);

/// Whether no further report can change `ok`; true as soon as that is so. Pure.
[[nodiscard]] bool is_certain(const Attempt& attempt, const Replies& replies);

struct Ballots;

class Tally {
public:
    enum class Phase {
        waiting, ///< ok is open
        tighten, ///< ok cannot change any more; stragglers get a short further deadline
        decided, ///< everybody has reported
    };

    /// Faults: no seats, more than one primary, nothing asked.
    explicit Tally(Attempt attempt);
    ~Tally();
    Tally(Tally&& other) noexcept;
    Tally& operator=(Tally&& other) noexcept;

    /// The first reply of a seat counts; later ones are ignored. Out-of-range seats are a fault.
    Phase record(std::size_t seat, SeatReply reply);
    [[nodiscard]] Phase phase() const { return phase_; }
    /// Of the replies so far; made once for them. Valid until the next record().
    [[nodiscard]] const Decision& decision() const;
    [[nodiscard]] const Attempt& attempt() const { return attempt_; }
    [[nodiscard]] const Replies& replies() const { return replies_; }

private:
    void look();

    Attempt attempt_;
    Replies replies_;
    std::unique_ptr<Ballots> ballots_; ///< what the replies say, each read once
    std::size_t reported_ = 0;
    mutable std::optional<Decision> decision_; ///< of these replies, once it was asked for
    Phase phase_ = Phase::waiting;
};

} // namespace mpic
