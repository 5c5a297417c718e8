// SPDX-License-Identifier: Apache-2.0
#pragma once
// The backslash of presentation forms (RFC 1035 §5.1): \X is X, \DDD the octet of that number.

#include <optional>
#include <string_view>

namespace base::dns {

/// The octet of an escape whose backslash has been taken off `rest`; takes the escape off too.
/// Nothing when neither a character nor three digits up to 255 follow.
[[nodiscard]] inline std::optional<char> take_escape(std::string_view& rest) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (rest.empty())
        return std::nullopt;
    if (!is_digit(rest.front())) {
        const char c = rest.front();
        rest.remove_prefix(1);
        return c;
    }
    if (rest.size() < 3 || !is_digit(rest[1]) || !is_digit(rest[2]))
        return std::nullopt;
    const int value = (rest[0] - '0') * 100 + (rest[1] - '0') * 10 + (rest[2] - '0');
    if (value > 255)
        return std::nullopt;
    rest.remove_prefix(3);
    return static_cast<char>(value);
}

} // namespace base::dns
