// SPDX-License-Identifier: Apache-2.0
#pragma once
// Resource records and the RDATA forms that validation reads. All parsers are pure and total: any
// octets give a value or dns_malformed.

#include "base/core/result.hpp"
#include "base/dns/name.hpp"
#include "base/net/ip_address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base::dns {

/// TYPE numbers of the IANA registry; values not listed occur and are kept.
enum class RecordType : std::uint16_t {
    a = 1,
    ns = 2,
    cname = 5,
    soa = 6,
    ptr = 12,
    mx = 15,
    txt = 16,
    aaaa = 28,
    dname = 39,
    opt = 41,
    ds = 43,
    rrsig = 46,
    nsec = 47,
    dnskey = 48,
    nsec3 = 50,
    caa = 257,
};

/// "TXT", or "TYPE65280" (RFC 3597).
[[nodiscard]] std::string to_string(RecordType type);
[[nodiscard]] std::optional<RecordType> record_type_from(std::string_view text);

struct Record {
    Name owner;
    RecordType type{};
    std::uint32_t ttl = 0;
    /// As on the wire, but with the names inside (CNAME, DNAME, PTR, NS, SOA, MX) expanded and case
    /// folded, which is their canonical form (RFC 4034 §6.2).
    std::string rdata;

    bool operator==(const Record&) const = default;
};

struct CaaProperty {
    std::uint8_t flags = 0;
    std::string tag;   ///< as sent; compared case-insensitively (RFC 8659 §4.1)
    std::string value; ///< any octets

    [[nodiscard]] bool critical() const { return (flags & 0x80U) != 0; }
    bool operator==(const CaaProperty&) const = default;
};

/// RFC 8659 §4.1: flags, tag length ≥ 1, tag of ASCII letters and digits, value to the end.
[[nodiscard]] Result<CaaProperty> parse_caa(std::string_view rdata);
[[nodiscard]] std::string caa_rdata(const CaaProperty& property);
/// One or more character-strings, concatenated without separator (RFC 1035 §3.3.14).
[[nodiscard]] Result<std::string> parse_txt(std::string_view rdata);
[[nodiscard]] std::string txt_rdata(std::string_view text); ///< split into 255-octet strings
[[nodiscard]] Result<net::IpAddress> parse_address(RecordType type, std::string_view rdata);
/// CNAME, DNAME, PTR, NS: an uncompressed name filling the RDATA.
[[nodiscard]] Result<Name> parse_name_rdata(std::string_view rdata);
[[nodiscard]] std::string name_rdata(const Name& name);

/// For a person, escaped and bounded: `0 issue "ca.example"`, `"text"`, an address, a name, or hex.
[[nodiscard]] std::string rdata_text(RecordType type, std::string_view rdata,
                                     std::size_t limit = 200);
/// From presentation form, for the types above that a test or the challenge-test target sets:
/// `0 issue "ca.example"`, TXT text taken whole as one value, addresses, names, `10 mail.example`
/// for MX; for every type but TXT also RFC 3597's `\# LENGTH HEX`, which may be malformed for the
/// type.
[[nodiscard]] Result<std::string> rdata_from_text(RecordType type, std::string_view text);

} // namespace base::dns
