// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/caa_shown.hpp"

#include <variant>

namespace mpic::wire {
namespace {

/// The set that one perspective determined. A lookup failure that counts as permission
/// (BR 4.2.2.1.1) determines a verdict, but with no node found it must not look like "no CAA
/// anywhere".
std::optional<ShownCaa> determined_set(const SeatReply& reply) {
    const auto* report = reply ? std::get_if<PerspectiveReport>(&*reply) : nullptr;
    if (report == nullptr || !report->caa || report->caa->finding.verdict == Verdict::undetermined)
        return std::nullopt;
    const CaaReport& caa = *report->caa;
    if (caa.lookup_failure && caa.node.empty())
        return std::nullopt;
    return ShownCaa{.node = caa.node, .rdata = caa.rdata};
}

std::optional<ShownCaa> of_remotes(const Corroboration& corroboration) {
    std::optional<ShownCaa> common;
    bool agreed = true;
    for (std::size_t i = 0; i < corroboration.replies.size(); ++i) {
        const auto set = determined_set(corroboration.replies[i]);
        if (!set)
            continue;
        const auto& seat = corroboration.decision.seats.at(i);
        if (seat && seat->caa == Outcome::corroborates)
            return set;
        agreed = agreed && (!common || *common == *set);
        common = set;
    }
    return agreed ? common : std::nullopt;
}

} // namespace

std::optional<ShownCaa> caa_to_show(const Corroboration& corroboration) {
    const PartDecision& decision = corroboration.decision.caa;
    if (!decision.asked)
        return std::nullopt;
    if (decision.determined)
        return ShownCaa{.node = decision.node, .rdata = decision.rdata};
    if (!corroboration.attempt.caa_by_permission)
        return std::nullopt;
    const auto& seats = corroboration.attempt.seats;
    for (std::size_t i = 0; i < seats.size(); ++i)
        if (seats[i].role == Role::primary)
            return determined_set(corroboration.replies.at(i));
    return of_remotes(corroboration);
}

} // namespace mpic::wire
