// SPDX-License-Identifier: Apache-2.0
#include "diagnose_rules.hpp"

namespace mpic {
namespace {

using Rule = std::optional<Diagnosis> (*)(const Matrix&);

// The most telling first.
constexpr Rule all_rules[] = {
    rules::dnssec_broken,          rules::caa_record_forbids,
    rules::split_horizon,          rules::perspectives_unavailable,
    rules::resolver_unreachable,   rules::one_family_broken,
    rules::geo_blocking,           rules::selective_blocking,
    rules::filtered_by_server,     rules::stale_address,
    rules::different_addresses,    rules::same_address_differs,
    rules::unreachable_everywhere, rules::doubled_name,
    rules::not_yet_propagated,     rules::records_out_of_step,
    rules::value_not_published,    rules::nameservers_failing,
    rules::perspective_clock,
};

} // namespace

std::vector<Diagnosis> diagnose(const CheckRequest& request, const Attempt& attempt,
                                const Replies& replies, const Decision& decision) {
    std::vector<Diagnosis> diagnoses;
    if (decision.ok)
        return diagnoses;
    const Matrix all = matrix(request, attempt, replies, decision);
    for (const Rule rule : all_rules)
        if (auto diagnosis = rule(all))
            diagnoses.push_back(std::move(*diagnosis));
    return diagnoses;
}

namespace rules {

Diagnosis make_diagnosis(std::string_view code, std::string sentence, const Rows& perspectives) {
    return {std::string(code), std::move(sentence), ids(perspectives)};
}

std::string these_or_all(const Matrix& matrix, const Rows& rows) {
    const Rows reported = rows_where(matrix, [](const Row& row) { return row.report != nullptr; });
    return rows.size() == reported.size() && rows.size() > 1 ? "every perspective" : names(rows);
}

Rows dcv_reported(const Matrix& matrix) {
    return rows_where(matrix, [](const Row& row) { return row.dcv() != nullptr; });
}

Rows dcv_passed(const Matrix& matrix) {
    return rows_where(matrix, [](const Row& row) {
        return row.dcv() != nullptr && row.dcv()->finding.verdict == Verdict::passed;
    });
}

bool connection_failed(const Matrix& matrix) {
    return matrix.failed(Part::dcv) && matrix.request.dcv && connects(*matrix.request.dcv);
}

std::optional<RecordAsked> failed_record(const Matrix& matrix) {
    return matrix.failed(Part::dcv) && matrix.request.dcv ? record_asked(*matrix.request.dcv)
                                                          : std::nullopt;
}

} // namespace rules
} // namespace mpic
