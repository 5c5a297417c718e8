// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mpic/model/check_request.hpp"
#include "mpic/model/report.hpp"

#include <optional>
#include <string>

namespace mpicd {

/// One of the two.
struct CheckResult {
    std::optional<mpic::DcvReport> dcv;
    std::optional<mpic::CaaReport> caa;

    [[nodiscard]] const mpic::Finding& finding() const { return dcv ? dcv->finding : caa->finding; }
};

/// {"verdict":…,"code":…,"detail":…,"dnssec":…,"caa":{…},"selected":[…],"evidence":{…}} and a
/// newline.
[[nodiscard]] std::string check_json(const CheckResult& result);
/// The same for a person, a few aligned lines.
[[nodiscard]] std::string check_text(const mpic::CheckRequest& request, const CheckResult& result);

} // namespace mpicd
