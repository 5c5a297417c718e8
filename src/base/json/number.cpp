// SPDX-License-Identifier: Apache-2.0
#include "base/json/number.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

namespace base::json {
namespace {

using Kind = Node::Kind;

/// More digits may not fit into 64 bits.
constexpr std::ptrdiff_t few_digits = 18;
/// Up to here every whole number is a double.
constexpr std::uint64_t exact_doubles = std::uint64_t{1} << 53;
constexpr std::array<double, few_digits + 1> powers_of_ten{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,
                                                           1e7,  1e8,  1e9,  1e10, 1e11, 1e12, 1e13,
                                                           1e14, 1e15, 1e16, 1e17, 1e18};

/// The digits of a number without its sign and exponent, as one whole number.
struct Digits {
    std::uint64_t value = 0; ///< when there are few
    std::ptrdiff_t count = 0;
};

const char* read_digits(const char* at, const char* end, Digits& digits) {
    const char* const begin = at;
    for (; at != end && *at >= '0' && *at <= '9'; ++at)
        digits.value = digits.value * 10 + static_cast<std::uint64_t>(*at - '0');
    digits.count += at - begin;
    return at;
}

/// Behind the "e"; null without a digit.
const char* skip_exponent(const char* at, const char* end) {
    if (at != end && (*at == '+' || *at == '-'))
        ++at;
    Digits digits;
    at = read_digits(at, end, digits);
    return digits.count > 0 ? at : nullptr;
}

bool whole(const char* begin, const char* end, bool negative, const Digits& digits, Number& out) {
    out.kind = negative ? Kind::integer : Kind::natural;
    if (digits.count <= few_digits) {
        if (negative)
            out.integer = -static_cast<std::int64_t>(digits.value);
        else
            out.natural = digits.value;
        return true;
    }
    const auto read = negative ? std::from_chars(begin, end, out.integer)
                               : std::from_chars(begin, end, out.natural);
    return read.ec == std::errc() && read.ptr == end; // else it has more than 64 bits
}

const char* real(const char* begin, const char* end, Number& out) {
    out.kind = Kind::real;
    out.real = 0;
    const auto read = std::from_chars(begin, end, out.real);
    return read.ec == std::errc() && read.ptr == end && std::isfinite(out.real) ? end : nullptr;
}

} // namespace

const char* read_number(const char* at, const char* end, Number& out) {
    const char* const begin = at;
    const bool negative = at != end && *at == '-';
    if (negative)
        ++at;
    const char* const first = at;
    Digits digits;
    at = read_digits(at, end, digits);
    if (digits.count == 0 || (*first == '0' && digits.count > 1))
        return nullptr;
    const std::ptrdiff_t before_point = digits.count;
    if (at != end && *at == '.') {
        at = read_digits(at + 1, end, digits);
        if (digits.count == before_point)
            return nullptr;
    }
    const std::ptrdiff_t after_point = digits.count - before_point;
    if (at != end && (*at == 'e' || *at == 'E')) {
        at = skip_exponent(at + 1, end);
        return at != nullptr ? real(begin, at, out) : nullptr;
    }
    if (after_point == 0)
        return whole(begin, at, negative, digits, out) ? at : real(begin, at, out);
    if (digits.count > few_digits || digits.value > exact_doubles)
        return real(begin, at, out);
    // Both are exact as doubles, so their quotient is rounded once, and rightly.
    out.kind = Kind::real;
    out.real =
        static_cast<double>(digits.value) / powers_of_ten[static_cast<std::size_t>(after_point)];
    if (negative)
        out.real = -out.real;
    return at;
}

} // namespace base::json
