// SPDX-License-Identifier: Apache-2.0
#pragma once
// Text forms of bytes. Bytes are std::string throughout: DNS and HTTP both deliver them so.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

/// RFC 4648 §4 with padding.
[[nodiscard]] std::string base64(std::string_view bytes);
/// Strict inverse: padding required, no white space, no stray bits. Nothing on any deviation.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);
/// RFC 4648 §5 without padding, as ACME uses it.
[[nodiscard]] std::string base64url(std::string_view bytes);
/// RFC 4648 §6, lower case, without padding, as dns-account-01 labels are.
[[nodiscard]] std::string base32_lower(std::string_view bytes);
[[nodiscard]] std::string hex(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);
/// Printable ASCII other than quote and backslash: what a quoted text shows as it is, whoever
/// quotes it.
[[nodiscard]] constexpr bool stands_for_itself(char c) {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}
/// The value of a digit of either case, or -1.
[[nodiscard]] constexpr int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/// How many octets at the front are whole, valid UTF-8 characters (RFC 3629 §4).
[[nodiscard]] std::size_t utf8_prefix(std::string_view bytes);
[[nodiscard]] bool is_utf8(std::string_view bytes);
/// ASCII letters only; the rest is kept as it is.
[[nodiscard]] std::string ascii_lower(std::string_view text);
[[nodiscard]] bool ascii_iequals(std::string_view a, std::string_view b);

/// What was seen, for a person: printable ASCII kept, quotes and backslashes escaped, every other
/// octet as \xHH, cut to `limit` input octets with "…(+N bytes)" after. Safe in logs and JSON.
[[nodiscard]] std::string excerpt(std::string_view bytes, std::size_t limit = 100);

/// "a, b and c" for sentences.
[[nodiscard]] std::string join_and(const std::vector<std::string>& words);

} // namespace base
