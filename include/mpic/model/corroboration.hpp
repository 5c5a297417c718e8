// SPDX-License-Identifier: Apache-2.0
#pragma once
// The finished product: the decision with what a person needs to understand it.

#include "mpic/model/check_request.hpp"
#include "mpic/model/tally.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mpic {

/// A cause that the pattern over the matrix of perspectives suggests.
struct Diagnosis {
    std::string code;                      ///< "geo-blocking", in docs/errors.md
    std::string sentence;                  ///< what the pattern is, and what to look at
    std::vector<std::string> perspectives; ///< whom it concerns
    bool operator==(const Diagnosis&) const = default;
};

/// One named rule per pattern (docs/errors.md lists them), most telling first. Empty when ok.
[[nodiscard]] std::vector<Diagnosis> diagnose(const CheckRequest& request, const Attempt& attempt,
                                              const Replies& replies, const Decision& decision);

/// Why a decision is "no".
struct Refusal {
    std::string code;  ///< stable, in docs/errors.md
    std::string error; ///< sentences that name who saw what
    bool operator==(const Refusal&) const = default;
};
/// Nothing when decision.ok. The first of these that holds gives the code:
///
///   too-few-perspectives   the attempt had fewer remotes than the policy's phase demands
///   primary-unavailable    the primary gave no report
///   dnssec-bogus           the primary could not determine, because DNSSEC validation failed
///   caa-forbids            the primary found that CAA does not permit issuance
///   primary-rejected       the primary's check was rejected
///   primary-undetermined   the primary could not determine
///   caa-forbids            so many remotes found that CAA forbids that no quorum was possible
///   dcv-not-corroborated   too few remotes corroborate domain control
///   caa-not-corroborated   too few remotes corroborate CAA
///   rir-diversity          enough corroborate, from too few RIR regions
///
/// The error is one line: sentences joined by "; ", about the primary first, then domain control,
/// CAA, perspectives without a report, and the quorum. Who saw the same shares a sentence.
/// Deterministic.
[[nodiscard]] std::optional<Refusal> explain(const CheckRequest& request, const Attempt& attempt,
                                             const Replies& replies, const Decision& decision);

struct Corroboration {
    Attempt attempt;
    Replies replies; ///< per seat; empty: pending
    Decision decision;
    std::optional<Refusal> refusal; ///< exactly when not ok
    std::vector<Diagnosis> diagnoses;
    int attempts = 1;
    bool operator==(const Corroboration&) const = default;
};

[[nodiscard]] Corroboration make_corroboration(const CheckRequest& request, const Tally& tally);

} // namespace mpic
