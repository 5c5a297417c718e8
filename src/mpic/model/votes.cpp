// SPDX-License-Identifier: Apache-2.0
#include "votes.hpp"

#include "base/core/encoding.hpp"
#include "base/dns/name.hpp"

#include <algorithm>
#include <functional>
#include <string_view>

namespace mpic {
namespace {

/// Whether Name::parse() would say the same.
bool is_canonical(std::string_view node) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    };
    return node.size() <= 253 && !node.starts_with('.') && !node.ends_with('.')
           && !node.contains("..") && std::ranges::all_of(node, plain);
}

std::string canonical_node(const std::string& node) {
    if (node.empty()) // no CAA anywhere; Name::parse would say the root
        return node;
    if (is_canonical(node))
        return node;
    const auto name = base::dns::Name::parse(node);
    return name ? name->text() : base::ascii_lower(node);
}

RecordSet canonical(RecordSet set) {
    if (std::ranges::adjacent_find(set.rdata, std::ranges::greater_equal()) == set.rdata.end())
        return set; // as nearly all report it
    std::ranges::sort(set.rdata);
    const auto repeated = std::ranges::unique(set.rdata);
    set.rdata.erase(repeated.begin(), repeated.end());
    return set;
}

/// BR 4.2.2.1.1: permission must have been said. An agent that says both "passed" and "does not
/// permit" gives none, and neither does one that did not judge the policy. Only a lookup failure
/// that is accepted under all conditions of BR 4.2.2.1 may have no set to judge.
bool is_permission(const CaaReport& caa) {
    return caa.permits.value_or(caa.lookup_failure && caa.lookup_failure->all());
}

Vote vote_of(const Attempt& attempt, const Seat& seat, const Reply& reply, Part part) {
    Vote vote{.reported = true, .no_report = {}, .set = {}};
    if (const auto* none = std::get_if<NoReport>(&reply)) {
        vote.no_report = std::max(none->outcome, Outcome::timeout);
        return vote;
    }
    const auto& report = std::get<PerspectiveReport>(reply);
    if (is_impostor(seat, report)) {
        vote.no_report = Outcome::misconfigured;
    } else if (part == Part::dcv && report.dcv) {
        vote.verdict = report.dcv->finding.verdict;
        if (attempt.dcv_by_selection && vote.verdict == Verdict::passed) {
            vote.set = selected_set(*report.dcv);
            if (vote.set.rdata.empty()) // nothing determined is nothing to agree on
                vote.verdict = Verdict::rejected;
        }
    } else if (part == Part::caa && report.caa) {
        vote.verdict = report.caa->finding.verdict;
        if (attempt.caa_by_permission && vote.verdict == Verdict::passed
            && !is_permission(*report.caa))
            vote.verdict = Verdict::rejected;
        if (!attempt.caa_by_permission && vote.verdict == Verdict::passed)
            vote.set = record_set(*report.caa);
    }
    return vote;
}

} // namespace

RecordSet record_set(const CaaReport& report) {
    return canonical(RecordSet{canonical_node(report.node), report.rdata});
}

RecordSet selected_set(const DcvReport& report) {
    return canonical(RecordSet{"", report.selected});
}

Ballot::Ballot(const Attempt& attempt, Part part_)
    : part(part_),
      by_set(part == Part::caa ? !attempt.caa_by_permission : attempt.dcv_by_selection),
      votes(attempt.seats.size()) {
    const auto seat = std::ranges::find(attempt.seats, Role::primary, &Seat::role);
    if (seat != attempt.seats.end())
        primary = static_cast<std::size_t>(seat - attempt.seats.begin());
}

void Ballot::cast(const Attempt& attempt, std::size_t at, const Reply& reply) {
    const Seat& seat = attempt.seats[at];
    const Vote& vote = votes[at] = vote_of(attempt, seat, reply, part);
    if (seat.role != Role::remote || !vote.passed())
        return;
    auto group = std::ranges::lower_bound(groups, vote.set, {}, &Group::set);
    if (group == groups.end() || group->set != vote.set)
        group = groups.insert(group, Group{vote.set, 0, {}});
    ++group->size;
    group->rirs.insert(seat.rir);
}

Ballots::Ballots(const Attempt& attempt) {
    if (attempt.asks_dcv)
        dcv.emplace(attempt, Part::dcv);
    if (attempt.asks_caa)
        caa.emplace(attempt, Part::caa);
}

Ballots::Ballots(const Attempt& attempt, const Replies& replies) : Ballots(attempt) {
    for (std::size_t seat = 0; seat < std::min(attempt.seats.size(), replies.size()); ++seat)
        if (replies[seat])
            cast(attempt, seat, *replies[seat]);
}

void Ballots::cast(const Attempt& attempt, std::size_t seat, const Reply& reply) {
    for (auto* ballot : {&dcv, &caa})
        if (*ballot)
            (*ballot)->cast(attempt, seat, reply);
}

const Group* largest(const std::vector<Group>& groups) {
    const auto best = std::ranges::max_element(groups, {}, &Group::size);
    if (best == groups.end() || std::ranges::count(groups, best->size, &Group::size) > 1)
        return nullptr;
    return &*best;
}

bool satisfies(const QuorumRule& rule, int corroborated, const RirSet& rirs) {
    return rule.remotes >= rule.minimum_remotes && corroborated >= std::max(rule.required, 1)
           && static_cast<int>(rirs.size()) >= rule.minimum_rirs;
}

} // namespace mpic
