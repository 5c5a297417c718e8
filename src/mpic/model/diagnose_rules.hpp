// SPDX-License-Identifier: Apache-2.0
#pragma once
// One named rule per pattern over the matrix of perspectives: each looks at the whole table and
// gives a diagnosis or nothing. Rules suggest; they never change a decision.

#include "matrix.hpp"
#include "mpic/model/corroboration.hpp"
#include "mpic/model/dcv_rules.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpic::rules {

using Rows = std::vector<const Row*>;

[[nodiscard]] Diagnosis make_diagnosis(std::string_view code, std::string sentence,
                                       const Rows& perspectives);
/// "FRA and NRT", or "every perspective" when these are all that reported.
[[nodiscard]] std::string these_or_all(const Matrix& matrix, const Rows& rows);
/// Rows whose DCV report passed.
[[nodiscard]] Rows dcv_passed(const Matrix& matrix);
/// Rows with a DCV report, passed or not.
[[nodiscard]] Rows dcv_reported(const Matrix& matrix);
/// A method that connects is asked and domain control failed.
[[nodiscard]] bool connection_failed(const Matrix& matrix);
/// The record that is asked for when domain control failed.
[[nodiscard]] std::optional<RecordAsked> failed_record(const Matrix& matrix);

// diagnose_reachability.cpp
/// Whole regions are kept out while others pass.
[[nodiscard]] std::optional<Diagnosis> geo_blocking(const Matrix& matrix);
/// Some are kept out, in no pattern of regions: address lists, rate limits.
[[nodiscard]] std::optional<Diagnosis> selective_blocking(const Matrix& matrix);
/// A 4xx or 5xx only for some, with the Server header.
[[nodiscard]] std::optional<Diagnosis> filtered_by_server(const Matrix& matrix);
/// The same everywhere: refused, dropped, reset, or slow.
[[nodiscard]] std::optional<Diagnosis> unreachable_everywhere(const Matrix& matrix);

// diagnose_address.cpp
/// Everybody fails on one address family, or falls back from it.
[[nodiscard]] std::optional<Diagnosis> one_family_broken(const Matrix& matrix);
/// The answers differ by the address used.
[[nodiscard]] std::optional<Diagnosis> stale_address(const Matrix& matrix);
/// GeoDNS gives failing and passing perspectives different addresses.
[[nodiscard]] std::optional<Diagnosis> different_addresses(const Matrix& matrix);
/// Private addresses, REFUSED, or a host that the public DNS does not know.
[[nodiscard]] std::optional<Diagnosis> split_horizon(const Matrix& matrix);

// diagnose_content.cpp
/// One address serves some rightly and others not: anycast out of step, or a hijacked route.
[[nodiscard]] std::optional<Diagnosis> same_address_differs(const Matrix& matrix);

// diagnose_records.cpp
[[nodiscard]] std::optional<Diagnosis> doubled_name(const Matrix& matrix);
[[nodiscard]] std::optional<Diagnosis> not_yet_propagated(const Matrix& matrix);
[[nodiscard]] std::optional<Diagnosis> records_out_of_step(const Matrix& matrix);
[[nodiscard]] std::optional<Diagnosis> value_not_published(const Matrix& matrix);

// diagnose_dns.cpp
/// SERVFAIL, timeouts and malformed answers.
[[nodiscard]] std::optional<Diagnosis> nameservers_failing(const Matrix& matrix);
[[nodiscard]] std::optional<Diagnosis> dnssec_broken(const Matrix& matrix);
[[nodiscard]] std::optional<Diagnosis> caa_record_forbids(const Matrix& matrix);

// diagnose_service.cpp: what is wrong on this side
[[nodiscard]] std::optional<Diagnosis> perspectives_unavailable(const Matrix& matrix);
/// Perspectives whose own resolver cannot be connected to.
[[nodiscard]] std::optional<Diagnosis> resolver_unreachable(const Matrix& matrix);
[[nodiscard]] std::optional<Diagnosis> perspective_clock(const Matrix& matrix);

} // namespace mpic::rules
