// SPDX-License-Identifier: Apache-2.0
#include "base/json/path.hpp"

#include "base/core/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace base::json {
namespace {

constexpr std::size_t max_shown_key = 64;

bool is_plain(std::string_view key) {
    return !key.empty() && key.size() <= max_shown_key && std::ranges::all_of(key, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
               || c == '-' || c == '_';
    });
}

} // namespace

std::string member_path(std::string_view object, std::string_view key) {
    if (is_plain(key))
        return fmt::format("{}.{}", object, key);
    return fmt::format("{}[\"{}\"]", object, excerpt(key, max_shown_key));
}

std::string element_path(std::string_view array, std::size_t index) {
    return fmt::format("{}[{}]", array, index);
}

} // namespace base::json
