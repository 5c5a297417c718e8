// SPDX-License-Identifier: Apache-2.0
#pragma once
// Evidence as JSON, once for everybody: agents send it in full; answers, audit records and
// `mpicd check --json` show it in brief. Read back by evidence_read.hpp.

#include "mpic/model/check_request.hpp"
#include "mpic/model/report.hpp"
#include "mpic/wire/json_out.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mpic::wire {

enum class Detail {
    full,  ///< can be read back: with the members that must be there, empty or not
    brief, ///< for people: with the CAA records as text too
};

/// Each puts the members of an object; whoever calls opens and closes it.
void put_dcv(JsonOut& out, const DcvReport& report, Detail detail);
void put_caa(JsonOut& out, const CaaReport& report, Detail detail);
/// "code": …, "detail": …
void put_failure(JsonOut& out, const base::Failure& failure);
/// "domain": …, "records": [base64]: the draft's form of a relevant RRset.
void put_record_set(JsonOut& out, std::string_view node, const std::vector<std::string>& rdata);
/// "records": [base64]
void put_records(JsonOut& out, const std::vector<std::string>& rdata);
/// The three conditions of BR 4.2.2.1.1, with `evidence` as the caller wants it shown.
void put_conditions(JsonOut& out, const LookupFailureConditions& conditions,
                    std::string_view evidence);

/// Milliseconds, to the microsecond. JSON has neither NaN nor infinity: 0 in their place.
void put_ms(JsonOut& out, MemberName name, double ms);

} // namespace mpic::wire
