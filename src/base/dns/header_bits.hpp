// SPDX-License-Identifier: Apache-2.0
#pragma once
// The second 16 bits of a DNS header (RFC 1035 §4.1.1, RFC 4035 §3), and two more numbers of the
// wire.

#include <cstdint>

namespace base::dns::header_bits {

inline constexpr std::uint16_t qr = 0x8000;
inline constexpr std::uint16_t aa = 0x0400;
inline constexpr std::uint16_t tc = 0x0200;
inline constexpr std::uint16_t rd = 0x0100;
inline constexpr std::uint16_t ra = 0x0080;
inline constexpr std::uint16_t ad = 0x0020;
inline constexpr std::uint16_t cd = 0x0010;
inline constexpr std::uint16_t rcode = 0x000f;
inline constexpr std::uint16_t class_in = 1;
inline constexpr std::uint32_t edns_do = 0x8000; ///< in the OPT record's TTL field (RFC 3225 §3)

} // namespace base::dns::header_bits
