// SPDX-License-Identifier: Apache-2.0
// The registries' names for RCODEs (RFC 6895 §2.3) and extended errors (RFC 8914 §5.2).
#include "base/core/encoding.hpp"
#include "base/dns/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <utility>

namespace base::dns {
namespace {

constexpr std::array<std::pair<std::uint16_t, std::string_view>, 12> rcode_names{{
    {0, "NOERROR"},
    {1, "FORMERR"},
    {2, "SERVFAIL"},
    {3, "NXDOMAIN"},
    {4, "NOTIMP"},
    {5, "REFUSED"},
    {6, "YXDOMAIN"},
    {7, "YXRRSET"},
    {8, "NXRRSET"},
    {9, "NOTAUTH"},
    {10, "NOTZONE"},
    {16, "BADVERS"},
}};

constexpr std::array<std::string_view, 31> extended_error_names{
    "Other Error",
    "Unsupported DNSKEY Algorithm",
    "Unsupported DS Digest Type",
    "Stale Answer",
    "Forged Answer",
    "DNSSEC Indeterminate",
    "DNSSEC Bogus",
    "Signature Expired",
    "Signature Not Yet Valid",
    "DNSKEY Missing",
    "RRSIGs Missing",
    "No Zone Key Bit Set",
    "NSEC Missing",
    "Cached Error",
    "Not Ready",
    "Blocked",
    "Censored",
    "Filtered",
    "Prohibited",
    "Stale NXDOMAIN Answer",
    "Not Authoritative",
    "Not Supported",
    "No Reachable Authority",
    "Network Error",
    "Invalid Data",
    "Signature Expired before Valid",
    "Too Early",
    "Unsupported NSEC3 Iterations Value",
    "Unable to conform to policy",
    "Synthesized",
    "Invalid Query Type",
};

} // namespace

std::string to_string(Rcode rcode) {
    const std::uint16_t number = std::to_underlying(rcode);
    const auto found =
        std::ranges::find(rcode_names, number, [](const auto& row) { return row.first; });
    return found != rcode_names.end() ? std::string(found->second) : fmt::format("RCODE{}", number);
}

std::optional<Rcode> rcode_from(std::string_view text) {
    for (const auto& [number, name] : rcode_names)
        if (ascii_iequals(text, name))
            return Rcode{number};
    if (text.size() < 6 || !ascii_iequals(text.substr(0, 5), "RCODE"))
        return std::nullopt;
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(text.data() + 5, text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number > 0xfff)
        return std::nullopt;
    return Rcode{number};
}

std::string to_string(const ExtendedError& error) {
    std::string out = error.code < extended_error_names.size()
                          ? std::string(extended_error_names[error.code])
                          : "Extended DNS Error";
    fmt::format_to(std::back_inserter(out), " ({})", error.code);
    if (!error.text.empty())
        out += ": " + excerpt(error.text, 200);
    return out;
}

} // namespace base::dns
