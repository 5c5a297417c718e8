// SPDX-License-Identifier: Apache-2.0
#include "mpic/model/quorum_policy.hpp"

#include "base/core/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mpic {
namespace {

using namespace std::chrono;

struct Row {
    year_month_day from;
    int minimum_remotes;
    int minimum_rirs;
};

// BR 3.2.2.9 "Phased Implementation Timeline" as of BR 2.3.1. Each date begins at 00:00:00 UTC
// (BR 1.6.4). In the first phase a CA may issue in spite of a missed quorum; this program never
// does.
constexpr Row br_3_2_2_9[] = {
    {2025y / March / 15, 2, 1},     //
    {2025y / September / 15, 2, 1}, //
    {2026y / March / 15, 3, 2},     //
    {2026y / June / 15, 4, 2},      //
    {2026y / December / 15, 5, 2},
};
constexpr double br_distance_km = 500; // BR 1.6.1 "Distinct", BR 3.2.2.9

std::vector<PolicyPhase> phases_named(std::string_view policy) {
    std::vector<PolicyPhase> phases;
    for (const Row& row : br_3_2_2_9) {
        const base::WallTime from = sys_days(row.from);
        phases.push_back({.name = fmt::format("{}-{}", policy, base::iso_date(from)),
                          .from = from,
                          .minimum_remotes = row.minimum_remotes,
                          .minimum_rirs = row.minimum_rirs,
                          .section = "BR 3.2.2.9"});
    }
    return phases;
}

} // namespace

QuorumPolicy QuorumPolicy::cabf_br(Tightening tightening) {
    QuorumPolicy policy;
    policy.name_ = "cabf-br";
    policy.phases_ = phases_named(policy.name_);
    policy.tightening_ = tightening;
    policy.minimum_distance_km_ = br_distance_km;
    policy.cabf_ = true;
    return policy;
}

QuorumPolicy QuorumPolicy::demo(Tightening tightening) {
    QuorumPolicy policy;
    policy.name_ = "demo";
    policy.phases_ = phases_named(policy.name_);
    policy.tightening_ = tightening;
    return policy;
}

std::optional<QuorumPolicy> QuorumPolicy::named(std::string_view name, Tightening tightening) {
    if (name == "cabf-br")
        return cabf_br(tightening);
    if (name == "demo")
        return demo(tightening);
    return std::nullopt;
}

const PolicyPhase& QuorumPolicy::phase_at(base::WallTime at) const {
    const auto later = std::ranges::upper_bound(phases_, at, {}, &PolicyPhase::from);
    return later == phases_.begin() ? phases_.front() : *std::prev(later);
}

int QuorumPolicy::minimum_remotes(base::WallTime at) const {
    return std::max(phase_at(at).minimum_remotes, tightening_.minimum_remotes.value_or(0));
}

int QuorumPolicy::minimum_rirs(base::WallTime at) const {
    return std::max(phase_at(at).minimum_rirs, tightening_.minimum_rirs.value_or(0));
}

int QuorumPolicy::allowed_non_corroborations_floor(int remotes) {
    if (remotes < 2)
        return 0;
    return remotes < 6 ? 1 : 2;
}

QuorumRule QuorumPolicy::rule(base::WallTime at, int remotes) const {
    const int floor = allowed_non_corroborations_floor(remotes);
    const int allowed =
        std::clamp(tightening_.allowed_non_corroborations.value_or(floor), 0, floor);
    const int minimum = minimum_remotes(at);
    return {.policy = phase_at(at).name,
            .remotes = remotes,
            .required = remotes - allowed,
            .minimum_rirs = minimum_rirs(at),
            .minimum_remotes = minimum,
            .compliant = cabf_ && remotes >= minimum};
}

std::vector<std::string> QuorumPolicy::tightening_problems() const {
    std::vector<std::string> problems;
    const PolicyPhase& strictest = phases_.back();
    if (const auto remotes = tightening_.minimum_remotes;
        remotes && *remotes < strictest.minimum_remotes)
        problems.push_back(fmt::format("a minimum of {} remotes is below the {} of {} ({})",
                                       *remotes, strictest.minimum_remotes, strictest.name,
                                       strictest.section));
    if (const auto allowed = tightening_.allowed_non_corroborations; allowed && *allowed > 2)
        problems.push_back(fmt::format("{} allowed non-corroborations are more than the 2 that {} "
                                       "ever allows",
                                       *allowed, strictest.section));
    if (const auto allowed = tightening_.allowed_non_corroborations; allowed && *allowed < 0)
        problems.push_back("the number of allowed non-corroborations cannot be negative");
    if (const auto rirs = tightening_.minimum_rirs; rirs && *rirs < strictest.minimum_rirs)
        problems.push_back(fmt::format("a minimum of {} RIR regions is below the {} of {} ({})",
                                       *rirs, strictest.minimum_rirs, strictest.name,
                                       strictest.section));
    if (const auto rirs = tightening_.minimum_rirs; rirs && *rirs > 5)
        problems.push_back(
            fmt::format("a minimum of {} RIR regions cannot be met: there are 5", *rirs));
    return problems;
}

} // namespace mpic
