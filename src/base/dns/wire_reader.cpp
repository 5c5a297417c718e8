// SPDX-License-Identifier: Apache-2.0
#include "wire_reader.hpp"

#include <fmt/format.h>

namespace base::dns {
namespace {

constexpr std::size_t header_octets = 12;
constexpr std::uint8_t pointer_bits = 0xc0;

} // namespace

std::unexpected<Failure> WireReader::malformed(std::string_view why) const {
    return fail(FailureKind::dns_malformed, fmt::format("{} at octet {}", why, offset_));
}

Result<std::string_view> WireReader::bytes(std::size_t count) {
    if (count > left())
        return malformed(fmt::format("{} octets are missing", count - left()));
    const std::string_view out = wire_.substr(offset_, count);
    offset_ += count;
    return out;
}

Result<std::uint8_t> WireReader::u8() {
    auto octets = bytes(1);
    if (!octets)
        return std::unexpected(std::move(octets.error()));
    return static_cast<std::uint8_t>(octets->front());
}

Result<std::uint16_t> WireReader::u16() {
    if (left() < 2)
        return std::unexpected(bytes(2).error());
    const auto value = u16_at(wire_, offset_);
    offset_ += 2;
    return value;
}

Result<std::uint32_t> WireReader::u32() {
    auto octets = bytes(4);
    if (!octets)
        return std::unexpected(std::move(octets.error()));
    return u32_at(*octets, 0);
}

Result<NameOctets> WireReader::name_octets() {
    Result<NameOctets> out;
    WireReader at = *this;       // goes to where pointers lead
    std::size_t start = offset_; // of the run of labels being read
    std::size_t after = 0;       // where this name ends, once a pointer has been met
    for (;;) {
        if (at.left() == 0)
            return std::unexpected(at.bytes(1).error());
        const std::size_t begin = at.offset_;
        const auto length = static_cast<std::uint8_t>(wire_[at.offset_++]);
        if (length == 0)
            break;
        if ((length & pointer_bits) == pointer_bits) {
            const auto low = at.u8();
            if (!low)
                return std::unexpected(low.error());
            const std::size_t target = (length & 0x3fU) << 8 | *low;
            if (target >= start || target < header_octets)
                return malformed("a compression pointer does not point backwards to a name");
            if (after == 0)
                after = at.offset_;
            at.offset_ = start = target;
            continue;
        }
        if ((length & pointer_bits) != 0)
            return malformed("a label of an unknown type");
        if (length > at.left())
            return std::unexpected(at.bytes(length).error());
        if (!out->append(wire_.substr(begin, length + 1U)))
            return malformed("a name of more than 255 octets");
        at.offset_ += length;
    }
    offset_ = after == 0 ? at.offset_ : after;
    return out;
}

} // namespace base::dns
