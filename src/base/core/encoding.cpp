// SPDX-License-Identifier: Apache-2.0
#include "base/core/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>

namespace base {
namespace {

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base64url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view base32_alphabet = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::string_view hex_alphabet = "0123456789abcdef";

constexpr std::uint8_t octet(char c) {
    return static_cast<std::uint8_t>(c);
}

/// What each octet stands for; 64 and more: nothing.
constexpr std::array<std::uint8_t, 256> base64_digits = [] {
    std::array<std::uint8_t, 256> out{};
    out.fill(64);
    for (std::uint8_t digit = 0; digit < 64; ++digit)
        out[octet(base64_alphabet[digit])] = digit;
    return out;
}();

/// RFC 4648 §6, most significant bits first; the last group is filled with zero bits (§3.5).
std::string encode_base32(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() * 8 + 4) / 5);
    std::uint32_t window = 0;
    unsigned held = 0;
    for (const char c : bytes) {
        window = (window << 8 | octet(c)) & 0xffff; // never more than 4 + 8 bits are waiting
        for (held += 8; held >= 5;) {
            held -= 5;
            out += base32_alphabet[window >> held & 31];
        }
    }
    if (held > 0)
        out += base32_alphabet[window << (5 - held) & 31];
    return out;
}

/// RFC 4648 §4 and §5 without padding, three octets at a time; `room` is for the padding.
std::string encode_base64(std::string_view bytes, std::string_view alphabet, std::size_t room) {
    const std::size_t whole = bytes.size() / 3 * 3;
    std::string out((bytes.size() * 4 + 2) / 3 + room, '=');
    char* to = out.data();
    const auto put = [&to, &alphabet](std::uint32_t window, unsigned digits) {
        for (unsigned held = 24; digits > 0; --digits)
            *to++ = alphabet[window >> (held -= 6) & 63];
    };
    for (std::size_t at = 0; at < whole; at += 3)
        put(std::uint32_t{octet(bytes[at])} << 16 | std::uint32_t{octet(bytes[at + 1])} << 8
                | octet(bytes[at + 2]),
            4);
    if (bytes.size() - whole == 1)
        put(std::uint32_t{octet(bytes[whole])} << 16, 2);
    else if (bytes.size() - whole == 2)
        put(std::uint32_t{octet(bytes[whole])} << 16 | std::uint32_t{octet(bytes[whole + 1])} << 8,
            3);
    return out;
}

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// What RFC 3629 §4 allows after a lead octet: how many octets, and the range of the first of them.
struct Utf8Lead {
    std::size_t following;
    std::uint8_t low;
    std::uint8_t high;
};

constexpr std::optional<Utf8Lead> utf8_lead(std::uint8_t lead) {
    if (lead < 0x80)
        return Utf8Lead{0, 0, 0};
    if (lead >= 0xc2 && lead <= 0xdf)
        return Utf8Lead{1, 0x80, 0xbf};
    if (lead >= 0xe0 && lead <= 0xef) // no overlong form, no surrogate
        return Utf8Lead{2, lead == 0xe0 ? std::uint8_t{0xa0} : std::uint8_t{0x80},
                        lead == 0xed ? std::uint8_t{0x9f} : std::uint8_t{0xbf}};
    if (lead >= 0xf0 && lead <= 0xf4) // no overlong form, nothing above U+10FFFF
        return Utf8Lead{3, lead == 0xf0 ? std::uint8_t{0x90} : std::uint8_t{0x80},
                        lead == 0xf4 ? std::uint8_t{0x8f} : std::uint8_t{0xbf}};
    return std::nullopt;
}

template <std::size_t Words>
bool ascii_only(const char* at) {
    std::array<std::uint64_t, Words> words{};
    std::memcpy(words.data(), at, sizeof words);
    std::uint64_t octets = 0;
    for (const std::uint64_t word : words)
        octets |= word;
    return (octets & 0x8080808080808080) == 0;
}

/// The octets in front that are ASCII, counted in words of eight.
std::size_t ascii_words(std::string_view bytes) {
    std::size_t at = 0;
    while (bytes.size() - at >= 64 && ascii_only<8>(bytes.data() + at))
        at += 64;
    while (bytes.size() - at >= 8 && ascii_only<1>(bytes.data() + at))
        at += 8;
    return at;
}

} // namespace

