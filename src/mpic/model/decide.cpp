// SPDX-License-Identifier: Apache-2.0
#include "mpic/model/tally.hpp"
#include "votes.hpp"

#include <algorithm>

namespace mpic {
namespace {

/// The set that remotes are held against: the primary's. While the primary has determined none, the
/// largest group's, so that the odd one out still shows.
const RecordSet* reference(const Ballot& ballot) {
    if (ballot.primary && ballot.votes[*ballot.primary].passed())
        return &ballot.votes[*ballot.primary].set;
    const Group* group = largest(ballot.groups);
    return group == nullptr ? nullptr : &group->set;
}

Outcome outcome_of(const Vote& vote, bool agrees) {
    if (vote.no_report)
        return *vote.no_report;
    switch (vote.verdict) {
    case Verdict::passed:
        return agrees ? Outcome::corroborates : Outcome::disagrees;
    case Verdict::rejected:
        return Outcome::disagrees;
    case Verdict::undetermined:
        break;
    }
    return Outcome::failed;
}

/// Whether the primary, if there is one, lets the part pass.
bool primary_allows(const Ballot& ballot, const PartDecision& decision) {
    return !ballot.primary || decision.primary_passed.value_or(false);
}

using Seats = std::vector<std::optional<SeatDecision>>;

/// Over both parts the outcome is the one later in the enumeration.
void add_outcome(std::optional<SeatDecision>& seat, Part part, Outcome outcome) {
    if (!seat)
        seat = SeatDecision{outcome, {}, {}};
    seat->outcome = std::max(seat->outcome, outcome);
    (part == Part::dcv ? seat->dcv : seat->caa) = outcome;
}

PartDecision decide_part(const Attempt& attempt, const Ballot& ballot, Seats& seats) {
    PartDecision decision;
    decision.asked = true;
    const RecordSet* held_against = reference(ballot);
    for (std::size_t i = 0; i < attempt.seats.size(); ++i) {
        const Vote& vote = ballot.votes[i];
        if (!vote.reported)
            continue;
        const bool agrees =
            vote.passed()
            && (i == ballot.primary || (held_against != nullptr && vote.set == *held_against));
        add_outcome(seats[i], ballot.part, outcome_of(vote, agrees));
        if (i == ballot.primary)
            decision.primary_passed = vote.passed();
        if (agrees && attempt.seats[i].role == Role::remote) {
            ++decision.corroborated;
            decision.rirs.insert(attempt.seats[i].rir);
        }
    }
    decision.passed = primary_allows(ballot, decision)
                      && satisfies(attempt.rule, decision.corroborated, decision.rirs);
    if (ballot.by_set && held_against != nullptr && primary_allows(ballot, decision)) {
        decision.node = held_against->node;
        decision.rdata = held_against->rdata;
        decision.determined = true;
    }
    return decision;
}

void combine(Decision& decision) {
    if (decision.dcv.asked && decision.caa.asked) {
        decision.corroborated = std::min(decision.dcv.corroborated, decision.caa.corroborated);
        for (const Rir rir : decision.dcv.rirs)
            if (decision.caa.rirs.contains(rir))
                decision.rirs.insert(rir);
        decision.ok = decision.dcv.passed && decision.caa.passed;
        return;
    }
    const PartDecision& only = decision.dcv.asked ? decision.dcv : decision.caa;
    decision.corroborated = only.corroborated;
    decision.rirs = only.rirs;
    decision.ok = only.passed;
}

} // namespace

Decision decide(const Attempt& attempt, const Ballots& ballots) {
    Decision decision;
    decision.seats.resize(attempt.seats.size());
    if (ballots.dcv)
        decision.dcv = decide_part(attempt, *ballots.dcv, decision.seats);
    if (ballots.caa)
        decision.caa = decide_part(attempt, *ballots.caa, decision.seats);
    combine(decision);
    return decision;
}

Decision decide(const Attempt& attempt, const Replies& replies) {
    return decide(attempt, Ballots(attempt, replies));
}

} // namespace mpic
