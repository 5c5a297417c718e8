// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mpic/model/place.hpp"
#include "mpic/wire/json_out.hpp"

#include <fmt/format.h>

#include <string>

namespace mpic::wire {

/// "4/5": of five remotes that were asked, four corroborate (BR 5.4.1 (2)(8)).
[[nodiscard]] inline std::string quorum_result(int corroborated, int remotes) {
    return fmt::format("{}/{}", corroborated, remotes);
}

/// "rirs": […]
inline void put_rirs(JsonOut& out, const RirSet& rirs) {
    out.key("rirs");
    out.open_array();
    for (const Rir rir : rirs)
        out.value(to_string(rir));
    out.close_array();
}

} // namespace mpic::wire
