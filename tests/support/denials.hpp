// SPDX-License-Identifier: Apache-2.0
#pragma once
// NSEC and NSEC3 records, as the authority section of a denial has them, and a validating
// resolver's DS answers made of them.

#include "base/dns/nsec.hpp"
#include "support/dns_records.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

/// RFC 4034 §4.1.2, for types below 256.
inline std::string type_bitmap(std::initializer_list<base::dns::RecordType> types) {
    std::string bits(32, '\0');
    for (const auto type : types)
        bits[std::to_underlying(type) / 8] |=
            static_cast<char>(0x80 >> (std::to_underlying(type) % 8));
    return std::string{'\0', '\x20'} + bits;
}

inline base::dns::Record nsec_of(std::string_view owner,
                                 std::initializer_list<base::dns::RecordType> types) {
    return {name(owner), base::dns::RecordType::nsec, 60,
            base::dns::name_rdata(name("zzz.test")) + type_bitmap(types)};
}

inline std::string base32hex(std::string_view octets) {
    std::string out;
    unsigned window = 0;
    int held = 0;
    for (const char c : octets) {
        window = window << 8 | static_cast<unsigned char>(c);
        for (held += 8; held >= 5; held -= 5)
            out += "0123456789abcdefghijklmnopqrstuv"[window >> (held - 5) & 31];
    }
    return out;
}

/// The hash of 20 octets, one less or more.
inline std::string beside(std::string hash, int step) {
    for (std::size_t i = hash.size(); i-- > 0;) {
        const int value = static_cast<unsigned char>(hash[i]) + step;
        hash[i] = static_cast<char>(value);
        if (value >= 0 && value <= 255)
            break;
    }
    return hash;
}

struct Nsec3Shape {
    bool opt_out = false;
    std::uint16_t iterations = 0;
    std::string salt;
};

inline base::dns::Record nsec3_between(std::string_view zone, const std::string& from,
                                       const std::string& to,
                                       std::initializer_list<base::dns::RecordType> types,
                                       const Nsec3Shape& shape = {}) {
    std::string rdata{'\1', shape.opt_out ? '\1' : '\0', static_cast<char>(shape.iterations >> 8),
                      static_cast<char>(shape.iterations & 0xff),
                      static_cast<char>(shape.salt.size())};
    rdata += shape.salt;
    rdata += static_cast<char>(to.size());
    rdata += to + type_bitmap(types);
    return {name(zone).prefixed(base32hex(from)).value(), base::dns::RecordType::nsec3, 60, rdata};
}

/// The NSEC3 record of `owner` itself.
inline base::dns::Record nsec3_of(std::string_view zone, std::string_view owner,
                                  std::initializer_list<base::dns::RecordType> types,
                                  const Nsec3Shape& shape = {}) {
    const auto hash = base::dns::nsec3_hash(name(owner), shape.salt, shape.iterations);
    return nsec3_between(zone, hash, beside(hash, 1), types, shape);
}

/// An NSEC3 record whose span covers `covered`.
inline base::dns::Record nsec3_over(std::string_view zone, std::string_view covered,
                                    const Nsec3Shape& shape = {}) {
    const auto hash = base::dns::nsec3_hash(name(covered), shape.salt, shape.iterations);
    return nsec3_between(zone, beside(hash, -1), beside(hash, 1), {base::dns::RecordType::ns},
                         shape);
}

} // namespace test
