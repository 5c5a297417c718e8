// SPDX-License-Identifier: Apache-2.0
#pragma once
// The inverse of evidence_json.hpp in full detail. An agent is not trusted to be sane: every list
// and string is bounded, every number has its range.

#include "mpic/model/report.hpp"
#include "mpic/wire/strict_fields.hpp"

namespace mpic::wire {

[[nodiscard]] DcvReport read_dcv_report(StrictFields& fields);
[[nodiscard]] CaaReport read_caa_report(StrictFields& fields);

} // namespace mpic::wire
