// SPDX-License-Identifier: Apache-2.0
#pragma once
// A cursor over a DNS message. Every read is checked; none goes beyond the message.

#include "base/core/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace base::dns {

/// A name put together from where its pointers led.
class NameOctets {
public:
    static constexpr std::size_t max_octets = 255; // RFC 1035 §2.3.4, the root's included

    [[nodiscard]] std::string_view view() const { return {octets_.data(), size_}; }
    void clear() { size_ = 0; }
    /// Whether there is room for them, and for the root's octet.
    [[nodiscard]] bool has_room_for(std::size_t octets) const {
        return size_ + octets < max_octets;
    }
    /// Labels, each with its length before it, for which there is room.
    void append(std::string_view labels) {
        labels.copy(octets_.data() + size_, labels.size());
        size_ += labels.size();
    }

private:
    std::array<char, max_octets> octets_; // NOLINT: written before it is read
    std::size_t size_ = 0;
};

/// Two octets, most significant first; they must be there.
[[nodiscard]] constexpr std::uint16_t u16_at(std::string_view octets, std::size_t at) {
    return static_cast<std::uint16_t>(static_cast<std::uint8_t>(octets[at]) << 8
                                      | static_cast<std::uint8_t>(octets[at + 1]));
}
[[nodiscard]] constexpr std::uint32_t u32_at(std::string_view octets, std::size_t at) {
    return static_cast<std::uint32_t>(u16_at(octets, at)) << 16 | u16_at(octets, at + 2);
}

class WireReader {
public:
    explicit WireReader(std::string_view wire) : wire_(wire) {}

    [[nodiscard]] std::size_t offset() const { return offset_; }
    [[nodiscard]] std::size_t left() const { return wire_.size() - offset_; }

    [[nodiscard]] Result<std::uint8_t> u8();
    [[nodiscard]] Result<std::uint16_t> u16();
    [[nodiscard]] Result<std::uint32_t> u32();
    [[nodiscard]] Result<std::string_view> bytes(std::size_t count) {
        if (count > left())
            return missing(offset_, count - left());
        const std::string_view out = wire_.substr(offset_, count);
        offset_ += count;
        return out;
    }
    /// A name with compression (RFC 1035 §4.1.4), as Name::from_wire() takes it, into `out`; case
    /// as it stands. Every pointer must point before the place that the labels read so far began
    /// at, so that reading ends; at most 255 octets in all.
    [[nodiscard]] Result<void> name_octets(NameOctets& out);

private:
    [[nodiscard]] std::unexpected<Failure> malformed(std::string_view why) const;
    [[nodiscard]] static std::unexpected<Failure> missing(std::size_t at, std::size_t count);

    std::string_view wire_;
    std::size_t offset_ = 0;
};

} // namespace base::dns
