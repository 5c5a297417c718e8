// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where an existing journal is to be continued.

#include "base/core/clock.hpp"
#include "base/log/journal_file.hpp"
#include "base/log/journal_line.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace base::log {

struct RecoveredChain {
    std::uint64_t seq = 0; ///< of the last line
    std::string hash = chain_start();
    std::uint32_t number = 1;         ///< of the segment to write to
    std::uint64_t size = 0;           ///< of that segment
    std::optional<WallTime> started;  ///< time of that segment's first line
    std::optional<WallTime> latest;   ///< time of a line, of the segments that were read
    std::vector<std::string> repairs; ///< records that say what was moved aside
};

/// Reads the last segment, and those before it as long as they hold no whole line. Moves torn ends
/// aside. Throws std::runtime_error with file and line when a segment is damaged in another way or
/// cannot be read or cut.
[[nodiscard]] RecoveredChain recover_chain(const std::string& folder, JournalFiles& files);

} // namespace base::log
