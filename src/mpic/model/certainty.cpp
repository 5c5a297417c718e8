// SPDX-License-Identifier: Apache-2.0
// Whether `ok` can still change, without trying every completion of the missing replies.
//
// The two parts of one missing reply are free of each other, so each part is asked for itself: can
// it still pass, can it still fail. `ok` can become true when every asked part can pass, and false
// when any can fail.
//
// Can pass: corroborations only add up, so the best case is that the primary (if missing) and all
// missing remotes join one group, and the best group is one of those that exist or a new one.
//
// Can fail: with a primary, corroborations cannot be taken back, so the worst case is that all
// missing remotes fail, and a missing primary may always fail. Without one, the largest group
// passes only while it is alone at the top: it can also be undone by missing remotes that bring
// another group up to its size.

#include "mpic/model/tally.hpp"
#include "votes.hpp"

#include <algorithm>

namespace mpic {
namespace {

/// The remotes that have not reported.
Group missing_remotes(const Attempt& attempt, const Ballot& votes) {
    Group missing;
    for (std::size_t i = 0; i < attempt.seats.size(); ++i) {
        if (attempt.seats[i].role != Role::remote || votes.votes[i].reported)
            continue;
        ++missing.size;
        missing.rirs.insert(attempt.seats[i].rir);
    }
    return missing;
}

bool satisfies_with(const QuorumRule& rule, const Group& group, const Group& joining) {
    RirSet rirs = group.rirs;
    rirs.insert(joining.rirs.begin(), joining.rirs.end());
    return satisfies(rule, group.size + joining.size, rirs);
}

const Group& group_with(const Ballot& votes, const RecordSet& set) {
    static const Group none;
    const auto found = std::ranges::find(votes.groups, set, &Group::set);
    return found == votes.groups.end() ? none : *found;
}

/// The size of the largest group other than the one at `index`.
int largest_other(const std::vector<Group>& groups, std::size_t index) {
    int size = 0;
    for (std::size_t i = 0; i < groups.size(); ++i)
        if (i != index)
            size = std::max(size, groups[i].size);
    return size;
}

bool can_pass(const Attempt& attempt, const Ballot& votes) {
    const Group missing = missing_remotes(attempt, votes);
    if (votes.primary && votes.votes[*votes.primary].reported) {
        const Vote& primary = votes.votes[*votes.primary];
        return primary.passed()
               && satisfies_with(attempt.rule, group_with(votes, primary.set), missing);
    }
    static const Group none;
    const std::vector<Group>& groups = votes.groups;
    const auto can_win = [&](const Group& group, std::size_t index) {
        const bool alone_at_the_top = group.size + missing.size > largest_other(groups, index);
        return (votes.primary || alone_at_the_top) && satisfies_with(attempt.rule, group, missing);
    };
    for (std::size_t i = 0; i < groups.size(); ++i)
        if (can_win(groups[i], i))
            return true;
    // Or they make a new one, where there may be several.
    return (votes.by_set || groups.empty()) && can_win(none, groups.size());
}

bool can_fail(const Attempt& attempt, const Ballot& votes) {
    if (votes.primary) {
        const Vote& primary = votes.votes[*votes.primary];
        return !primary.passed()
               || !satisfies_with(attempt.rule, group_with(votes, primary.set), {});
    }
    const Group* winner = largest(votes.groups);
    if (winner == nullptr || !satisfies_with(attempt.rule, *winner, {}))
        return true;
    if (!votes.by_set)
        return false;
    const auto index = static_cast<std::size_t>(winner - votes.groups.data());
    return largest_other(votes.groups, index) + missing_remotes(attempt, votes).size
           >= winner->size;
}

} // namespace

bool is_certain(const Attempt& attempt, const Ballots& ballots) {
    bool all_can_pass = true;
    bool any_can_fail = false;
    for (const auto* votes : {&ballots.dcv, &ballots.caa}) {
        if (!*votes)
            continue;
        all_can_pass = all_can_pass && can_pass(attempt, **votes);
        any_can_fail = any_can_fail || can_fail(attempt, **votes);
    }
    return !all_can_pass || !any_can_fail;
}

bool is_certain(const Attempt& attempt, const Replies& replies) {
    return is_certain(attempt, Ballots(attempt, replies));
}

} // namespace mpic
