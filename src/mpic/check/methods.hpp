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
/// BR 3.2.2.4.7 (dns-01: RFC 8555 §8.4), .21: a DNS record holds the expected value.
[[nodiscard]] base::Awaitable<DcvReport> check_method(const Vantage& vantage, DnsQuestion question,
                                                      base::Deadline deadline);
/// BR 3.2.2.4.20, 3.2.2.5.7: a TLS server shows the challenge certificate.
[[nodiscard]] base::Awaitable<DcvReport>
check_method(const Vantage& vantage, TlsAlpnQuestion question, base::Deadline deadline);
/// BR 3.2.2.4.22, 3.2.2.5.8: a TXT record binds the identifier to the account.
[[nodiscard]] base::Awaitable<DcvReport>
check_method(const Vantage& vantage, PersistQuestion question, base::Deadline deadline);
/// BR 3.2.2.5.3: the host names of an address.
[[nodiscard]] base::Awaitable<DcvReport>
check_method(const Vantage& vantage, ReverseQuestion question, base::Deadline deadline);
/// BR 3.2.2.4.13, .14, .16, .17: the contacts that a domain publishes.
[[nodiscard]] base::Awaitable<DcvReport>
check_method(const Vantage& vantage, ContactQuestion question, base::Deadline deadline);

} // namespace mpic::check
