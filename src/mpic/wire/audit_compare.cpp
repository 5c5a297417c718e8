// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/audit_compare.hpp"

#include "base/core/encoding.hpp"
#include "mpic/wire/audit_perspective.hpp"
#include "mpic/wire/audit_replay.hpp"
#include "mpic/wire/quorum_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace mpic::wire {
namespace {

std::string words(const RirSet& rirs) {
    std::vector<std::string> names;
    for (const Rir rir : rirs)
        names.emplace_back(to_string(rir));
    return names.empty() ? "none" : base::join_and(names);
}

std::string word(const std::optional<Outcome>& outcome) {
    return outcome ? std::string(to_string(*outcome)) : "nothing";
}

std::string word(const std::optional<bool>& flag) {
    return flag ? (*flag ? "true" : "false") : "nothing";
}

void compare(std::string_view what, const std::string& recorded, const std::string& replayed,
             std::vector<std::string>& problems) {
    if (recorded != replayed)
        problems.push_back(fmt::format("{} is recorded as {}, and the reports make it {}", what,
                                       base::excerpt(recorded), replayed));
}

void compare_part(std::string_view name, const std::optional<AuditPart>& recorded,
                  const PartDecision& replayed, const QuorumRule& rule,
                  std::vector<std::string>& problems) {
    if (recorded.has_value() != replayed.asked) {
        problems.push_back(fmt::format("quorum.{} is {}, and {} was {}asked for", name,
                                       recorded ? "there" : "missing", name,
                                       replayed.asked ? "" : "not "));
        return;
    }
    if (!recorded)
        return;
    const auto key = [name](std::string_view member) {
        return fmt::format("quorum.{}.{}", name, member);
    };
    compare(key("passed"), word(recorded->passed), word(replayed.passed), problems);
    compare(key("result"), recorded->result, quorum_result(replayed.corroborated, rule.remotes),
            problems);
    compare(key("rirs"), words(recorded->rirs), words(replayed.rirs), problems);
    compare(key("primary-passed"), word(recorded->primary_passed), word(replayed.primary_passed),
            problems);
}

/// The floor under the name that the rule gives, if that is in force at `at` or was a moment ago.
/// Or if it comes into force later: the clock that dated the record was set back, and the stricter
/// phase stays in force through that.
std::optional<QuorumRule> floor_of(const QuorumRule& rule, base::WallTime at) {
    for (const QuorumPolicy& policy : {QuorumPolicy::cabf_br(), QuorumPolicy::demo()})
        for (const base::WallTime day : {at, at - AuditReplay::longest_attempt})
            if (QuorumRule floor = policy.rule(day, rule.remotes); floor.policy == rule.policy)
                return floor;
    for (const QuorumPolicy& policy : {QuorumPolicy::cabf_br(), QuorumPolicy::demo()})
        for (const PolicyPhase& phase : policy.phases())
            if (phase.from > at && phase.name == rule.policy)
                return policy.rule(phase.from, rule.remotes);
    return std::nullopt;
}

} // namespace

void compare_seat(const Attempt& attempt, const AuditSeat& seat,
                  const std::optional<SeatDecision>& replayed, std::vector<std::string>& problems) {
    const auto key = [&seat](std::string_view member) {
        return fmt::format("{} of perspective {}", member, base::excerpt(seat.seat.id, 64));
    };
    const SeatDecision none;
    const SeatDecision& expected = replayed ? *replayed : none;
    compare(key("outcome"), word(seat.recorded.outcome), word(expected.outcome), problems);
    compare(key("dcv-outcome"), word(seat.recorded.dcv), word(expected.dcv), problems);
    compare(key("caa-outcome"), word(seat.recorded.caa), word(expected.caa), problems);
    if (attempt.asks_dcv)
        compare(key("dcv.result"), seat.dcv_result, std::string(audit_dcv_result(seat.reply)),
                problems);
    if (attempt.asks_caa)
        compare(key("caa.result"), seat.caa_result,
                std::string(audit_caa_result(seat.reply, attempt.caa_by_permission, expected.caa)),
                problems);
}

void compare_decision(const AuditDecision& recorded, const Decision& replayed,
                      std::vector<std::string>& problems) {
    const QuorumRule& rule = recorded.attempt.rule;
    compare("ok", word(recorded.ok), word(replayed.ok), problems);
    if ((recorded.code == "ok") != recorded.ok)
        problems.push_back(fmt::format("ok is recorded as {}, and its code as {}", recorded.ok,
                                       base::excerpt(recorded.code, 64)));
    compare("quorum.result", recorded.result, quorum_result(replayed.corroborated, rule.remotes),
            problems);
    compare("quorum.rirs", words(recorded.rirs), words(replayed.rirs), problems);
    compare_part("dcv", recorded.dcv, replayed.dcv, rule, problems);
    compare_part("caa", recorded.caa, replayed.caa, rule, problems);
}

void compare_seats(const Attempt& attempt, const std::vector<std::string>& pending,
                   std::vector<std::string>& problems) {
    std::set<std::string_view> ids;
    const auto once = [&](const std::string& id) {
        if (!ids.insert(id).second)
            problems.push_back(fmt::format("perspective {} has more than one place in the record",
                                           base::excerpt(id, 64)));
    };
    std::ranges::for_each(attempt.seats, once, &Seat::id);
    std::ranges::for_each(pending, once);
    const auto primaries = std::ranges::count(attempt.seats, Role::primary, &Seat::role);
    if (primaries > 1)
        problems.push_back(fmt::format("{} perspectives are recorded as the primary", primaries));
    const auto remotes = std::ssize(attempt.seats) + std::ssize(pending) - primaries;
    const bool primary_may_be_pending = primaries == 0 && !pending.empty();
    if (remotes != attempt.rule.remotes
        && !(primary_may_be_pending && remotes == attempt.rule.remotes + 1))
        problems.push_back(fmt::format("{} remote perspectives are recorded, and the quorum counts "
                                       "{}: a record is missing or one too many",
                                       remotes, attempt.rule.remotes));
}

void compare_rule(const QuorumRule& rule, base::WallTime at, std::vector<std::string>& problems) {
    const auto floor = floor_of(rule, at);
    if (!floor) {
        problems.push_back(fmt::format("the policy {} was not in force at that time",
                                       base::excerpt(rule.policy, 64)));
        return;
    }
    struct Row {
        std::string_view key;
        int recorded;
        int least;
    };
    for (const Row& row :
         std::array{Row{"required", rule.required, floor->required},
                    Row{"minimum-remotes", rule.minimum_remotes, floor->minimum_remotes},
                    Row{"minimum-rirs", rule.minimum_rirs, floor->minimum_rirs}})
        if (row.recorded < row.least)
            problems.push_back(fmt::format("quorum.{} is {}, below the {} of {}", row.key,
                                           row.recorded, row.least, rule.policy));
    if (rule.compliant && !floor->compliant)
        problems.push_back(fmt::format("quorum.compliant is true, which {} remotes under {} are "
                                       "not",
                                       rule.remotes, rule.policy));
}

} // namespace mpic::wire
