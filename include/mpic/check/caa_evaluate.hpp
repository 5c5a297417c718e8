// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a CAA RRset says to an issuer: the pure part of CAA (RFC 8659 §§4.1-4.4, RFC 8657, RFC
// 9495).

#include "base/dns/record.hpp"
#include "mpic/model/check_request.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpic::check {

/// An issue or issuewild value by the grammar of RFC 8659 §4.2.
struct IssueValue {
    std::string issuer; ///< lower case; empty: nobody
    std::vector<std::pair<std::string, std::string>>
        parameters; ///< tags lower case, values as they are
    bool operator==(const IssueValue&) const = default;
};
/// Nothing for a value outside the grammar: it restricts and grants nothing.
[[nodiscard]] std::optional<IssueValue> parse_issue_value(std::string_view value);

struct CaaJudgement {
    bool permits = false;
    std::string code; ///< ok, caa-forbids, caa-critical-unknown
    std::string
        deciding_record; ///< presentation form; empty when an empty or unrestricting set permits
    std::string detail;  ///< a sentence
    bool operator==(const CaaJudgement&) const = default;
};

/// Judges the relevant RRset; empty means unrestricted. Properties in any order give the same
/// answer.
[[nodiscard]] CaaJudgement judge_caa(const std::vector<base::dns::CaaProperty>& relevant,
                                     bool wildcard, const CaaPolicy& policy);

} // namespace mpic::check
