// SPDX-License-Identifier: Apache-2.0
#include "wire_reader.hpp"

#include <fmt/format.h>

namespace base::dns {
namespace {

constexpr std::size_t header_octets = 12;
constexpr std::size_t max_label = 63;
constexpr std::size_t pointer_bits = 0xc0;
constexpr std::size_t max_pointer = 0x3fff;

} // namespace

std::unexpected<Failure> WireReader::malformed(std::string_view why) const {
    return fail(FailureKind::dns_malformed, fmt::format("{} at octet {}", why, offset_));
}

std::unexpected<Failure> WireReader::missing(std::size_t at, std::size_t count) {
    return fail(FailureKind::dns_malformed,
                fmt::format("{} octets are missing at octet {}", count, at));
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

Result<void> WireReader::name_octets(NameOctets& out) {
    out.clear();
    std::size_t at = offset_;    // goes to where pointers lead
    std::size_t start = offset_; // of the run of labels being read
    std::size_t after = 0;       // where this name ends, once a pointer has been met
    for (;;) {
        if (at == wire_.size())
            return missing(at, 1);
        const std::size_t length = static_cast<std::uint8_t>(wire_[at]);
        if (length == 0)
            break;
        if (length >= pointer_bits) {
            if (at + 1 == wire_.size())
                return missing(at + 1, 1);
            const std::size_t target = u16_at(wire_, at) & max_pointer;
            if (target >= start || target < header_octets)
                return malformed("a compression pointer does not point backwards to a name");
            out.append(wire_.substr(start, at - start));
            if (after == 0)
                after = at + 2;
            at = start = target;
            continue;
        }
        if (length > max_label)
            return malformed("a label of an unknown type");
        if (length >= wire_.size() - at)
            return missing(at + 1, at + 1 + length - wire_.size());
        at += length + 1;
        if (!out.has_room_for(at - start))
            return malformed("a name of more than 255 octets");
    }
    out.append(wire_.substr(start, at - start));
    offset_ = after == 0 ? at + 1 : after;
    return {};
}

} // namespace base::dns
