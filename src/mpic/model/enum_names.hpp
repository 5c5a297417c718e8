// SPDX-License-Identifier: Apache-2.0
#pragma once
// Enumerations whose values have the names of a table, in the table's order.

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace mpic {

template <class Enum, std::size_t n>
std::string_view name_of(const std::array<std::string_view, n>& names, Enum value) {
    return names.at(static_cast<std::size_t>(value));
}

template <class Enum, std::size_t n>
std::optional<Enum> value_of(const std::array<std::string_view, n>& names, std::string_view name) {
    for (std::size_t i = 0; i < n; ++i)
        if (names[i] == name)
            return static_cast<Enum>(i);
    return std::nullopt;
}

} // namespace mpic
