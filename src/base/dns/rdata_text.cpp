// SPDX-License-Identifier: Apache-2.0
// RDATA to and from the form in which people write it.
#include "base/core/encoding.hpp"
#include "base/dns/record.hpp"
#include "escape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

namespace base::dns {
namespace {

constexpr std::size_t max_rdata = 65535;

std::unexpected<Failure> refuse(RecordType type, std::string_view text, std::string_view why) {
    return fail(FailureKind::invalid,
                fmt::format("\"{}\" is not a {} record: {}", excerpt(text), to_string(type), why));
}

/// RFC 3597 §5, cut: `\# 4 0a000001`.
std::string generic_text(std::string_view rdata, std::size_t limit) {
    std::string out = fmt::format("\\# {} {}", rdata.size(), hex(rdata.substr(0, limit)));
    return rdata.size() > limit ? out + "…" : out;
}

template <class Number>
std::optional<Number> take_number(std::string_view& rest) {
    Number value{};
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (error != std::errc{})
        return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    return value;
}

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/// Takes blanks off the front; false when there were none.
bool take_blanks(std::string_view& rest) {
    const std::size_t before = rest.size();
    while (!rest.empty() && is_blank(rest.front()))
        rest.remove_prefix(1);
    return rest.size() != before;
}

/// One <character-string> that ends the text, quoted or not, with \X and \DDD (RFC 1035 §5.1).
Result<std::string> character_string(std::string_view rest) {
    const bool quoted = rest.starts_with('"');
    if (quoted)
        rest.remove_prefix(1);
    std::string out;
    bool closed = !quoted;
    while (!rest.empty() && !(quoted && closed)) {
        const char c = rest.front();
        rest.remove_prefix(1);
        if (quoted && c == '"') {
            closed = true;
        } else if (c != '\\') {
            if (!quoted && (is_blank(c) || c == '"'))
                return fail(FailureKind::invalid, "a value with blanks needs quotes around it");
            out += c;
        } else if (const auto octet = take_escape(rest)) {
            out += *octet;
        } else {
            return fail(FailureKind::invalid,
                        "a backslash is not followed by a character or three digits up to 255");
        }
    }
    if (!closed)
        return fail(FailureKind::invalid, "the closing quote is missing");
    take_blanks(rest);
    if (!rest.empty())
        return fail(FailureKind::invalid, "something follows the closing quote");
    return out;
}

Result<std::string> caa_from_text(std::string_view text) {
    constexpr auto type = RecordType::caa;
    std::string_view rest = text;
    take_blanks(rest);
    const auto flags = take_number<std::uint8_t>(rest);
    if (!flags || !take_blanks(rest))
        return refuse(type, text, "it begins with flags from 0 to 255 and a blank");
    const std::size_t tag_end = std::min(rest.find_first_of(" \t"), rest.size());
    const std::string tag(rest.substr(0, tag_end));
    rest.remove_prefix(tag_end);
    if (!take_blanks(rest))
        return refuse(type, text, "a tag and a value follow the flags");
    auto value = character_string(rest);
    if (!value)
        return refuse(type, text, value.error().detail);
    if (tag.size() > 255)
        return refuse(type, text, "the tag is too long");
    std::string rdata = caa_rdata({*flags, tag, std::move(*value)});
    if (auto property = parse_caa(rdata); !property)
        return refuse(type, text, property.error().detail);
    return rdata;
}

Result<std::string> mx_from_text(std::string_view text) {
    std::string_view rest = text;
    const auto preference = take_number<std::uint16_t>(rest);
    if (!preference || !take_blanks(rest))
        return refuse(RecordType::mx, text, "a preference and a name are needed");
    auto name = Name::parse(rest);
    if (!name)
        return refuse(RecordType::mx, text, name.error().detail);
    return std::string{static_cast<char>(*preference >> 8), static_cast<char>(*preference & 0xff)}
           + name_rdata(*name);
}

/// RFC 3597 §5: `\# LENGTH HEX`, for any type; how malformed RDATA is set in a test.
Result<std::string> generic_from_text(RecordType type, std::string_view text) {
    std::string_view rest = text.substr(2);
    take_blanks(rest);
    const auto length = take_number<std::size_t>(rest);
    std::string digits;
    std::ranges::copy_if(rest, std::back_inserter(digits), [](char c) { return !is_blank(c); });
    const auto rdata = from_hex(digits);
    if (!length || !rdata || rdata->size() != *length)
        return refuse(type, text, "the length and the hexadecimal octets do not agree");
    return *rdata;
}

Result<std::string> typed_from_text(RecordType type, std::string_view text) {
    switch (type) {
    case RecordType::caa:
        return caa_from_text(text);
    case RecordType::txt:
        return txt_rdata(text);
    case RecordType::mx:
        return mx_from_text(text);
    case RecordType::a:
    case RecordType::aaaa: {
        const auto address = net::IpAddress::parse(text);
        if (!address || address->is_v6() != (type == RecordType::aaaa))
            return refuse(type, text, "not an address of this family");
        return std::string(address->octets());
    }
    case RecordType::ns:
    case RecordType::cname:
    case RecordType::ptr:
    case RecordType::dname: {
        auto name = Name::parse(text);
        return name ? Result<std::string>(name_rdata(*name))
                    : refuse(type, text, name.error().detail);
    }
    default:
        return refuse(type, text, "this type can only be given as \\# LENGTH HEX");
    }
}

/// Nothing for a type without a form of its own, and for RDATA that does not parse as its type.
std::optional<std::string> typed_text(RecordType type, std::string_view rdata, std::size_t limit) {
    switch (type) {
    case RecordType::caa:
        if (const auto property = parse_caa(rdata))
            return std::to_string(property->flags) + ' ' + property->tag + " \""
                   + excerpt(property->value, limit) + '"';
        return std::nullopt;
    case RecordType::txt:
        if (const auto text = parse_txt(rdata))
            return fmt::format("\"{}\"", excerpt(*text, limit));
        return std::nullopt;
    case RecordType::a:
    case RecordType::aaaa:
        if (const auto address = parse_address(type, rdata))
            return address->to_string();
        return std::nullopt;
    case RecordType::ns:
    case RecordType::cname:
    case RecordType::ptr:
    case RecordType::dname:
        if (const auto name = parse_name_rdata(rdata))
            return name->is_root() ? "." : name->text();
        return std::nullopt;
    default:
        return std::nullopt;
    }
}

} // namespace

std::string rdata_text(RecordType type, std::string_view rdata, std::size_t limit) {
    auto text = typed_text(type, rdata, limit);
    return text ? std::move(*text) : generic_text(rdata, limit);
}

Result<std::string> rdata_from_text(RecordType type, std::string_view text) {
    if (text.size() > max_rdata)
        return refuse(type, text, "it is longer than 65,535 octets");
    auto rdata = type != RecordType::txt && text.starts_with("\\#") ? generic_from_text(type, text)
                                                                    : typed_from_text(type, text);
    if (rdata && rdata->size() > max_rdata)
        return refuse(type, text, "its RDATA would be longer than 65,535 octets");
    return rdata;
}

} // namespace base::dns
