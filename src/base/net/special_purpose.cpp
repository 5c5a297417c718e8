// SPDX-License-Identifier: Apache-2.0
#include "base/net/special_purpose.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace base::net {

namespace {

constexpr bool reachable = true;
constexpr bool unreachable = false; // also where the registry says "N/A"

// https://www.iana.org/assignments/iana-ipv4-special-registry and
// https://www.iana.org/assignments/iana-ipv6-special-registry, each in the registry's order, then
// multicast, which has registries of its own.
constexpr SpecialPurposeBlock blocks[] = {
    {"0.0.0.0/8", "\"This network\"", "RFC 791 §3.2", unreachable},
    {"0.0.0.0/32", "\"This host on this network\"", "RFC 1122 §3.2.1.3", unreachable},
    {"10.0.0.0/8", "Private-Use", "RFC 1918", unreachable},
    {"100.64.0.0/10", "Shared Address Space", "RFC 6598", unreachable},
    {"127.0.0.0/8", "Loopback", "RFC 1122 §3.2.1.3", unreachable},
    {"169.254.0.0/16", "Link Local", "RFC 3927", unreachable},
    {"172.16.0.0/12", "Private-Use", "RFC 1918", unreachable},
    {"192.0.0.0/24", "IETF Protocol Assignments", "RFC 6890 §2.1", unreachable},
    {"192.0.0.0/29", "IPv4 Service Continuity Prefix", "RFC 7335", unreachable},
    {"192.0.0.8/32", "IPv4 dummy address", "RFC 7600", unreachable},
    {"192.0.0.9/32", "Port Control Protocol Anycast", "RFC 7723", reachable},
    {"192.0.0.10/32", "Traversal Using Relays around NAT Anycast", "RFC 8155", reachable},
    {"192.0.0.170/32", "NAT64/DNS64 Discovery", "RFC 8880", unreachable},
    {"192.0.0.171/32", "NAT64/DNS64 Discovery", "RFC 8880", unreachable},
    {"192.0.2.0/24", "Documentation (TEST-NET-1)", "RFC 5737", unreachable},
    {"192.31.196.0/24", "AS112-v4", "RFC 7535", reachable},
    {"192.52.193.0/24", "AMT", "RFC 7450", reachable},
    {"192.88.99.0/24", "Deprecated (6to4 Relay Anycast)", "RFC 7526", unreachable},
    {"192.88.99.2/32", "6a44-relay anycast address", "RFC 6751", unreachable},
    {"192.168.0.0/16", "Private-Use", "RFC 1918", unreachable},
    {"192.175.48.0/24", "Direct Delegation AS112 Service", "RFC 7534", reachable},
    {"198.18.0.0/15", "Benchmarking", "RFC 2544", unreachable},
    {"198.51.100.0/24", "Documentation (TEST-NET-2)", "RFC 5737", unreachable},
    {"203.0.113.0/24", "Documentation (TEST-NET-3)", "RFC 5737", unreachable},
    {"240.0.0.0/4", "Reserved", "RFC 1112 §4", unreachable},
    {"255.255.255.255/32", "Limited Broadcast", "RFC 8190", unreachable},

    {"::1/128", "Loopback Address", "RFC 4291", unreachable},
    {"::/128", "Unspecified Address", "RFC 4291", unreachable},
    {"::ffff:0:0/96", "IPv4-mapped Address", "RFC 4291", unreachable},
    {"64:ff9b::/96", "IPv4-IPv6 Translat.", "RFC 6052", reachable},
    {"64:ff9b:1::/48", "IPv4-IPv6 Translat.", "RFC 8215", unreachable},
    {"100::/64", "Discard-Only Address Block", "RFC 6666", unreachable},
    {"100:0:0:1::/64", "Dummy IPv6 Prefix", "RFC 9780", unreachable},
    {"2001::/23", "IETF Protocol Assignments", "RFC 2928", unreachable},
    {"2001::/32", "TEREDO", "RFC 4380", unreachable},
    {"2001:1::1/128", "Port Control Protocol Anycast", "RFC 7723", reachable},
    {"2001:1::2/128", "Traversal Using Relays around NAT Anycast", "RFC 8155", reachable},
    {"2001:1::3/128", "DNS-SD Service Registration Protocol Anycast", "RFC 9665", reachable},
    {"2001:2::/48", "Benchmarking", "RFC 5180", unreachable},
    {"2001:3::/32", "AMT", "RFC 7450", reachable},
    {"2001:4:112::/48", "AS112-v6", "RFC 7535", reachable},
    {"2001:10::/28", "Deprecated (previously ORCHID)", "RFC 4843", unreachable},
    {"2001:20::/28", "ORCHIDv2", "RFC 7343", reachable},
    {"2001:30::/28", "Drone Remote ID Protocol Entity Tags (DETs) Prefix", "RFC 9374", reachable},
    {"2001:db8::/32", "Documentation", "RFC 3849", unreachable},
    {"2002::/16", "6to4", "RFC 3056", unreachable},
    {"2620:4f:8000::/48", "Direct Delegation AS112 Service", "RFC 7534", reachable},
    {"3fff::/20", "Documentation", "RFC 9637", unreachable},
    {"5f00::/16", "Segment Routing (SRv6) SIDs", "RFC 9602", unreachable},
    {"fc00::/7", "Unique-Local", "RFC 4193", unreachable},
    {"fe80::/10", "Link-Local Unicast", "RFC 4291", unreachable},

    {"224.0.0.0/4", "Multicast", "RFC 1112 §4", unreachable},
    {"ff00::/8", "Multicast", "RFC 4291 §2.7", unreachable},
};

using ParsedBlock = std::pair<Prefix, const SpecialPurposeBlock*>;

/// Most specific first, so that the first match is the right one.
const std::vector<ParsedBlock>& parsed_blocks() {
    static const auto parsed = [] {
        std::vector<ParsedBlock> all;
        for (const auto& block : blocks)
            all.emplace_back(Prefix::parse(block.prefix).value(), &block);
        std::ranges::sort(all, std::ranges::greater(),
                          [](const ParsedBlock& b) { return b.first.bits; });
        return all;
    }();
    return parsed;
}

Prefix prefix(std::string_view text) {
    return Prefix::parse(text).value();
}

/// The IPv4 address that packets to `address` end up at.
std::optional<IpAddress> embedded_v4(const IpAddress& address) {
    static const Prefix mapped = prefix("::ffff:0:0/96");
    static const Prefix nat64 = prefix("64:ff9b::/96"); // RFC 6052 §2.1
    static const Prefix six_to_four = prefix("2002::/16");
    std::size_t offset = 0;
    if (mapped.contains(address) || nat64.contains(address))
        offset = 12;
    else if (six_to_four.contains(address))
        offset = 2; // RFC 3056 §2
    else
        return std::nullopt;
    std::array<std::uint8_t, 4> octets{};
    std::ranges::copy(address.octets().substr(offset, 4), octets.begin());
    return IpAddress::v4(octets);
}

std::string describe(const SpecialPurposeBlock& block) {
    return fmt::format("{} ({}, {})", block.name, block.prefix, block.reference);
}

} // namespace

