// SPDX-License-Identifier: Apache-2.0
#include "base/dns/record.hpp"

#include "base/core/encoding.hpp"
#include "rdata.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace base::dns {
namespace {

constexpr std::array<std::pair<RecordType, std::string_view>, 16> type_names{{
    {RecordType::a, "A"},
    {RecordType::ns, "NS"},
    {RecordType::cname, "CNAME"},
    {RecordType::soa, "SOA"},
    {RecordType::ptr, "PTR"},
    {RecordType::mx, "MX"},
    {RecordType::txt, "TXT"},
    {RecordType::aaaa, "AAAA"},
    {RecordType::dname, "DNAME"},
    {RecordType::opt, "OPT"},
    {RecordType::ds, "DS"},
    {RecordType::rrsig, "RRSIG"},
    {RecordType::nsec, "NSEC"},
    {RecordType::dnskey, "DNSKEY"},
    {RecordType::nsec3, "NSEC3"},
    {RecordType::caa, "CAA"},
}};

std::uint8_t octet(char c) {
    return static_cast<std::uint8_t>(c);
}

std::unexpected<Failure> malformed(std::string why) {
    return fail(FailureKind::dns_malformed, std::move(why));
}

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

} // namespace

std::string to_string(RecordType type) {
    const auto found =
        std::ranges::find(type_names, type, [](const auto& row) { return row.first; });
    return found != type_names.end() ? std::string(found->second)
                                     : fmt::format("TYPE{}", std::to_underlying(type));
}

std::optional<RecordType> record_type_from(std::string_view text) {
    for (const auto& [type, name] : type_names)
        if (ascii_iequals(text, name))
            return type;
    if (text.size() < 5 || !ascii_iequals(text.substr(0, 4), "TYPE"))
        return std::nullopt;
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(text.data() + 4, text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return RecordType{number};
}

Result<CaaProperty> parse_caa(std::string_view rdata) {
    if (rdata.size() < 2)
        return malformed(
            fmt::format("CAA RDATA of {} octets, at least 3 are needed", rdata.size()));
    const std::size_t tag_length = octet(rdata[1]);
    if (tag_length == 0)
        return malformed("CAA RDATA with an empty tag");
    if (rdata.size() - 2 < tag_length)
        return malformed(
            fmt::format("CAA RDATA whose tag of {} octets goes beyond its end", tag_length));
    const std::string_view tag = rdata.substr(2, tag_length);
    if (!std::ranges::all_of(tag, is_alphanumeric))
        return malformed(
            fmt::format("CAA tag \"{}\" is not made of letters and digits", excerpt(tag)));
    return CaaProperty{octet(rdata[0]), std::string(tag),
                       std::string(rdata.substr(2 + tag_length))};
}

std::string caa_rdata(const CaaProperty& property) {
    std::string out{static_cast<char>(property.flags),
                    static_cast<char>(std::min<std::size_t>(property.tag.size(), 255))};
    out += std::string_view(property.tag).substr(0, 255);
    return out += property.value;
}

Result<std::string> parse_txt(std::string_view rdata) {
    if (rdata.empty())
        return malformed("TXT RDATA without a character-string");
    std::string out;
    while (!rdata.empty()) {
        const std::size_t length = octet(rdata.front());
        rdata.remove_prefix(1);
        if (length > rdata.size())
            return malformed(
                fmt::format("TXT character-string of {} octets goes beyond the RDATA", length));
        out += rdata.substr(0, length);
        rdata.remove_prefix(length);
    }
    return out;
}

std::string txt_rdata(std::string_view text) {
    std::string out;
    do {
        const std::string_view piece = text.substr(0, 255);
        out += static_cast<char>(piece.size());
        out += piece;
        text.remove_prefix(piece.size());
    } while (!text.empty());
    return out;
}

Result<net::IpAddress> parse_address(RecordType type, std::string_view rdata) {
    if (type == RecordType::a && rdata.size() == 4) {
        std::array<std::uint8_t, 4> octets{};
        std::ranges::transform(rdata, octets.begin(), octet);
        return net::IpAddress::v4(octets);
    }
    if (type == RecordType::aaaa && rdata.size() == 16) {
        std::array<std::uint8_t, 16> octets{};
        std::ranges::transform(rdata, octets.begin(), octet);
        return net::IpAddress::v6(octets);
    }
    return malformed(
        fmt::format("{} RDATA of {} octets is not an address", to_string(type), rdata.size()));
}

Result<Name> parse_name_rdata(std::string_view rdata) {
    for (std::size_t at = 0; at < rdata.size();) {
        const std::size_t length = octet(rdata[at]);
        if (length == 0) {
            if (at + 1 != rdata.size())
                return malformed("octets after the name in the RDATA");
            auto name = Name::from_wire(rdata.substr(0, at));
            return name ? std::move(name) : malformed("name in the RDATA: " + name.error().detail);
        }
        if (length > 63 || length >= rdata.size() - at)
            return malformed("a label of the name in the RDATA is too long");
        at += length + 1;
    }
    return malformed("the name in the RDATA has no end");
}

std::string name_rdata(const Name& name) {
    return name.wire() + '\0';
}

} // namespace base::dns
