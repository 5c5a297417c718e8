// SPDX-License-Identifier: Apache-2.0
// The method dns: a record at PREFIX.DOMAIN must equal the expected value.
#include "mpic/wire/draft_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace mpic::wire {
namespace {

using base::dns::Name;
using base::dns::RecordType;
using base::json::ObjectReader;

constexpr std::size_t max_name = 253; // RFC 1035 §2.3.4, in presentation form without the final dot

std::optional<RecordType> read_record_type(ObjectReader& body) {
    using enum RecordType;
    constexpr std::array<std::pair<std::string_view, RecordType>, 5> types{
        {{"TXT", txt}, {"CNAME", cname}, {"CAA", caa}, {"A", a}, {"AAAA", aaaa}}};
    body.require({"record-type"});
    auto text = body.string("record-type", 32);
    if (!text)
        return std::nullopt;
    std::ranges::transform(*text, text->begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    });
    for (const auto& [name, type] : types)
        if (name == *text)
            return type;
    body.issue("record-type", "must be one of TXT, CNAME, CAA, A or AAAA");
    return std::nullopt;
}

bool is_prefix_char(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-'
           || c == '_' || c == '.';
}

/// Where to ask: the prefix's labels in front of the domain.
std::optional<Name> read_owner(ObjectReader& body, const std::optional<Target>& target) {
    body.require({"prefix"});
    const auto prefix = body.string("prefix", max_name);
    if (!prefix)
        return std::nullopt;
    if (!std::ranges::all_of(*prefix, is_prefix_char)) {
        body.issue("prefix", "must be labels of letters, digits, hyphens and underscores, as in "
                             "_acme-challenge");
        return std::nullopt;
    }
    if (!prefix->empty())
        if (const auto labels = Name::parse(*prefix); !labels || labels->is_root()) {
            body.issue("prefix", labels ? "must have at least one label, or be empty"
                                        : labels.error().detail);
            return std::nullopt;
        }
    if (!target || target->name() == nullptr)
        return std::nullopt;
    if (prefix->empty())
        return *target->name();
    auto owner = target->name()->prefixed(*prefix);
    if (owner)
        return *std::move(owner);
    body.issue("prefix",
               fmt::format("together with the domain it is longer than {} characters ({})",
                           max_name, owner.error().detail));
    return std::nullopt;
}

/// The expected value in the form that its type is compared in, or what is wrong with it.
base::Result<std::string> canonical_value(RecordType type, const std::string& text) {
    using base::FailureKind;
    const auto address = base::net::IpAddress::parse(text);
    switch (type) {
    case RecordType::a:
        if (!address || address->is_v6())
            return base::fail(FailureKind::invalid, "must be an IPv4 address for record-type A");
        return address->to_string();
    case RecordType::aaaa:
        if (!address || !address->is_v6())
            return base::fail(FailureKind::invalid, "must be an IPv6 address for record-type AAAA");
        return address->to_string();
    case RecordType::cname: {
        // Alias targets may have underscores, which host names may not.
        const bool ascii = std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
        const auto name = ascii ? Name::parse(text) : base::dns::host_from_user(text);
        if (!name || name->is_root())
            return base::fail(FailureKind::invalid,
                              fmt::format("must be a domain name for record-type CNAME{}",
                                          name ? "" : ": " + name.error().detail));
        return name->text();
    }
    case RecordType::caa:
        if (const auto rdata = base::dns::rdata_from_text(type, text); !rdata)
            return base::fail(FailureKind::invalid,
                              "must be a CAA record for record-type CAA, as in 0 issue "
                              "\"ca.example\": "
                                  + rdata.error().detail);
        return text;
    default:
        return text;
    }
}

std::optional<std::string> read_value(ObjectReader& body, std::optional<RecordType> type) {
    body.require({"expected"});
    const auto text = body.string("expected", expected_limit);
    if (!text)
        return std::nullopt;
    if (without_trailing_space(*text).empty()) {
        body.issue("expected", "must hold more than white space");
        return std::nullopt;
    }
    if (!type)
        return std::nullopt;
    auto value = canonical_value(*type, *text);
    if (value)
        return *std::move(value);
    body.issue("expected", value.error().detail);
    return std::nullopt;
}

} // namespace

void read_dns_method(ObjectReader& body, Draft& draft) {
    constexpr TargetRules rules{
        .key = "domain",
        .no_address = "an IP address cannot be validated by DNS records (RFC 8738 §7): dns needs a "
                      "domain name",
        .no_wildcard = {},
    };
    read_target(body, rules, draft);
    const auto type = read_record_type(body);
    auto owner = read_owner(body, draft.target);
    auto value = read_value(body, type);
    read_caa_question(body, "caa", rules, draft);
    if (type && owner && value)
        draft.dcv =
            DnsQuestion{.owner = *std::move(owner), .type = *type, .expected = *std::move(value)};
}

} // namespace mpic::wire
