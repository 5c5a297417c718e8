// SPDX-License-Identifier: Apache-2.0
#include "base/net/ip_address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

namespace base::net {

namespace {

constexpr std::size_t longest_text = INET6_ADDRSTRLEN;

/// Decimal digits without a sign or leading zeros, at most `max`.
std::optional<unsigned> parse_number(std::string_view text, unsigned max) {
    if (text.empty() || text.size() > 5 || (text.size() > 1 && text.front() == '0'))
        return std::nullopt;
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value > max)
        return std::nullopt;
    return value;
}

std::optional<std::array<std::uint8_t, 4>> parse_v4(std::string_view text) {
    std::array<std::uint8_t, 4> octets{};
    for (std::size_t i = 0; i < 4; ++i) {
        const auto dot = text.find('.');
        if ((dot == std::string_view::npos) != (i == 3))
            return std::nullopt;
        const auto octet = parse_number(text.substr(0, dot), 255);
        if (!octet)
            return std::nullopt;
        octets[i] = static_cast<std::uint8_t>(*octet);
        text.remove_prefix(i == 3 ? text.size() : dot + 1);
    }
    return octets;
}

using Groups = std::array<unsigned, 8>;

/// The longest run of two or more zero groups, the first of equals (RFC 5952 §4.2): [begin, end).
std::pair<std::size_t, std::size_t> longest_zero_run(const Groups& groups) {
    std::pair<std::size_t, std::size_t> best{8, 8};
    std::size_t best_length = 1;
    for (std::size_t begin = 0; begin < 8; ++begin) {
        std::size_t end = begin;
        while (end < 8 && groups[end] == 0)
            ++end;
        if (end - begin > best_length) {
            best = {begin, end};
            best_length = end - begin;
        }
        begin = end; // groups[end] is not zero (or the end): the next run begins after it
    }
    return best;
}

std::string dotted(std::span<const std::uint8_t, 4> octets) {
    std::array<char, INET_ADDRSTRLEN> text;
    char* at = text.data();
    for (const unsigned octet : octets) {
        at = std::to_chars(at, text.end(), octet).ptr;
        *at++ = '.';
    }
    return {text.data(), at - 1};
}

std::string v6_text(const Groups& groups) {
    const auto [begin, end] = longest_zero_run(groups);
    std::string text;
    std::array<char, 4> digits;
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == begin) {
            text += "::";
            i = end - 1;
            continue;
        }
        if (i > 0 && i != end)
            text += ':';
        text.append(digits.data(), std::to_chars(digits.begin(), digits.end(), groups[i], 16).ptr);
    }
    return text;
}

bool bit(std::string_view octets, int index) {
    const auto octet = static_cast<unsigned char>(octets[static_cast<std::size_t>(index / 8)]);
    return ((octet >> (7 - index % 8)) & 1U) != 0;
}

} // namespace

std::string_view to_string(Family family) {
    return family == Family::ipv4 ? "ipv4" : "ipv6";
}

IpAddress IpAddress::v4(std::array<std::uint8_t, 4> octets) {
    IpAddress address;
    std::ranges::copy(octets, address.octets_.begin());
    return address;
}

IpAddress IpAddress::v6(std::array<std::uint8_t, 16> octets) {
    IpAddress address;
    address.family_ = Family::ipv6;
    address.octets_ = octets;
    return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    if (const auto octets = parse_v4(text))
        return v4(*octets);
    // inet_pton() wants a C string: what has a NUL inside must not pass as what stands before it.
    if (text.size() > longest_text || text.find('\0') != std::string_view::npos)
        return std::nullopt;
    std::array<std::uint8_t, 16> octets{};
    if (inet_pton(AF_INET6, std::string(text).c_str(), octets.data()) != 1)
        return std::nullopt;
    return v6(octets);
}

std::string_view IpAddress::octets() const {
    // char may alias any object.
    return {reinterpret_cast<const char*>(octets_.data()), is_v6() ? 16U : 4U};
}

std::string IpAddress::to_string() const {
    if (!is_v6())
        return dotted(std::span(octets_).first<4>());
    Groups groups{};
    for (std::size_t i = 0; i < 8; ++i)
        groups[i] = static_cast<unsigned>(octets_[2 * i] << 8 | octets_[2 * i + 1]);
    if (std::ranges::all_of(std::span(groups).first<5>(), [](unsigned g) { return g == 0; })
        && groups[5] == 0xffff)
        return "::ffff:" + dotted(std::span(octets_).last<4>()); // RFC 5952 §5
    return v6_text(groups);
}

std::string IpAddress::to_host() const {
    return is_v6() ? '[' + to_string() + ']' : to_string();
}

bool IpAddress::is_loopback() const {
    if (!is_v6())
        return octets_[0] == 127;
    return std::ranges::all_of(std::span(octets_).first<15>(), [](auto o) { return o == 0; })
           && octets_[15] == 1;
}

std::string Endpoint::to_string() const {
    return address.to_host() + ':' + std::to_string(port);
}

std::optional<Endpoint> Endpoint::parse(std::string_view text,
                                        std::optional<std::uint16_t> default_port) {
    if (default_port)
        if (const auto bare = IpAddress::parse(text))
            return Endpoint{*bare, *default_port};
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    const auto port = parse_number(text.substr(colon + 1), 65535);
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed)
        host = host.substr(1, host.size() - 2);
    const auto address = IpAddress::parse(host);
    if (!port || !address || address->is_v6() != bracketed)
        return std::nullopt;
    return Endpoint{*address, static_cast<std::uint16_t>(*port)};
}

std::optional<Prefix> Prefix::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address)
        return std::nullopt;
    const int width = address->is_v6() ? 128 : 32;
    if (slash == std::string_view::npos)
        return Prefix{*address, width};
    const auto bits = parse_number(text.substr(slash + 1), static_cast<unsigned>(width));
    if (!bits)
        return std::nullopt;
    const Prefix prefix{*address, static_cast<int>(*bits)};
    for (int i = prefix.bits; i < width; ++i)
        if (bit(address->octets(), i))
            return std::nullopt;
    return prefix;
}

bool Prefix::contains(const IpAddress& a) const {
    if (a.family() != address.family())
        return false;
    for (int i = 0; i < bits; ++i)
        if (bit(a.octets(), i) != bit(address.octets(), i))
            return false;
    return true;
}

std::string Prefix::to_string() const {
    return fmt::format("{}/{}", address.to_string(), bits);
}

} // namespace base::net
