// SPDX-License-Identifier: Apache-2.0
#include "mpic/model/roster.hpp"

#include "enum_names.hpp"

#include <algorithm>

namespace mpic {
namespace {

constexpr std::array<std::string_view, 2> role_names = {"primary", "remote"};

} // namespace

std::string_view to_string(Role role) {
    return name_of(role_names, role);
}

std::optional<Role> role_from(std::string_view text) {
    return value_of<Role>(role_names, text);
}

const Perspective* Roster::primary() const {
    const auto found = std::ranges::find(perspectives, Role::primary, &Perspective::role);
    return found == perspectives.end() ? nullptr : &*found;
}

std::size_t Roster::remote_count() const {
    return static_cast<std::size_t>(
        std::ranges::count(perspectives, Role::remote, &Perspective::role));
}

} // namespace mpic
