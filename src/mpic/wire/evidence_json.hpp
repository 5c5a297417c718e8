// SPDX-License-Identifier: Apache-2.0
#pragma once
// Evidence as JSON, once for everybody: agents send it in full; answers, audit records and
// `mpicd check --json` show it in brief. Read back by evidence_read.hpp.

#include "mpic/model/check_request.hpp"
#include "mpic/model/report.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace mpic::wire {

/// Members stay in the order in which they were put.
using Json = nlohmann::ordered_json;

enum class Detail {
    full,  ///< every member, exact numbers: can be read back
    brief, ///< for people: without empty members, times rounded, CAA records as text too
};

[[nodiscard]] Json dcv_json(const DcvReport& report, Detail detail);
[[nodiscard]] Json caa_json(const CaaReport& report, Detail detail);
/// {"code": …, "detail": …}
[[nodiscard]] Json failure_json(const base::Failure& failure);
/// {"domain": …, "records": [base64]}: the draft's form of a relevant RRset.
[[nodiscard]] Json record_set_json(std::string_view node, const std::vector<std::string>& rdata);

/// JSON has neither NaN nor infinity: 0 in their place.
[[nodiscard]] double finite_ms(double ms);
/// Milliseconds as answers show them: to the microsecond.
[[nodiscard]] double rounded_ms(double ms);
/// One line of JSON. Octets that are not UTF-8 become U+FFFD; never throws for them.
[[nodiscard]] std::string to_line(const Json& json);

} // namespace mpic::wire
