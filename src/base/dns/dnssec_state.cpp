// SPDX-License-Identifier: Apache-2.0
#include "base/dns/resolver.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace base::dns {
namespace {

// From the strongest to the weakest.
constexpr std::array<std::pair<DnssecState, std::string_view>, 4> states{{
    {DnssecState::secure, "secure"},
    {DnssecState::insecure, "insecure"},
    {DnssecState::indeterminate, "indeterminate"},
    {DnssecState::bogus, "bogus"},
}};

auto rank(DnssecState state) {
    return std::ranges::find(states, state, [](const auto& row) { return row.first; });
}

} // namespace

std::string_view to_string(DnssecState state) {
    return rank(state)->second;
}

std::optional<DnssecState> dnssec_state_from(std::string_view text) {
    for (const auto& [state, name] : states)
        if (name == text)
            return state;
    return std::nullopt;
}

DnssecState weakest(DnssecState a, DnssecState b) {
    return rank(a) < rank(b) ? b : a;
}

} // namespace base::dns
