// SPDX-License-Identifier: Apache-2.0
#include "mpic/model/tally.hpp"

#include "enum_names.hpp"

namespace mpic {
namespace {

constexpr std::array<std::string_view, 6> outcome_names = {
    "corroborates", "disagrees", "failed", "timeout", "unreachable", "misconfigured"};

} // namespace

std::string_view to_string(Outcome outcome) {
    return name_of(outcome_names, outcome);
}

std::optional<Outcome> outcome_from(std::string_view text) {
    return value_of<Outcome>(outcome_names, text);
}

} // namespace mpic
