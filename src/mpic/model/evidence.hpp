// SPDX-License-Identifier: Apache-2.0
#pragma once
// Small questions about evidence.

#include "mpic/model/dcv_rules.hpp"
#include "mpic/model/report.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpic {

/// The failed lookup (no response, or an RCODE that tells nothing about the records) that the
/// finding rests on; the last failed one when the finding does not tell; nullptr when none failed.
[[nodiscard]] const LookupEvidence* failed_lookup(const Lookups& lookups, const Finding& finding);
/// The lookup that the question is about; nullptr when there is none.
[[nodiscard]] const LookupEvidence* lookup_of(const Lookups& lookups, const RecordAsked& question);
/// "80", "443", or the port that the URL names.
[[nodiscard]] std::string port_of(std::string_view url);
/// Host and port of a URL, as written: "www.example.com", "[2001:db8::1]:8080".
[[nodiscard]] std::string_view authority_of(std::string_view url);
/// "ipv6" or "ipv4", of an address in text form.
[[nodiscard]] std::string_view family_of(std::string_view address);
/// The records of a set in presentation form.
[[nodiscard]] std::vector<std::string> caa_texts(const std::vector<std::string>& rdata);

} // namespace mpic
