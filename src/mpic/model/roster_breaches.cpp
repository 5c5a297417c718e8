// SPDX-License-Identifier: Apache-2.0
#include "mpic/model/roster.hpp"
#include "roster_form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace mpic {
namespace {

using Breaches = std::vector<std::string>;

/// BR 3.2.2.9 does not say how a straight line is measured, and coordinates are rounded: one km
/// more.
constexpr double distance_margin_km = 1;

bool in_range(Coordinates at) {
    return std::isfinite(at.latitude) && std::isfinite(at.longitude) && std::abs(at.latitude) <= 90
           && std::abs(at.longitude) <= 180;
}

void check_places(const Perspective& p, Breaches& breaches) {
    if (!in_range(p.place.at))
        breaches.push_back(fmt::format("{}: coordinates {}, {} are out of range", p.id,
                                       p.place.at.latitude, p.place.at.longitude));
    if (!in_range(p.resolver.place.at))
        breaches.push_back(fmt::format("{}: coordinates {}, {} of its resolver are out of range",
                                       p.id, p.resolver.place.at.latitude,
                                       p.resolver.place.at.longitude));
    if (p.resolver.place.rir != p.place.rir)
        breaches.push_back(
            fmt::format("{} is in the {} region but its resolver is in that of {}; they "
                        "must be in the same (BR 3.2.2.9)",
                        p.id, to_string(p.place.rir), to_string(p.resolver.place.rir)));
}

void check_pair(std::string_view a, Coordinates at_a, std::string_view b, Coordinates at_b,
                double minimum_km, Breaches& breaches) {
    if (!in_range(at_a) || !in_range(at_b))
        return; // already a breach of its own
    const double km = std::min(distance_km(at_a, at_b), chord_km(at_a, at_b));
    if (km < minimum_km + distance_margin_km)
        breaches.push_back(
            fmt::format("{} and {} are {:.1f} km apart; BR 3.2.2.9 asks for {:.0f} km, "
                        "and at least {:.0f} km are needed here to be safe by great "
                        "circle and by straight line",
                        a, b, km, minimum_km, minimum_km + distance_margin_km));
}

void check_distances(const Roster& roster, double minimum_km, Breaches& breaches) {
    if (minimum_km <= 0)
        return;
    const auto& all = roster.perspectives;
    for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t j = i + 1; j < all.size(); ++j)
            check_pair(all[i].id, all[i].place.at, all[j].id, all[j].place.at, minimum_km,
                       breaches);
    for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t j = i + 1; j < all.size(); ++j)
            check_pair("the resolver of " + all[i].id, all[i].resolver.place.at,
                       "the resolver of " + all[j].id, all[j].resolver.place.at, minimum_km,
                       breaches);
}

void check_numbers(const Roster& roster, const QuorumPolicy& policy, base::WallTime at,
                   Breaches& breaches) {
    const auto remotes = static_cast<int>(roster.remote_count());
    const auto primaries = static_cast<int>(
        std::ranges::count(roster.perspectives, Role::primary, &Perspective::role));
    if (primaries > 1)
        breaches.push_back(
            fmt::format("{} perspectives are primary; there may be only one", primaries));
    const PolicyPhase& phase = policy.phase_at(at);
    if (const int minimum = policy.minimum_remotes(at); remotes < minimum)
        breaches.push_back(
            fmt::format("{} remote perspectives are fewer than the {} that {} demands "
                        "({})",
                        remotes, minimum, phase.name, phase.section));
    std::set<Rir> rirs;
    for (const Perspective& p : roster.perspectives)
        if (p.role == Role::remote)
            rirs.insert(p.place.rir);
    if (const int minimum = policy.minimum_rirs(at); static_cast<int>(rirs.size()) < minimum)
        breaches.push_back(fmt::format(
            "the remote perspectives are in {} RIR region{}, {} demands {} "
            "({})",
            rirs.size(), rirs.size() == 1 ? "" : "s", phase.name, minimum, phase.section));
}

} // namespace

std::vector<std::string> roster_breaches(const Roster& roster, const QuorumPolicy& policy,
                                         base::WallTime at) {
    Breaches breaches = roster_form_breaches(roster);
    for (const Perspective& p : roster.perspectives)
        check_places(p, breaches);
    check_distances(roster, policy.minimum_distance_km(), breaches);
    check_numbers(roster, policy, at, breaches);
    return breaches;
}

std::vector<DatedCompliance> compliance_schedule(const Roster& roster, const QuorumPolicy& policy,
                                                 base::WallTime now) {
    std::vector<DatedCompliance> schedule{
        {now, policy.phase_at(now).name, roster_breaches(roster, policy, now)}};
    for (const PolicyPhase& phase : policy.phases())
        if (phase.from > now)
            schedule.push_back(
                {phase.from, phase.name, roster_breaches(roster, policy, phase.from)});
    return schedule;
}

} // namespace mpic
