// SPDX-License-Identifier: Apache-2.0
#pragma once
// IP addresses, endpoints and prefixes as plain values, free of Asio so that pure code can use
// them.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base::net {

enum class Family { ipv4, ipv6 };

[[nodiscard]] std::string_view to_string(Family family); // "ipv4", "ipv6"

/// An IPv4 or IPv6 address without a zone. IPv4 uses the first four octets.
class IpAddress {
public:
    constexpr IpAddress() = default; // 0.0.0.0
    [[nodiscard]] static IpAddress v4(std::array<std::uint8_t, 4> octets);
    [[nodiscard]] static IpAddress v6(std::array<std::uint8_t, 16> octets);
    /// Strict: dotted quad without leading zeros, or RFC 4291 text without a zone and without
    /// brackets. "127.1", "0x7f.0.0.1", "2130706433" and "010.0.0.1" are nothing.
    [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);

    [[nodiscard]] Family family() const { return family_; }
    [[nodiscard]] bool is_v6() const { return family_ == Family::ipv6; }
    /// 4 or 16 octets in network order.
    [[nodiscard]] std::string_view octets() const;
    /// RFC 5952 for IPv6.
    [[nodiscard]] std::string to_string() const;
    /// As a URL and a Host header have it: IPv6 in brackets.
    [[nodiscard]] std::string to_host() const;
    /// 127.0.0.0/8 or ::1.
    [[nodiscard]] bool is_loopback() const;

    auto operator<=>(const IpAddress&) const = default;

private:
    Family family_ = Family::ipv4;
    std::array<std::uint8_t, 16> octets_{};
};

struct Endpoint {
    IpAddress address;
    std::uint16_t port = 0;

    /// "192.0.2.1:53", "[2001:db8::1]:53".
    [[nodiscard]] std::string to_string() const;
    /// Reads to_string()'s form, or a bare address with `default_port` when that is given.
    [[nodiscard]] static std::optional<Endpoint>
    parse(std::string_view text, std::optional<std::uint16_t> default_port = {});
    auto operator<=>(const Endpoint&) const = default;
};

/// A CIDR block.
struct Prefix {
    IpAddress address;
    int bits = 0;

    /// "192.0.2.0/24"; a bare address is its own /32 or /128. Host bits must be zero.
    [[nodiscard]] static std::optional<Prefix> parse(std::string_view text);
    [[nodiscard]] bool contains(const IpAddress& a) const;
    [[nodiscard]] std::string to_string() const;
    auto operator<=>(const Prefix&) const = default;
};

} // namespace base::net
