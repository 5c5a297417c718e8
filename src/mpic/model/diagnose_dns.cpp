// SPDX-License-Identifier: Apache-2.0
// What the domain's name servers, its signatures and its CAA records do.

#include "base/core/encoding.hpp"
#include "diagnose_rules.hpp"
#include "evidence.hpp"
#include "mpic/model/codes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace mpic::rules {
namespace {

constexpr Part parts[] = {Part::dcv, Part::caa};

bool nameserver_failed(const Row& row, Part part) {
    constexpr std::string_view kinds[] = {"dns-servfail",    "dns-timeout", "dns-malformed",
                                          "dns-error-rcode", "dns-loop",    "dns-truncated"};
    const Finding* finding = row.finding(part);
    return finding != nullptr && finding->verdict == Verdict::undetermined
           && std::ranges::count(kinds, finding->code) > 0 && !is_bogus(row, part);
}

/// Rows of which a failed part satisfies the condition, and that part.
struct Found {
    Rows rows;
    Part part{};
};
Found find_rows(const Matrix& matrix, bool (*condition)(const Row&, Part)) {
    Found found;
    for (const Row& row : matrix.rows)
        for (const Part part : parts)
            if (matrix.failed(part) && condition(row, part)) {
                if (found.rows.empty())
                    found.part = part;
                found.rows.push_back(&row);
                break;
            }
    return found;
}

const LookupEvidence* failed_lookup(const Row& row, Part part) {
    return mpic::failed_lookup(part == Part::dcv ? row.dcv()->lookups : row.caa()->lookups,
                               *row.finding(part));
}

/// "CAA of example.com".
std::string failed_query(const Row& row, Part part) {
    const LookupEvidence* failed = failed_lookup(row, part);
    return failed == nullptr ? "a query" : fmt::format("{} of {}", failed->type, failed->name);
}

/// What extended DNS errors the resolvers gave, in words (RFC 8914).
std::string extended_errors(const Rows& rows, Part part) {
    std::set<std::string> errors;
    for (const Row* row : rows)
        if (row->finding(part) != nullptr)
            if (const LookupEvidence* failed = failed_lookup(*row, part))
                errors.insert(failed->extended_errors.begin(), failed->extended_errors.end());
    return errors.empty() ? "" : " (" + join_some({errors.begin(), errors.end()}) + ")";
}

bool caa_denies(const Row& row) {
    return row.caa() != nullptr && row.caa_outcome == Outcome::disagrees
           && row.caa()->finding.verdict == Verdict::rejected;
}

std::vector<std::string> quoted(const std::vector<std::string>& words) {
    std::vector<std::string> out;
    for (const std::string& word : words)
        out.push_back('"' + word + '"');
    return out;
}

} // namespace

std::optional<Diagnosis> nameservers_failing(const Matrix& matrix) {
    const Found found = find_rows(matrix, nameserver_failed);
    if (found.rows.empty())
        return std::nullopt;
    const Row& first = *found.rows.front();
    return make_diagnosis(
        code::nameservers_failing,
        fmt::format(
            "{} could not look up {}: {}{}; the domain's name servers fail, limit the rate of "
            "queries, drop TCP, or filter by region",
            these_or_all(matrix, found.rows), failed_query(first, found.part),
            first.finding(found.part)->code, extended_errors(found.rows, found.part)),
        found.rows);
}

std::optional<Diagnosis> dnssec_broken(const Matrix& matrix) {
    const Found found = find_rows(matrix, is_bogus);
    if (found.rows.empty())
        return std::nullopt;
    return make_diagnosis(
        code::dnssec_broken,
        fmt::format(
            "DNSSEC validation of {} fails at {}{}: check the DS records at the parent and the "
            "dates and keys of the signatures",
            failed_query(*found.rows.front(), found.part), these_or_all(matrix, found.rows),
            extended_errors(found.rows, found.part)),
        found.rows);
}

std::optional<Diagnosis> caa_record_forbids(const Matrix& matrix) {
    const Rows rows = rows_where(matrix, caa_denies);
    if (!matrix.failed(Part::caa) || rows.empty())
        return std::nullopt;
    const CaaReport& caa = *rows.front()->caa();
    const std::string record = caa.deciding_record.empty()
                                   ? "the CAA records"
                                   : fmt::format("the CAA record {}", caa.deciding_record);
    std::string remedy;
    if (matrix.request.caa && matrix.request.caa->policy)
        remedy = fmt::format("; the issuer goes by {}",
                             join_some(quoted(matrix.request.caa->policy->issuer_domains)));
    return make_diagnosis(code::caa_record_forbids,
                          fmt::format("{} on {} {} not permit this issuance, seen by {}{}", record,
                                      caa.node.empty() ? matrix.request.target.text() : caa.node,
                                      caa.deciding_record.empty() ? "do" : "does",
                                      these_or_all(matrix, rows), remedy),
                          rows);
}

} // namespace mpic::rules
