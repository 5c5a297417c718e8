// SPDX-License-Identifier: Apache-2.0
#include "base/log/journal_recovery.hpp"

#include "base/log/line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <stdexcept>
#include <utility>

namespace base::log {
namespace {

template <class T>
T or_throw(Result<T> result) {
    if (!result)
        throw std::runtime_error("journal: " + result.error().detail);
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

/// What a segment's whole lines say.
struct Scan {
    std::size_t lines = 0;
    std::uint64_t seq = 0;
    std::string hash;
    std::optional<WallTime> started;
    std::optional<WallTime> latest; // not the last line's, if the clock was set back meanwhile
};

[[noreturn]] void damaged(const std::string& path, std::size_t line, std::string_view message) {
    throw std::runtime_error(fmt::format("journal: {}:{}: {}", path, line, message));
}

Scan scan_lines(const std::string& path, std::string_view text) {
    Scan scan;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view raw = text.substr(0, end);
        ++scan.lines;
        const auto line = parse_journal_line(raw);
        if (!line)
            damaged(path, scan.lines, "not a line of this journal");
        if (scan.lines > 1 && line->prev != scan.hash)
            damaged(path, scan.lines,
                    "the chain is broken: prev is not the hash of the line before");
        if (scan.lines > 1 && line->seq != scan.seq + 1)
            damaged(path, scan.lines,
                    fmt::format("the chain is broken: seq {} follows {}", line->seq, scan.seq));
        if (scan.lines == 1)
            scan.started = line->time;
        scan.latest = std::max(scan.latest.value_or(line->time), line->time);
        scan.seq = line->seq;
        scan.hash = line_hash(raw);
        text.remove_prefix(end + 1);
    }
    return scan;
}

/// A name that no earlier repair has taken.
std::string torn_path(const std::string& path, JournalFiles& files) {
    constexpr int most = 10000;
    for (int n = 1; n < most; ++n) {
        std::string candidate = fmt::format("{}.torn-{}", path, n);
        if (!files.read(candidate))
            return candidate;
    }
    throw std::runtime_error("journal: too many torn files beside " + path);
}

/// Moves what follows the first `good` octets aside; the record that says so.
std::string move_torn(const std::string& folder, const std::string& name, std::string_view text,
                      std::size_t good, JournalFiles& files) {
    const std::string path = folder + "/" + name;
    const std::string aside = torn_path(path, files);
    or_throw(files.write_whole(aside, text.substr(good)));
    const auto file = or_throw(files.open(path));
    or_throw(file->truncate(good));
    or_throw(file->sync());
    return fmt::format(
        R"({{"kind":"repair","reason":"torn-line","segment":"{}","bytes":{},"moved-to":"{}"}})",
        name, text.size() - good, json_escaped(aside.substr(folder.size() + 1)));
}

} // namespace

RecoveredChain recover_chain(const std::string& folder, JournalFiles& files) {
    RecoveredChain chain;
    const std::vector<std::string> names = or_throw(files.list(folder));
    for (const std::string& name : names | std::views::reverse) {
        const std::string path = folder + "/" + name;
        const std::string text = or_throw(files.read(path));
        const std::size_t good = whole_lines(text);
        Scan scan = scan_lines(path, std::string_view(text).substr(0, good));
        if (good < text.size())
            chain.repairs.push_back(move_torn(folder, name, text, good, files));
        if (name == names.back()) {
            chain.number = segment_number(name).value_or(1);
            chain.size = good;
            chain.started = scan.started;
        }
        if (scan.lines > 0) {
            chain.latest = scan.latest;
            chain.seq = scan.seq;
            chain.hash = std::move(scan.hash);
            break;
        }
    }
    return chain;
}

} // namespace base::log
