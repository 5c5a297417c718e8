// SPDX-License-Identifier: Apache-2.0
#include "mpic/check/check.hpp"

#include "methods.hpp"

#include <utility>
#include <variant>

namespace mpic::check {

base::Awaitable<DcvReport> check_dcv(const Vantage& vantage, DcvQuestion question,
                                     base::Deadline deadline) {
    return std::visit(
        [&](auto&& asked) {
            return check_method(vantage, std::forward<decltype(asked)>(asked), deadline);
        },
        std::move(question));
}

} // namespace mpic::check
