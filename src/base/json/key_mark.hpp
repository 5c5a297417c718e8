// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace base::json {

/// One bit of 64, always the same one for the same key: an object whose keys lack it does not have
/// the key. Made from the length and the octets at both ends, by which keys mostly differ.
inline std::uint64_t key_mark(std::string_view key) {
    if (key.empty())
        return 1;
    const auto octet = [](char c) { return std::uint64_t{static_cast<unsigned char>(c)}; };
    const std::uint64_t ends = key.size() << 16 | octet(key.front()) << 8 | octet(key.back());
    return std::uint64_t{1} << (ends * 0x9e3779b97f4a7c15
                                >> 58); // 2^64 / golden ratio: it scatters
}

} // namespace base::json
