// SPDX-License-Identifier: Apache-2.0
#pragma once
// The ways of domain control validation: one alternative of DcvQuestion, one function, one pair of
// files each. check_dcv() chooses among them by overload.

#include "base/async/awaitable.hpp"
#include "base/core/deadline.hpp"
#include "mpic/check/vantage.hpp"
#include "mpic/model/check_request.hpp"
#include "mpic/model/report.hpp"

namespace mpic::check {

/// BR 3.2.2.4.18, .19, 3.2.2.5.1, 3.2.2.5.6: a web page holds the expected value.
[[nodiscard]] base::Awaitable<DcvReport> check_method(const Vantage& vantage, HttpQuestion question,
                                                      base::Deadline deadline);
/// BR 3.2.2.4.7: a DNS record holds the expected value.
[[nodiscard]] base::Awaitable<DcvReport> check_method(const Vantage& vantage, DnsQuestion question,
                                                      base::Deadline deadline);

} // namespace mpic::check