std::string base64(std::string_view bytes) {
    constexpr std::array<std::size_t, 3> padding{0, 2, 1};
    return encode_base64(bytes, base64_alphabet, padding[bytes.size() % 3]);
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0)
        return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && text.ends_with('=')) {
        text.remove_suffix(1);
        ++padding;
    }
    std::string out(text.size() * 3 / 4, '\0');
    char* to = out.data();
    const auto digit = [text](std::size_t at) {
        return std::uint32_t{base64_digits[octet(text[at])]};
    };
    std::size_t at = 0;
    for (; text.size() - at >= 4; at += 4) {
        const std::array digits{digit(at), digit(at + 1), digit(at + 2), digit(at + 3)};
        if ((digits[0] | digits[1] | digits[2] | digits[3]) >= base64_alphabet.size())
            return std::nullopt;
        const std::uint32_t group = digits[0] << 18 | digits[1] << 12 | digits[2] << 6 | digits[3];
        *to++ = static_cast<char>(group >> 16);
        *to++ = static_cast<char>(group >> 8 & 0xff);
        *to++ = static_cast<char>(group & 0xff);
    }
    std::uint32_t rest = 0;
    for (const char c : text.substr(at)) {
        const std::uint32_t one = base64_digits[octet(c)];
        if (one >= base64_alphabet.size())
            return std::nullopt;
        rest = rest << 6 | one;
    }
    // Behind its octets the last group has zero bits, twice as many as the padding has signs (RFC
    // 4648 §3.5).
    const std::size_t surplus = padding * 2;
    if ((rest & ((1U << surplus) - 1)) != 0)
        return std::nullopt;
    rest >>= surplus;
    if (padding == 1)
        *to++ = static_cast<char>(rest >> 8);
    if (padding > 0)
        *to++ = static_cast<char>(rest & 0xff);
    return out;
}

std::string base64url(std::string_view bytes) {
    return encode_base64(bytes, base64url_alphabet, 0);
}

std::string base32_lower(std::string_view bytes) {
    return encode_base32(bytes);
}

std::string hex(std::string_view bytes) {
    std::string out(bytes.size() * 2, '0');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        out[i * 2] = hex_alphabet[octet(bytes[i]) >> 4];
        out[i * 2 + 1] = hex_alphabet[octet(bytes[i]) & 15];
    }
    return out;
}

std::optional<std::string> from_hex(std::string_view text) {
    if (text.size() % 2 != 0)
        return std::nullopt;
    std::string out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hex_digit(text[i]);
        const int low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0)
            return std::nullopt;
        out += static_cast<char>(high * 16 + low);
    }
    return out;
}

std::size_t utf8_prefix(std::string_view bytes) {
    std::size_t at = 0;
    while (at < bytes.size()) {
        at += ascii_words(bytes.substr(at));
        while (at < bytes.size() && octet(bytes[at]) < 0x80)
            ++at;
        if (at == bytes.size())
            break;
        const auto lead = utf8_lead(octet(bytes[at]));
        if (!lead || bytes.size() - at <= lead->following)
            return at;
        for (std::size_t i = 1; i <= lead->following; ++i) {
            const std::uint8_t low = i == 1 ? lead->low : std::uint8_t{0x80};
            const std::uint8_t high = i == 1 ? lead->high : std::uint8_t{0xbf};
            if (octet(bytes[at + i]) < low || octet(bytes[at + i]) > high)
                return at;
        }
        at += lead->following + 1;
    }
    return at;
}

bool is_utf8(std::string_view bytes) {
    return utf8_prefix(bytes) == bytes.size();
}

std::string ascii_lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), lower);
    return out;
}

bool ascii_iequals(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string excerpt(std::string_view bytes, std::size_t limit) {
    if (bytes.size() <= limit) {
        bool plain = true; // without a way out the loop takes many octets at a time
        for (const char c : bytes)
            plain &= stands_for_itself(c);
        if (plain)
            return std::string(bytes);
    }
    std::string out;
    for (const char c : bytes.substr(0, limit)) {
        if (stands_for_itself(c)) {
            out += c;
        } else if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else {
            fmt::format_to(std::back_inserter(out), "\\x{:02x}", octet(c));
        }
    }
    if (bytes.size() > limit)
        fmt::format_to(std::back_inserter(out), "…(+{} bytes)", bytes.size() - limit);
    return out;
}

std::string join_and(const std::vector<std::string>& words) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0)
            out += i + 1 == words.size() ? " and " : ", ";
        out += words[i];
    }
    return out;
}

} // namespace base
