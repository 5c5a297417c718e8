// SPDX-License-Identifier: Apache-2.0
#include "mpic/model/roster.hpp"

#include "base/core/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace mpic {
namespace {

/// The smallest regions, emptied by losing `allowed` remotes: the worst case for the spread of
/// RIRs.
std::vector<std::string> regions_that_may_be_lost(const Roster& roster, int allowed,
                                                  std::size_t& left) {
    std::map<Rir, int> sizes;
    for (const Perspective& p : roster.perspectives)
        if (p.role == Role::remote)
            ++sizes[p.place.rir];
    std::vector<std::pair<int, Rir>> smallest;
    for (const auto& [rir, size] : sizes)
        smallest.emplace_back(size, rir);
    std::ranges::sort(smallest);
    std::vector<std::string> lost;
    for (const auto& [size, rir] : smallest) {
        if (size > allowed)
            break;
        allowed -= size;
        lost.emplace_back(to_string(rir));
    }
    left = sizes.size() - lost.size();
    return lost;
}

} // namespace

std::vector<std::string> roster_warnings(const Roster& roster, const QuorumPolicy& policy,
                                         base::WallTime at) {
    std::vector<std::string> warnings;
    const QuorumRule rule = policy.rule(at, static_cast<int>(roster.remote_count()));
    std::set<Rir> rirs;
    for (const Perspective& p : roster.perspectives)
        rirs.insert(p.place.rir);
    if (rirs.size() == 1 && roster.perspectives.size() > 1)
        warnings.push_back(
            fmt::format("all perspectives are in the {} region: a routing incident there "
                        "can reach them all",
                        to_string(*rirs.begin())));
    std::size_t left = 0;
    const int allowed = rule.remotes - rule.required;
    const auto lost = regions_that_may_be_lost(roster, allowed, left);
    if (rirs.size() > 1 && !lost.empty() && static_cast<int>(left) < rule.minimum_rirs)
        warnings.push_back(
            fmt::format("the quorum allows {} remote{} not to corroborate, but without "
                        "{} fewer than {} RIR regions are left: spread the remotes "
                        "wider",
                        allowed, allowed == 1 ? "" : "s", "those of " + base::join_and(lost),
                        rule.minimum_rirs));
    if (roster.primary() == nullptr)
        warnings.push_back(
            "there is no primary perspective: the remotes corroborate each other, and the "
            "CA must make its own primary determination (BR 3.2.2.9)");
    return warnings;
}

} // namespace mpic
