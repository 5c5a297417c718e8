// SPDX-License-Identifier: Apache-2.0
#pragma once
// The record that a dns check expects, read once, and compared as its type is compared. Pure.

#include "base/core/result.hpp"
#include "base/dns/record.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace mpic::check {

/// TXT as text, CNAME (NS, PTR, DNAME) as a name, A and AAAA as an address, CAA as a property.
using ExpectedValue =
    std::variant<std::string, base::dns::Name, base::net::IpAddress, base::dns::CaaProperty>;

/// From DnsQuestion::expected. invalid when the text does not fit the type, or no record of the
/// type can be compared.
[[nodiscard]] base::Result<ExpectedValue> read_expected(base::dns::RecordType type,
                                                        std::string_view text);
/// TXT: all strings of the record in a row (RFC 1035 §3.3.14), octet by octet. Names: without
/// regard to case. CAA: flags and value exactly, the tag without regard to case (RFC 8659 §4.1).
/// dns_malformed for RDATA that cannot be read.
[[nodiscard]] base::Result<bool> matches(base::dns::RecordType type, std::string_view rdata,
                                         const ExpectedValue& expected);

} // namespace mpic::check
