// SPDX-License-Identifier: Apache-2.0
#pragma once
// A roster that breaks no rule: cdg (primary) and the five remotes of `mpicd dev`, in real places.

#include "mpic/model/roster.hpp"

#include <string>
#include <utility>

namespace test {

inline mpic::Perspective perspective(const std::string& id, mpic::Role role, mpic::Rir rir,
                                     mpic::Coordinates at) {
    return {.id = id,
            .role = role,
            .place = {at, rir},
            .resolver = {"unbound-" + id, {at, rir}},
            .url = "https://" + id + ".agents.example:8444",
            .identity = id + ".agents.example"};
}

inline mpic::Roster sample_roster() {
    using enum mpic::Rir;
    using enum mpic::Role;
    return {{perspective("cdg", primary, ripe_ncc, {49.01, 2.55}),
             perspective("iad", remote, arin, {38.94, -77.46}),
             perspective("fra", remote, ripe_ncc, {52.52, 13.40}), // Berlin: far enough from Paris
             perspective("nrt", remote, apnic, {35.77, 140.39}),
             perspective("gru", remote, lacnic, {-23.43, -46.47}),
             perspective("jnb", remote, afrinic, {-26.13, 28.24})}};
}

} // namespace test
