// SPDX-License-Identifier: Apache-2.0
#include "expected_record.hpp"

#include "base/core/encoding.hpp"

#include <fmt/format.h>

#include <expected>
#include <utility>

namespace mpic::check {
namespace {

using base::FailureKind;
using base::dns::CaaProperty;
using base::dns::Name;
using base::dns::RecordType;
using base::net::IpAddress;

base::Result<ExpectedValue> read_address(RecordType type, std::string_view text) {
    const auto address = IpAddress::parse(text);
    if (!address || address->is_v6() != (type == RecordType::aaaa))
        return base::fail(FailureKind::invalid,
                          fmt::format("the expected value {} is no {} address", base::excerpt(text),
                                      type == RecordType::aaaa ? "IPv6" : "IPv4"));
    return *address;
}

/// Wraps what was read; libstdc++ 12 has no std::expected::transform.
template <class T>
base::Result<ExpectedValue> as_expected(base::Result<T> read) {
    if (!read)
        return std::unexpected(std::move(read).error());
    return ExpectedValue(std::move(*read));
}

base::Result<ExpectedValue> read_property(std::string_view text) {
    const auto rdata = base::dns::rdata_from_text(RecordType::caa, text);
    if (!rdata)
        return std::unexpected(rdata.error());
    return as_expected(base::dns::parse_caa(*rdata));
}

template <class T>
base::Result<bool> same(const base::Result<T>& seen, const T& expected) {
    if (!seen)
        return std::unexpected(seen.error());
    return *seen == expected;
}

bool same_property(const CaaProperty& a, const CaaProperty& b) {
    return a.flags == b.flags && base::ascii_iequals(a.tag, b.tag) && a.value == b.value;
}

} // namespace

base::Result<ExpectedValue> read_expected(RecordType type, std::string_view text) {
    switch (type) {
    case RecordType::txt:
        return ExpectedValue(std::string(text));
    case RecordType::a:
    case RecordType::aaaa:
        return read_address(type, text);
    case RecordType::caa:
        return read_property(text);
    case RecordType::cname:
    case RecordType::dname:
    case RecordType::ns:
    case RecordType::ptr:
        return as_expected(Name::parse(text));
    default:
        return base::fail(FailureKind::invalid,
                          fmt::format("{} records cannot be compared", base::dns::to_string(type)));
    }
}

base::Result<bool> matches(RecordType type, std::string_view rdata, const ExpectedValue& expected) {
    if (const auto* text = std::get_if<std::string>(&expected))
        return same(base::dns::parse_txt(rdata), *text);
    if (const auto* name = std::get_if<Name>(&expected))
        return same(base::dns::parse_name_rdata(rdata), *name);
    if (const auto* address = std::get_if<IpAddress>(&expected))
        return same(base::dns::parse_address(type, rdata), *address);
    const auto seen = base::dns::parse_caa(rdata);
    if (!seen)
        return std::unexpected(seen.error());
    return same_property(*seen, std::get<CaaProperty>(expected));
}

} // namespace mpic::check
