// SPDX-License-Identifier: Apache-2.0
// What is wrong with this service rather than with the domain.

#include "base/core/time_text.hpp"
#include "diagnose_rules.hpp"
#include "evidence.hpp"
#include "mpic/model/codes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace mpic::rules {
namespace {

constexpr double clock_tolerance_s = 60;

/// Seconds since the epoch by the agent's own clock.
std::optional<double> started(const Row& row) {
    if (row.report == nullptr)
        return std::nullopt;
    const auto at = base::parse_rfc3339(row.report->started);
    if (!at)
        return std::nullopt;
    return std::chrono::duration<double>(at->time_since_epoch()).count();
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// How far the row's clock is from the median of the others'; nothing with fewer than two others.
std::optional<double> clock_offset(const Matrix& matrix, const Row& row) {
    const auto own = started(row);
    std::vector<double> others;
    for (const Row& other : matrix.rows)
        if (const auto at = started(other); at && &other != &row)
            others.push_back(*at);
    if (!own || others.size() < 2)
        return std::nullopt;
    return *own - median(std::move(others));
}

/// The lookup that the part failed on, when no answer came because the resolver could not be
/// connected to. That is the perspective's own one: what lies behind it shows as an RCODE or as
/// silence.
const LookupEvidence* lookup_without_resolver(const Row& row, Part part) {
    constexpr std::string_view kinds[] = {"connection-refused", "connection-reset",
                                          "connection-timeout", "network-unreachable"};
    const Finding* finding = row.finding(part);
    if (finding == nullptr || finding->verdict != Verdict::undetermined
        || std::ranges::count(kinds, finding->code) == 0)
        return nullptr;
    const LookupEvidence* failed =
        failed_lookup(part == Part::dcv ? row.dcv()->lookups : row.caa()->lookups, *finding);
    const bool is_cause =
        failed != nullptr && failed->failure && to_string(failed->failure->kind) == finding->code;
    return is_cause ? failed : nullptr;
}

} // namespace

std::optional<Diagnosis> perspectives_unavailable(const Matrix& matrix) {
    const Rows rows = rows_where(
        matrix, [](const Row& row) { return row.no_report != nullptr || row.impostor != nullptr; });
    const auto remotes =
        std::ranges::count_if(rows, [](const Row* row) { return !row->is_primary(); });
    const QuorumRule& rule = matrix.attempt.rule;
    const bool without_primary = rows.size() > static_cast<std::size_t>(remotes);
    if (rows.empty() || (!without_primary && remotes <= rule.remotes - rule.required))
        return std::nullopt;
    return make_diagnosis(
        code::perspectives_unavailable,
        fmt::format(
            "{} gave no report, which alone rules out a quorum: the cause is in this service, not "
            "in the domain",
            names(rows)),
        rows);
}

std::optional<Diagnosis> resolver_unreachable(const Matrix& matrix) {
    Rows rows;
    std::string detail;
    for (const Row& row : matrix.rows)
        for (const Part part : {Part::dcv, Part::caa})
            if (const auto* lookup =
                    matrix.failed(part) ? lookup_without_resolver(row, part) : nullptr) {
                if (rows.empty())
                    detail = lookup->failure->detail;
                rows.push_back(&row);
                break;
            }
    if (rows.empty())
        return std::nullopt;
    return make_diagnosis(
        code::resolver_unreachable,
        fmt::format(
            "{} cannot reach {} own resolver ({}): the cause is in this service, not in the domain",
            names(rows), rows.size() == 1 ? "its" : "their", detail),
        rows);
}

std::optional<Diagnosis> perspective_clock(const Matrix& matrix) {
    std::string offsets;
    Rows rows;
    for (const Row& row : matrix.rows) {
        const auto offset = clock_offset(matrix, row);
        if (!offset || std::abs(*offset) <= clock_tolerance_s)
            continue;
        rows.push_back(&row);
        offsets +=
            fmt::format("{}{} by {:.0f} s", offsets.empty() ? "" : ", ", row.name(), *offset);
    }
    if (rows.empty())
        return std::nullopt;
    return make_diagnosis(
        code::perspective_clock,
        fmt::format(
            "clocks differ from those of the others: {}; DNSSEC validation and certificates "
            "depend on the right time",
            offsets),
        rows);
}

} // namespace mpic::rules
