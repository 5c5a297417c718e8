// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mpic/model/place.hpp"
#include "mpic/wire/evidence_json.hpp"

#include <fmt/format.h>

#include <set>
#include <string>

namespace mpic::wire {

/// "4/5": of five remotes that were asked, four corroborate (BR 5.4.1 (2)(8)).
[[nodiscard]] inline std::string quorum_result(int corroborated, int remotes) {
    return fmt::format("{}/{}", corroborated, remotes);
}

[[nodiscard]] inline Json rirs_json(const std::set<Rir>& rirs) {
    Json out = Json::array();
    for (const Rir rir : rirs)
        out.push_back(to_string(rir));
    return out;
}

} // namespace mpic::wire