std::span<const SpecialPurposeBlock> special_purpose_blocks() {
    return blocks;
}

std::string_view special_purpose_registry_date() {
    return "2025-10-09";
}

const SpecialPurposeBlock* special_purpose(const IpAddress& address) {
    const auto& all = parsed_blocks();
    const auto found = std::ranges::find_if(
        all, [&](const ParsedBlock& block) { return block.first.contains(address); });
    return found == all.end() ? nullptr : found->second;
}

AddressPolicy::AddressPolicy(std::vector<Prefix> allowed) : allowed_(std::move(allowed)) {}

Result<void> AddressPolicy::may_connect(const IpAddress& address) const {
    static const Prefix global_unicast = prefix("2000::/3");
    const auto refuse = [&](const std::string& why) {
        return fail(FailureKind::address_refused,
                    fmt::format("{} is {}", address.to_string(), why));
    };
    if (std::ranges::any_of(allowed_, [&](const Prefix& p) { return p.contains(address); }))
        return {};
    const SpecialPurposeBlock* block = special_purpose(address);
    if (block != nullptr && !block->globally_reachable)
        return refuse("in " + describe(*block));
    if (const auto inner = embedded_v4(address))
        if (const auto result = may_connect(*inner); !result)
            return refuse(fmt::format("in {}, and {}", describe(*block), result.error().detail));
    if (block == nullptr && address.is_v6() && !global_unicast.contains(address))
        return refuse("outside of IPv6 Global Unicast (2000::/3, RFC 4291 §2.4)");
    return {};
}

Result<void> AddressPolicy::may_identify(const IpAddress& address) const {
    auto result = may_connect(address);
    const SpecialPurposeBlock* block = special_purpose(address);
    if (!result || block == nullptr
        || std::ranges::any_of(allowed_, [&](const Prefix& p) { return p.contains(address); }))
        return result;
    return fail(FailureKind::address_refused,
                fmt::format("{} is in {} and so a Reserved IP Address (BR 1.6.1)",
                            address.to_string(), describe(*block)));
}

} // namespace base::net
