// SPDX-License-Identifier: Apache-2.0
#pragma once
// The parts of an explanation: each gives sentences in a fixed order, without a full stop.

#include "matrix.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpic {

using Sentences = std::vector<std::string>;

/// Perspectives that share a predicate share a sentence; sentences in the order of their first
/// member.
class GroupedSentences {
public:
    void add(const Row& row, std::string predicate);
    [[nodiscard]] Sentences sentences() const;

private:
    struct Entry {
        std::string predicate;
        std::vector<std::string> subjects;
    };
    std::vector<Entry> entries_;
};

/// Who saw what of domain control that does not corroborate.
[[nodiscard]] Sentences explain_dcv(const Matrix& matrix);
/// The same of CAA: differing records, forbidding records, failed lookups.
[[nodiscard]] Sentences explain_caa(const Matrix& matrix);
/// Perspectives without a report.
[[nodiscard]] Sentences explain_silence(const Matrix& matrix);
/// What the quorum lacks.
[[nodiscard]] Sentences explain_quorum(const Matrix& matrix);
/// The refusal's code, by the precedence that corroboration.hpp states.
[[nodiscard]] std::string_view refusal_code(const Matrix& matrix);

} // namespace mpic
