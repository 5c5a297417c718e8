// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reads a journal back: proves that it is complete and unaltered, or says where it is not, and
// hands out its records. Reads one segment at a time; changes nothing.

#include "base/core/clock.hpp"
#include "base/core/result.hpp"
#include "base/log/journal_file.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace base::log {

struct JournalEntry {
    std::string_view segment; ///< path
    std::size_t line;         ///< from 1
    std::uint64_t seq;
    WallTime time;
    std::string_view record; ///< JSON text; the views live until the callback returns
    std::string_view prev;   ///< the hash of the line before, as this one has it
    std::string_view hash;   ///< of this line
};

struct JournalProblem {
    std::string segment;
    std::size_t line; ///< 0: the segment as a whole
    std::string message;
    bool operator==(const JournalProblem&) const = default;
};

struct JournalVerification {
    std::uint64_t records = 0;
    std::uint64_t first_seq = 0;
    std::uint64_t last_seq = 0;
    /// Whether the journal's very first line was there. Older segments may have been archived; then
    /// the chain is proved from the first line that was given.
    bool from_start = false;
    /// Of the last line: written down elsewhere, it proves later that the end was not cut off.
    std::string last_hash;
    /// The first 1000; `problem_count` has them all.
    std::vector<JournalProblem> problems;
    std::uint64_t problem_count = 0;
    /// What is worth knowing and no error: a torn last line, the rest of a segment after an outage.
    std::vector<JournalProblem> notices;

    [[nodiscard]] bool intact() const { return problem_count == 0; }
};

/// The segments of a folder in order, as paths; a path to a file is given back as it is. invalid
/// when there is nothing of that name or no segment in the folder.
[[nodiscard]] Result<std::vector<std::string>> journal_segments(const std::string& path);

/// Checks the form of every line and its record, the chain, the order of seq, that no segment is
/// missing between the given ones (sorted by their names here), and the leftovers of outages.
/// `each` gets every line of the right form, also after a problem.
[[nodiscard]] JournalVerification
verify_journal(JournalFiles& files, std::vector<std::string> segments,
               const std::function<void(const JournalEntry&)>& each);

} // namespace base::log
