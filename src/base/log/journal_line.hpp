// SPDX-License-Identifier: Apache-2.0
#pragma once
// The form of the journal's lines and of its segments' names. Pure. Lines are made by hand, since
// the record is JSON text already, and read back strictly: exactly the form that is made is
// accepted.

#include "base/core/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base::log {

struct JournalLine {
    std::uint64_t seq;
    WallTime time;
    std::string_view prev; ///< 64 lower-case hex digits
    std::string_view record;
};

/// `prev` of the first line of all.
[[nodiscard]] std::string chain_start();

/// No line is longer than its record and this, its newline included.
constexpr std::size_t envelope_bytes = 160;

/// Without the newline.
[[nodiscard]] std::string journal_line(const JournalLine& line);
void append_journal_line(std::string& out, const JournalLine& line);
/// The views point into `line`. Nothing unless it is of the form that journal_line() makes; the
/// record's own JSON is only checked to be an object's text without control characters.
[[nodiscard]] std::optional<JournalLine> parse_journal_line(std::string_view line);
/// What the next line's `prev` must be.
[[nodiscard]] std::string line_hash(std::string_view line);

/// How much of a segment is lines. What follows was being written when the machine stopped: a line
/// without its newline, or the zeros that some file systems leave where data did not arrive.
[[nodiscard]] std::size_t whole_lines(std::string_view segment);

/// 17 gives "journal-00000017.jsonl".
[[nodiscard]] std::string segment_name(std::uint32_t number);
[[nodiscard]] std::optional<std::uint32_t> segment_number(std::string_view name);

} // namespace base::log
