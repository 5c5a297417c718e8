// SPDX-License-Identifier: Apache-2.0
#include "mpic/model/contact_value.hpp"

#include "base/core/encoding.hpp"

#include <algorithm>
#include <cstddef>

namespace mpic {
namespace {

constexpr std::size_t max_local_part = 64; // RFC 5321 §4.5.3.1.1
constexpr std::size_t max_address = 254;   // RFC 5321 §4.5.3.1.3, without the angle brackets
constexpr std::size_t max_digits = 15;     // E.164
constexpr std::size_t min_digits = 4;      // a country code and at least one more

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_utf8_octet(char c) {
    return (static_cast<unsigned char>(c) & 0x80U) != 0; // the whole text is checked to be UTF-8
}

/// RFC 5322 §3.2.3, RFC 6532 §3.2.
bool is_atext(char c) {
    constexpr std::string_view others = "!#$%&'*+-/=?^_`{|}~";
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || is_utf8_octet(c)
           || others.find(c) != std::string_view::npos;
}

bool is_dot_atom(std::string_view text) {
    return !text.empty() && text.front() != '.' && text.back() != '.'
           && text.find("..") == std::string_view::npos
           && std::ranges::all_of(text, [](char c) { return c == '.' || is_atext(c); });
}

/// RFC 5322 §3.2.4 without folding white space; what is quoted is printable, a space or UTF-8.
bool is_quoted_string(std::string_view text) {
    if (text.size() < 2 || text.front() != '"' || text.back() != '"')
        return false;
    text = text.substr(1, text.size() - 2);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"')
            return false;
        if (text[i] == '\\' && ++i == text.size())
            return false;
        if (!is_utf8_octet(text[i]) && (text[i] < ' ' || text[i] > '~'))
            return false;
    }
    return true;
}

/// RFC 5322 §3.4.1: dtext is printable ASCII without brackets and backslash.
bool is_domain_literal(std::string_view text) {
    return text.size() > 2 && text.front() == '[' && text.back() == ']'
           && std::ranges::all_of(text.substr(1, text.size() - 2), [](char c) {
                  return c > ' ' && c <= '~' && c != '[' && c != ']' && c != '\\';
              });
}

std::optional<std::string> canonical_email(std::string_view text) {
    const std::size_t at = text.rfind('@');
    if (at == std::string_view::npos || text.size() > max_address || at > max_local_part
        || !base::is_utf8(text))
        return std::nullopt;
    const std::string_view local = text.substr(0, at);
    const std::string_view domain = text.substr(at + 1);
    if (!(is_dot_atom(local) || is_quoted_string(local))
        || !(is_dot_atom(domain) || is_domain_literal(domain)))
        return std::nullopt;
    return std::string(local) + "@" + base::ascii_lower(domain);
}

std::optional<std::string> canonical_phone(std::string_view text) {
    constexpr std::string_view separators = "-.() ";
    if (!text.starts_with('+') || text.back() == ' ')
        return std::nullopt;
    std::string out = "+";
    for (const char c : text.substr(1)) {
        if (is_digit(c))
            out += c;
        else if (separators.find(c) == std::string_view::npos)
            return std::nullopt;
    }
    const std::size_t digits = out.size() - 1;
    // No country code begins with 0 (E.164 §6.2.1).
    if (digits < min_digits || digits > max_digits || out[1] == '0')
        return std::nullopt;
    return out;
}

} // namespace

std::optional<std::string> canonical_contact(ContactKind kind, std::string_view text) {
    return kind == ContactKind::email ? canonical_email(text) : canonical_phone(text);
}

std::string_view to_string(ContactKind kind) {
    return kind == ContactKind::email ? "email" : "phone";
}

std::string_view to_string(ContactSource source) {
    return source == ContactSource::caa ? "caa" : "txt";
}

std::optional<ContactKind> contact_kind_from(std::string_view text) {
    if (text == "email")
        return ContactKind::email;
    return text == "phone" ? std::optional(ContactKind::phone) : std::nullopt;
}

std::optional<ContactSource> contact_source_from(std::string_view text) {
    if (text == "caa")
        return ContactSource::caa;
    return text == "txt" ? std::optional(ContactSource::txt) : std::nullopt;
}

} // namespace mpic
