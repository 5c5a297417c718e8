// SPDX-License-Identifier: Apache-2.0
#include "explain.hpp"
#include "mpic/model/codes.hpp"

#include <algorithm>

namespace mpic {
namespace {

constexpr Part parts[] = {Part::dcv, Part::caa};

bool any_part(auto condition) {
    return std::ranges::any_of(parts, condition);
}

/// The primary's own share, when it is the primary that fails; empty otherwise.
std::string_view primary_code(const Matrix& matrix) {
    const Row* primary = matrix.primary();
    if (primary == nullptr)
        return "";
    if (primary->report == nullptr)
        return code::primary_unavailable;
    const auto outcome = [&](Part part) { return primary->outcome(part); };
    if (any_part([&](Part part) { return is_bogus(*primary, part); }))
        return code::dnssec_bogus;
    if (matrix.attempt.caa_by_permission && outcome(Part::caa) == Outcome::disagrees)
        return code::caa_forbids;
    if (any_part([&](Part part) { return outcome(part) == Outcome::disagrees; }))
        return code::primary_rejected;
    if (any_part([&](Part part) { return outcome(part) == Outcome::failed; }))
        return code::primary_undetermined;
    return "";
}

/// Remotes that CAA forbids leave no quorum.
bool forbidden_by_remotes(const Matrix& matrix) {
    if (!matrix.attempt.caa_by_permission || !matrix.failed(Part::caa))
        return false;
    const auto forbidden = rows_where(matrix, [](const Row& row) {
        return !row.is_primary() && row.caa_outcome == Outcome::disagrees;
    });
    const QuorumRule& rule = matrix.attempt.rule;
    return static_cast<int>(forbidden.size()) > rule.remotes - rule.required;
}

bool lacks_numbers(const Matrix& matrix, Part part) {
    return matrix.failed(part)
           && matrix.part(part).corroborated < std::max(matrix.attempt.rule.required, 1);
}

} // namespace

std::string_view refusal_code(const Matrix& matrix) {
    if (matrix.attempt.rule.remotes < matrix.attempt.rule.minimum_remotes)
        return code::too_few_perspectives;
    if (const std::string_view primary = primary_code(matrix); !primary.empty())
        return primary;
    if (forbidden_by_remotes(matrix))
        return code::caa_forbids;
    if (lacks_numbers(matrix, Part::dcv))
        return code::dcv_not_corroborated;
    if (lacks_numbers(matrix, Part::caa))
        return code::caa_not_corroborated;
    return code::rir_diversity;
}

} // namespace mpic
