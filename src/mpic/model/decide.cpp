// SPDX-License-Identifier: Apache-2.0
#include "mpic/model/tally.hpp"
#include "votes.hpp"

#include <algorithm>

namespace mpic {
namespace {

/// The set that remotes are held against: the primary's. While the primary has determined none, the
/// largest group's, so that the odd one out still shows.
std::optional<RecordSet> reference(const Ballot& ballot) {
    if (ballot.primary && ballot.votes[*ballot.primary].passed())
        return ballot.votes[*ballot.primary].set;
    if (const Group* group = largest(ballot.groups))
        return group->set;
    return std::nullopt;
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

struct PartResult {
    PartDecision decision;
    std::vector<std::optional<Outcome>> outcomes; ///< per seat
};

/// Whether the primary, if there is one, lets the part pass.
bool primary_allows(const Ballot& ballot, const PartDecision& decision) {
    return !ballot.primary || decision.primary_passed.value_or(false);
}

PartResult decide_part(const Attempt& attempt, const Replies& replies, Part part) {
    PartResult result;
    result.outcomes.resize(attempt.seats.size());
    if (!asks(attempt, part))
        return result;
    PartDecision& decision = result.decision;
    decision.asked = true;
    const Ballot votes = ballot(attempt, replies, part);
    const std::optional<RecordSet> held_against = reference(votes);
    for (std::size_t i = 0; i < attempt.seats.size(); ++i) {
        const Vote& vote = votes.votes[i];
        if (!vote.reported)
            continue;
        const bool agrees =
            vote.passed() && (i == votes.primary || (held_against && vote.set == *held_against));
        result.outcomes[i] = outcome_of(vote, agrees);
        if (i == votes.primary)
            decision.primary_passed = vote.passed();
        if (agrees && attempt.seats[i].role == Role::remote) {
            ++decision.corroborated;
            decision.rirs.insert(attempt.seats[i].rir);
        }
    }
    decision.passed = primary_allows(votes, decision)
                      && satisfies(attempt.rule, decision.corroborated, decision.rirs);
    if (votes.by_set && held_against && primary_allows(votes, decision)) {
        decision.node = held_against->node;
        decision.rdata = held_against->rdata;
        decision.determined = true;
    }
    return result;
}

std::optional<SeatDecision> seat_decision(std::optional<Outcome> dcv, std::optional<Outcome> caa) {
    if (!dcv && !caa)
        return std::nullopt;
    return SeatDecision{std::max(dcv, caa).value(), dcv, caa}; // nothing compares below everything
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

Decision decide(const Attempt& attempt, const Replies& replies) {
    PartResult dcv = decide_part(attempt, replies, Part::dcv);
    PartResult caa = decide_part(attempt, replies, Part::caa);
    Decision decision;
    for (std::size_t i = 0; i < attempt.seats.size(); ++i)
        decision.seats.push_back(seat_decision(dcv.outcomes[i], caa.outcomes[i]));
    decision.dcv = std::move(dcv.decision);
    decision.caa = std::move(caa.decision);
    combine(decision);
    return decision;
}

} // namespace mpic
