// SPDX-License-Identifier: Apache-2.0
#pragma once
// What methods that look for a DNS record say of it.

#include "base/dns/resolver.hpp"
#include "lookup.hpp"
#include "mpic/model/dcv_rules.hpp"
#include "mpic/model/report.hpp"

#include <string>

namespace mpic::check {

/// "TXT _proof.example.com".
[[nodiscard]] std::string describe(const RecordAsked& asked);
/// The first records for a person, and how many more there are; empty without any.
[[nodiscard]] std::string excerpts(const base::dns::Answer& answer);
/// The answer has no record: dns-nxdomain or record-absent.
[[nodiscard]] Finding absent(const RecordAsked& asked, const base::dns::Answer& answer);

/// Takes a lookup into the report: evidence, DNSSEC state, and what was seen; without a usable
/// answer the finding, too. The answer, or null.
[[nodiscard]] const base::dns::Answer* take(DcvReport& report, const Lookup& lookup);

} // namespace mpic::check
