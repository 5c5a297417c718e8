// SPDX-License-Identifier: Apache-2.0
#pragma once
// One attempt as a table: a row for each perspective with what it reported and what became of it.
// What explanations and diagnoses read. Views into the attempt, the replies and the decision.

#include "mpic/model/check_request.hpp"
#include "mpic/model/tally.hpp"
#include "votes.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpic {

struct Row {
    const Seat* seat = nullptr;
    const PerspectiveReport* report = nullptr; ///< from the perspective whose seat it is
    const NoReport* no_report = nullptr;
    const PerspectiveReport* impostor = nullptr;
    std::optional<Outcome> dcv_outcome;
    std::optional<Outcome> caa_outcome;

    [[nodiscard]] const DcvReport* dcv() const {
        return report != nullptr && dcv_outcome && report->dcv ? &*report->dcv : nullptr;
    }
    [[nodiscard]] const CaaReport* caa() const {
        return report != nullptr && caa_outcome && report->caa ? &*report->caa : nullptr;
    }
    [[nodiscard]] std::optional<Outcome> outcome(Part part) const {
        return part == Part::dcv ? dcv_outcome : caa_outcome;
    }
    /// The part's finding, if there is one.
    [[nodiscard]] const Finding* finding(Part part) const;
    /// "FRA".
    [[nodiscard]] std::string name() const;
    [[nodiscard]] bool is_primary() const { return seat->role == Role::primary; }
    [[nodiscard]] bool pending() const {
        return report == nullptr && no_report == nullptr && impostor == nullptr;
    }
};

struct Matrix {
    const CheckRequest& request;
    const Attempt& attempt;
    const Decision& decision;
    std::vector<Row> rows; ///< the primary first, then in the attempt's order

    [[nodiscard]] const PartDecision& part(Part part) const {
        return part == Part::dcv ? decision.dcv : decision.caa;
    }
    /// Asked and not passed.
    [[nodiscard]] bool failed(Part which) const { return part(which).asked && !part(which).passed; }
    [[nodiscard]] const Row* primary() const;
};

[[nodiscard]] Matrix matrix(const CheckRequest& request, const Attempt& attempt,
                            const Replies& replies, const Decision& decision);

/// "FRA, NRT and IAD".
[[nodiscard]] std::string names(const std::vector<const Row*>& rows);
[[nodiscard]] std::vector<std::string> ids(const std::vector<const Row*>& rows);
[[nodiscard]] std::vector<const Row*> rows_where(const Matrix& matrix, auto condition) {
    std::vector<const Row*> found;
    for (const Row& row : matrix.rows)
        if (condition(row))
            found.push_back(&row);
    return found;
}

/// The first `limit` words and how many more there are: "a, b and 3 more".
[[nodiscard]] std::string join_some(const std::vector<std::string>& words, std::size_t limit = 3);

/// Undetermined, because DNSSEC validation failed (RFC 4035 §4.3 "Bogus").
[[nodiscard]] bool is_bogus(const Row& row, Part part);

} // namespace mpic
