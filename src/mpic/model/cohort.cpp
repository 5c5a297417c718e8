// SPDX-License-Identifier: Apache-2.0
#include "mpic/model/roster.hpp"

#include "base/core/random.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace mpic {
namespace {

/// Fisher-Yates with a generator whose sequence is the same on every platform.
template <class T>
void shuffle(std::vector<T>& items, base::Random& random) {
    for (std::size_t left = items.size(); left > 1; --left)
        std::swap(items[left - 1], items[random.below(left)]);
}

/// The remotes of each RIR, RIRs and remotes in the seed's order.
std::vector<std::vector<std::size_t>> shuffled_regions(const Roster& roster, base::Random& random) {
    std::vector<std::size_t> remotes;
    for (std::size_t i = 0; i < roster.perspectives.size(); ++i)
        if (roster.perspectives[i].role == Role::remote)
            remotes.push_back(i);
    // By id, so that the order in which the operator lists them does not matter.
    std::ranges::sort(remotes, {}, [&](std::size_t i) { return roster.perspectives[i].id; });
    std::map<Rir, std::vector<std::size_t>> by_rir;
    for (const std::size_t i : remotes)
        by_rir[roster.perspectives[i].place.rir].push_back(i);
    std::vector<std::vector<std::size_t>> regions;
    for (auto& [rir, members] : by_rir) {
        shuffle(members, random);
        regions.push_back(std::move(members));
    }
    shuffle(regions, random);
    return regions;
}

} // namespace

std::vector<std::size_t> choose_cohort(const Roster& roster, std::size_t remotes,
                                       std::uint64_t seed) {
    const std::size_t available = roster.remote_count();
    const std::size_t wanted = remotes == 0 ? available : std::min(remotes, available);
    std::vector<std::size_t> cohort;
    if (const Perspective* primary = roster.primary())
        cohort.push_back(static_cast<std::size_t>(primary - roster.perspectives.data()));
    if (wanted == available) { // nothing to choose
        for (std::size_t i = 0; i < roster.perspectives.size(); ++i)
            if (roster.perspectives[i].role == Role::remote)
                cohort.push_back(i);
        return cohort;
    }
    base::SeededRandom random(seed);
    const auto regions = shuffled_regions(roster, random);
    const std::size_t full = cohort.size() + wanted;
    for (std::size_t turn = 0; cohort.size() < full; ++turn)
        for (const auto& region : regions)
            if (turn < region.size() && cohort.size() < full)
                cohort.push_back(region[turn]);
    // The choice is random, its order is not: answers and records name perspectives as the roster
    // does.
    std::sort(cohort.end() - static_cast<std::ptrdiff_t>(wanted), cohort.end());
    return cohort;
}

} // namespace mpic
