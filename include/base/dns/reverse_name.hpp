// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/dns/name.hpp"
#include "base/net/ip_address.hpp"

namespace base::dns {

/// Where an address has its PTR records: "1.2.0.192.in-addr.arpa" (RFC 1035 §3.5), or 32 nibbles
/// under ip6.arpa (RFC 3596 §2.5).
[[nodiscard]] Name reverse_name(const net::IpAddress& address);

} // namespace base::dns
