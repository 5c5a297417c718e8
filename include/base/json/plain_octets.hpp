// SPDX-License-Identifier: Apache-2.0
#pragma once
// The octets that a JSON text shows as they are, told apart sixteen at a time.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace base::json {

/// ASCII that stands for itself: no control (RFC 8259 §7), quote or backslash.
inline bool is_plain(char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet >= 0x20 && octet < 0x80 && c != '"' && c != '\\';
}

/// How many of the eight octets from `at` come before the first that is not plain.
inline std::size_t plain_of_8(const char* at) {
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t highs = ones * 0x80;
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    if constexpr (std::endian::native == std::endian::big)
        word = std::byteswap(word);
    // Subtracting borrows from higher octets only: the lowest bit found is true.
    const auto below = [](std::uint64_t octets, std::uint64_t limit) {
        return (octets - ones * limit) & ~octets;
    };
    const std::uint64_t odd =
        word | below(word, 0x20) | below(word ^ ones * '"', 1) | below(word ^ ones * '\\', 1);
    return static_cast<std::size_t>(std::countr_zero(odd & highs)) / 8;
}

/// Likewise of sixteen.
inline std::size_t plain_of_16(const char* at) {
#ifdef __SSE2__ // every x86-64 has it, and it takes a third of the instructions
    const __m128i octets = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    // As signed numbers, those outside ASCII are below the controls.
    const __m128i odd = _mm_or_si128(_mm_cmplt_epi8(octets, _mm_set1_epi8(0x20)),
                                     _mm_or_si128(_mm_cmpeq_epi8(octets, _mm_set1_epi8('"')),
                                                  _mm_cmpeq_epi8(octets, _mm_set1_epi8('\\'))));
    const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(odd));
    return static_cast<std::size_t>(std::countr_zero(mask | 0x10000U));
#else
    const std::size_t plain = plain_of_8(at);
    return plain < 8 ? plain : 8 + plain_of_8(at + 8);
#endif
}

/// The first octet that is not plain, or `end`.
inline const char* skip_plain(const char* at, const char* end) {
    while (end - at >= 16) {
        const std::size_t plain = plain_of_16(at);
        at += plain;
        if (plain < 16)
            return at;
    }
    while (at != end && is_plain(*at))
        ++at;
    return at;
}

} // namespace base::json
