// SPDX-License-Identifier: Apache-2.0
#pragma once
// What each seat says of one part, reduced to what the decision depends on. DCV without selection
// and CAA by permission have no set: all that pass then belong to the one group of the empty set,
// so that one rule serves all ways of agreeing.

#include "mpic/model/tally.hpp"

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace mpic {

enum class Part { dcv, caa };

/// A determined CAA RRset, comparable: the node as a canonical name, the RDATA sorted without
/// duplicates. For DCV by selection the selected values, without a node.
struct RecordSet {
    std::string node;
    std::vector<std::string> rdata;
    auto operator<=>(const RecordSet&) const = default;
};
[[nodiscard]] RecordSet record_set(const CaaReport& report);
[[nodiscard]] RecordSet selected_set(const DcvReport& report);

struct Vote {
    bool reported = false;            ///< a reply came, be it a NoReport
    std::optional<Outcome> no_report; ///< timeout, unreachable or misconfigured
    Verdict verdict = Verdict::undetermined;
    RecordSet set; ///< when passed

    [[nodiscard]] bool passed() const {
        return reported && !no_report && verdict == Verdict::passed;
    }
};

/// The remotes that passed with the same set.
struct Group {
    RecordSet set;
    int size = 0;
    RirSet rirs;
};

/// The votes on one part, counted as they come.
struct Ballot {
    Ballot(const Attempt& attempt, Part part);
    /// The seat has none yet.
    void cast(const Attempt& attempt, std::size_t seat, const Reply& reply);

    Part part;
    std::optional<std::size_t> primary; ///< its seat
    bool by_set = false;
    std::vector<Vote> votes;   ///< per seat
    std::vector<Group> groups; ///< by set, in the order of sets
};

/// Those on each part that the attempt asks for.
struct Ballots {
    explicit Ballots(const Attempt& attempt);
    Ballots(const Attempt& attempt, const Replies& replies);
    void cast(const Attempt& attempt, std::size_t seat, const Reply& reply);

    std::optional<Ballot> dcv;
    std::optional<Ballot> caa;
};
[[nodiscard]] Decision decide(const Attempt& attempt, const Ballots& ballots);
[[nodiscard]] bool is_certain(const Attempt& attempt, const Ballots& ballots);

/// The group that is larger than every other; nothing when two are the largest.
[[nodiscard]] const Group* largest(const std::vector<Group>& groups);

/// Whether so many corroborations from these regions satisfy the rule (BR 3.2.2.9). None never do.
[[nodiscard]] bool satisfies(const QuorumRule& rule, int corroborated, const RirSet& rirs);

/// Whether the report is not by whom the seat belongs to.
[[nodiscard]] inline bool is_impostor(const Seat& seat, const PerspectiveReport& report) {
    return report.perspective != seat.id;
}

} // namespace mpic
