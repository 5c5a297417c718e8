// SPDX-License-Identifier: Apache-2.0
#include "mpic/check/check.hpp"

#include "findings.hpp"
#include "methods.hpp"
#include "mpic/model/codes.hpp"
#include "mpic/model/dcv_rules.hpp"

#include <string>
#include <utility>
#include <variant>

namespace mpic::check {

namespace {

/// A method past its end is refused here too, by this perspective's own clock.
base::Awaitable<DcvReport> refuse(std::string why) {
    DcvReport report;
    report.finding = rejected(code::method_sunset, std::move(why));
    co_return report;
}

} // namespace

base::Awaitable<DcvReport> check_dcv(const Vantage& vantage, DcvQuestion question,
                                     base::Deadline deadline) {
    if (auto why = sunset_refusal(question, vantage.clock.wall()))
        return refuse(*std::move(why));
    return std::visit(
        [&](auto&& asked) {
            return check_method(vantage, std::forward<decltype(asked)>(asked), deadline);
        },
        std::move(question));
}

} // namespace mpic::check
