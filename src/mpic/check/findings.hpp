// SPDX-License-Identifier: Apache-2.0
#pragma once
// How failures and verdicts become findings.

#include "base/core/result.hpp"
#include "mpic/model/report.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace mpic::check {

/// A failure's name is its code.
[[nodiscard]] inline Finding undetermined(const base::Failure& failure) {
    return {Verdict::undetermined, std::string(base::to_string(failure.kind)), failure.detail};
}
[[nodiscard]] inline Finding rejected(std::string_view code, std::string detail) {
    return {Verdict::rejected, std::string(code), std::move(detail)};
}
[[nodiscard]] inline Finding passed(std::string detail) {
    return {Verdict::passed, "ok", std::move(detail)};
}

} // namespace mpic::check
