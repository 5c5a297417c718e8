// SPDX-License-Identifier: Apache-2.0
#pragma once
// The IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890) and what follows from them:
// which addresses may be an identifier (none in the registries: BR 1.6.1 "Reserved IP Address"),
// and which a perspective may connect to (globally reachable ones only, on every hop, at connect
// time).

#include "base/net/ip_address.hpp"

#include "base/core/result.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace base::net {

struct SpecialPurposeBlock {
    std::string_view prefix;
    std::string_view name;      ///< the registry's "Name"
    std::string_view reference; ///< the registry's "RFC"
    bool globally_reachable;
};

/// The registry table with multicast added, and the date of the registries it was taken from.
[[nodiscard]] std::span<const SpecialPurposeBlock> special_purpose_blocks();
[[nodiscard]] std::string_view special_purpose_registry_date();

/// The most specific entry that holds `address`, or nothing for an ordinary unicast address.
[[nodiscard]] const SpecialPurposeBlock* special_purpose(const IpAddress& address);

/// Decides where a check may connect: not to an address whose most specific block is not globally
/// reachable, which holds for all of IPv4-mapped, 6to4 and Teredo whatever they embed; nor to a
/// NAT64 address (64:ff9b::/96, RFC 6052) that embeds a refused IPv4 address; nor to IPv6 outside
/// of 2000::/3, from which alone IANA has allocated (so not to IPv4-compatible or site-local
/// addresses).
class AddressPolicy {
public:
    /// `allowed` are exceptions for test networks; production has none.
    explicit AddressPolicy(std::vector<Prefix> allowed = {});
    /// FailureKind::address_refused with "ADDRESS is in NAME (PREFIX, RFC)" when it may not.
    [[nodiscard]] Result<void> may_connect(const IpAddress& address) const;
    /// Whether the address may be what a certificate is asked for: stricter, for a registry's
    /// globally reachable entries are Reserved IP Addresses too (BR 1.6.1, 4.2.2). The same
    /// failure and the same exceptions.
    [[nodiscard]] Result<void> may_identify(const IpAddress& address) const;

private:
    std::vector<Prefix> allowed_;
};

} // namespace base::net
