// SPDX-License-Identifier: Apache-2.0
#include "punycode.hpp"

#include <cstdint>

namespace base::dns {
namespace {

// RFC 3492 §5.
constexpr std::uint32_t radix = 36;
constexpr std::uint32_t tmin = 1;
constexpr std::uint32_t tmax = 26;
constexpr std::uint32_t skew = 38;
constexpr std::uint32_t damp = 700;
constexpr std::uint32_t initial_bias = 72;
constexpr std::uint32_t initial_n = 0x80;
constexpr std::uint32_t max_code_point = 0x10ffff;
// A label has at most 59 octets of Punycode, so a delta beyond this cannot lead to a code point.
constexpr std::uint64_t max_delta = 64ULL * (max_code_point + 1ULL);

std::uint32_t adapt(std::uint64_t delta, std::uint64_t points, bool first) {
    delta = first ? delta / damp : delta / 2;
    delta += delta / points;
    std::uint32_t k = 0;
    for (; delta > ((radix - tmin) * tmax) / 2; k += radix)
        delta /= radix - tmin;
    return k + static_cast<std::uint32_t>((radix - tmin + 1) * delta / (delta + skew));
}

std::optional<std::uint32_t> digit(char c) {
    if (c >= 'a' && c <= 'z')
        return static_cast<std::uint32_t>(c - 'a');
    if (c >= '0' && c <= '9')
        return static_cast<std::uint32_t>(c - '0') + 26;
    return std::nullopt;
}

/// One generalized variable-length integer, taken off `rest` (RFC 3492 §3.3).
std::optional<std::uint64_t> take_delta(std::string_view& rest, std::uint32_t bias) {
    std::uint64_t delta = 0;
    std::uint64_t weight = 1;
    for (std::uint32_t k = radix; !rest.empty(); k += radix) {
        const auto value = digit(rest.front());
        if (!value)
            return std::nullopt;
        rest.remove_prefix(1);
        delta += *value * weight;
        if (delta > max_delta)
            return std::nullopt;
        const std::uint32_t threshold = k <= bias ? tmin : k >= bias + tmax ? tmax : k - bias;
        if (*value < threshold)
            return delta;
        weight *= radix - threshold; // at most 35 times max_delta: then only a final 0 may follow
    }
    return std::nullopt; // the last integer is not complete
}

} // namespace

std::optional<std::u32string> punycode_decode(std::string_view encoded) {
    std::u32string out;
    // The basic code points come first, then the last hyphen; without any there is no hyphen
    // either.
    if (const std::size_t hyphen = encoded.rfind('-');
        hyphen != std::string_view::npos && hyphen > 0) {
        out.assign(encoded.begin(), encoded.begin() + static_cast<std::ptrdiff_t>(hyphen));
        encoded.remove_prefix(hyphen + 1);
    }
    if (encoded.empty())
        return std::nullopt;
    std::uint64_t n = initial_n;
    std::uint64_t i = 0;
    std::uint32_t bias = initial_bias;
    for (bool first = true; !encoded.empty(); first = false) {
        const auto delta = take_delta(encoded, bias);
        if (!delta)
            return std::nullopt;
        const std::uint64_t points = out.size() + 1;
        bias = adapt(*delta, points, first);
        n += (i + *delta) / points;
        i = (i + *delta) % points;
        if (n > max_code_point || (n >= 0xd800 && n <= 0xdfff))
            return std::nullopt;
        out.insert(i, 1, static_cast<char32_t>(n));
        ++i;
    }
    return out;
}

} // namespace base::dns
