// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a perspective saw, as the rest of a sentence that begins with its name: "could not connect
// to 192.0.2.1 port 80 (connection-refused)". The verbs fit one perspective and several. Never
// holds what was expected, only what was seen.

#include "matrix.hpp"

#include <string>

namespace mpic {

[[nodiscard]] std::string dcv_predicate(const DcvQuestion& question, const DcvReport& report);
/// For a CAA lookup that could not be determined, and for one that does not permit.
[[nodiscard]] std::string caa_predicate(const CaaReport& report);

/// "could not look up the CAA record at www.example.com (dns-servfail, …)"; empty when no lookup
/// failed.
[[nodiscard]] std::string failed_lookup_predicate(const Lookups& lookups, const Finding& finding);
/// When the evidence says nothing better.
[[nodiscard]] std::string plain_predicate(const Finding& finding);

} // namespace mpic
