// SPDX-License-Identifier: Apache-2.0
#pragma once
// The checks: each gathers evidence from a Vantage and then judges it purely. One pair of files per
// method.

#include "base/async/awaitable.hpp"
#include "base/core/deadline.hpp"
#include "mpic/check/vantage.hpp"
#include "mpic/model/check_request.hpp"
#include "mpic/model/report.hpp"

namespace mpic::check {

/// Domain control by whichever method the question names. Always gives a report by `deadline`: what
/// could not be determined until then is a finding. Throws only for cancellation and faults.
[[nodiscard]] base::Awaitable<DcvReport> check_dcv(const Vantage& vantage, DcvQuestion question,
                                                   base::Deadline deadline);

/// The relevant CAA RRset (RFC 8659 §3) and, with a policy, whether it permits (RFC 8659 §4, RFC
/// 8657).
[[nodiscard]] base::Awaitable<CaaReport> check_caa(const Vantage& vantage, CaaQuestion question,
                                                   base::Deadline deadline);

} // namespace mpic::check
