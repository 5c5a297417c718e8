// SPDX-License-Identifier: Apache-2.0
#include "mpicd/audit_verify.hpp"

#include "base/core/time_text.hpp"
#include "base/log/journal_file.hpp"
#include "base/log/journal_verify.hpp"
#include "mpic/wire/audit_replay.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

namespace mpicd {

namespace {

void remark(std::ostream& out, std::string_view segment, std::size_t line, bool problem,
            std::string_view message) {
    out << segment;
    if (line > 0)
        out << ':' << line;
    out << (problem ? ": " : ": note: ") << message << '\n';
}

struct Totals {
    std::uint64_t problems = 0;
    std::uint64_t decisions = 0;
    std::uint64_t late = 0;
    std::optional<base::WallTime> first;
    base::WallTime last;
};

/// Looks for the line of a hash: in the journal, or just before what of it is here.
class AnchorSearch {
public:
    explicit AnchorSearch(const std::string& anchor) : anchor_(anchor), found_(anchor.empty()) {}

    void take(const base::log::JournalEntry& entry) {
        found_ = found_ || entry.hash == anchor_ || entry.prev == anchor_;
        end_ = {std::string(entry.segment), entry.line};
    }
    [[nodiscard]] bool found() const { return found_; }
    [[nodiscard]] const std::pair<std::string, std::size_t>& end() const { return end_; }

private:
    const std::string& anchor_;
    bool found_;
    std::pair<std::string, std::size_t> end_;
};

void summarise(std::ostream& out, const AuditChain& chain,
               const base::log::JournalVerification& journal, const Totals& totals) {
    out << fmt::format("{}: {}: {} records", chain.folder,
                       totals.problems == 0
                           ? "intact"
                           : fmt::format("NOT INTACT, {} problem{}", totals.problems,
                                         totals.problems == 1 ? "" : "s"),
                       journal.records);
    if (totals.first)
        out << fmt::format(" (seq {} to {}, {} to {})", journal.first_seq, journal.last_seq,
                           base::rfc3339(*totals.first), base::rfc3339(totals.last));
    out << fmt::format(", decisions replayed: {}, late records: {}", totals.decisions, totals.late);
    if (!journal.from_start)
        out << "; what came before is not here";
    // Only what was written down elsewhere can show later that the end was not cut off.
    if (!journal.last_hash.empty())
        out << "; last line " << journal.last_hash;
    out << '\n';
}

} // namespace

bool verify_audit(const AuditChain& chain, const std::string& anchor, std::ostream& out) {
    base::log::SystemJournalFiles files;
    Totals totals;
    AnchorSearch search(anchor);
    mpic::wire::AuditReplay replay([&](const mpic::wire::AuditRemark& said) {
        totals.problems += said.problem ? 1 : 0;
        remark(out, said.place.segment, said.place.line, said.problem, said.message);
    });
    const auto journal =
        base::log::verify_journal(files, chain.segments, [&](const base::log::JournalEntry& entry) {
            totals.first = totals.first.value_or(entry.time);
            totals.last = entry.time;
            search.take(entry);
            replay.take({std::string(entry.segment), entry.line}, entry.seq, entry.time,
                        entry.record);
        });
    replay.finish();
    totals.problems += journal.problem_count;
    totals.decisions = replay.decisions();
    totals.late = replay.late_records();
    for (const auto& found : journal.problems)
        remark(out, found.segment, found.line, true, found.message);
    if (journal.problem_count > journal.problems.size())
        out << fmt::format("{}: {} further breaks of the chain\n", chain.folder,
                           journal.problem_count - journal.problems.size());
    if (!search.found()) {
        ++totals.problems;
        remark(out, search.end().first, search.end().second, true,
               fmt::format("the journal ends here, and no line of it has the hash {}: it was cut "
                           "off, or made anew, since that hash was written down",
                           anchor));
    }
    for (const auto& found : journal.notices)
        remark(out, found.segment, found.line, false, found.message);
    summarise(out, chain, journal, totals);
    return totals.problems == 0;
}

} // namespace mpicd
