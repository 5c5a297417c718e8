// SPDX-License-Identifier: Apache-2.0
#pragma once
// Absolute http and https URLs and Location references (RFC 3986), strictly: no userinfo, no
// backslash, no control characters, hosts that are DNS names or strictly written IP addresses.
// Pure.

#include "base/core/result.hpp"
#include "base/net/ip_address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base::http {

struct Url {
    std::string scheme;                    ///< "http" or "https"
    std::string host;                      ///< lower case; IPv6 without brackets
    std::optional<net::IpAddress> address; ///< set when the host is an IP literal
    std::uint16_t port = 80;
    std::string target = "/"; ///< path and query; the fragment is dropped

    /// The port is shown only when it is not the scheme's own.
    [[nodiscard]] std::string to_string() const;
    /// The Host header (RFC 9110 §7.2).
    [[nodiscard]] std::string host_header() const;
    bool operator==(const Url&) const = default;
};

/// At most 2,048 characters. invalid says what is wrong. Hosts that a libc would read as an address
/// though they are not strictly written (decimal, octal, hex, short forms) are invalid.
[[nodiscard]] Result<Url> parse_url(std::string_view text);
/// Resolves a Location value against the URL it was received for (RFC 3986 §5.2).
[[nodiscard]] Result<Url> resolve_reference(const Url& base, std::string_view reference);

} // namespace base::http
