// SPDX-License-Identifier: Apache-2.0
#include "mpic/api/trace_context.hpp"

#include <algorithm>

namespace mpic::api {
namespace {

constexpr std::size_t length = 55; // 2-32-16-2 with three hyphens

bool is_lower_hex(std::string_view text) {
    return std::ranges::all_of(
        text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool all_zero(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c == '0'; });
}

} // namespace

std::string valid_traceparent(std::string_view header) {
    if (header.size() < length || header[2] != '-' || header[35] != '-' || header[52] != '-')
        return {};
    const std::string_view version = header.substr(0, 2);
    const std::string_view trace = header.substr(3, 32);
    const std::string_view parent = header.substr(36, 16);
    const std::string_view flags = header.substr(53, 2);
    if (!is_lower_hex(version) || !is_lower_hex(trace) || !is_lower_hex(parent)
        || !is_lower_hex(flags) || version == "ff" || all_zero(trace) || all_zero(parent))
        return {};
    if (header.size() > length && (version == "00" || header[length] != '-'))
        return {};
    return "00" + std::string(header.substr(2, length - 2));
}

} // namespace mpic::api
