// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a persistent TXT record says (BR 3.2.2.4.22). Pure.

#include "base/core/clock.hpp"
#include "mpic/model/check_request.hpp"

#include <string_view>

namespace mpic::check {

/// How far a record fits the question; the better one of several counts.
enum class PersistMatch {
    unusable,      ///< not of the grammar of RFC 8659 §4.2, or a parameter given twice or malformed
    other_issuer,  ///< names none of the issuer domains
    other_account, ///< without an accounturi, or with another
    other_policy,  ///< the policy asked for is missing
    expired,       ///< all fits, and persistUntil has passed
    matches,
};

/// `text` is one record's strings in a row. Parameters not known here are ignored. A record is
/// expired when `now` is after its persistUntil; at that second it is still usable.
[[nodiscard]] PersistMatch judge_persistent(const PersistQuestion& question, std::string_view text,
                                            base::WallTime now);

} // namespace mpic::check
