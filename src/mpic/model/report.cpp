// SPDX-License-Identifier: Apache-2.0
#include "mpic/model/report.hpp"

#include "enum_names.hpp"

namespace mpic {
namespace {

constexpr std::array<std::string_view, 3> verdict_names = {"passed", "rejected", "undetermined"};

} // namespace

std::string_view to_string(Verdict verdict) {
    return name_of(verdict_names, verdict);
}

std::optional<Verdict> verdict_from(std::string_view text) {
    return value_of<Verdict>(verdict_names, text);
}

} // namespace mpic
