// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mpic/model/corroboration.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpic::wire {

struct ShownCaa {
    std::string node;
    std::vector<std::string> rdata;
    bool operator==(const ShownCaa&) const = default;
};

/// The record set to put before the client, whatever became of the other check: the corroborated
/// one. Where perspectives corroborate permission instead of records, it is the primary's; without
/// a primary the first corroborating remote's, or else the one that all who determined a set agree
/// on. Nothing when CAA was not asked for, or not determined.
[[nodiscard]] std::optional<ShownCaa> caa_to_show(const Corroboration& corroboration);

} // namespace mpic::wire
