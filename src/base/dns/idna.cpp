// SPDX-License-Identifier: Apache-2.0
// host_from_user(): what a person or a client calls a host, made into the name that DNS and a
// certificate's dNSName know.
#include "base/core/encoding.hpp"
#include "base/dns/name.hpp"
#include "base/net/ip_address.hpp"
#include "punycode.hpp"

#include <fmt/format.h>
#include <idn2.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

namespace base::dns {
namespace {

constexpr std::size_t max_input_octets = 1024; // 253 characters of four UTF-8 octets, rounded

std::unexpected<Failure> refuse(std::string_view text, std::string_view why) {
    return fail(FailureKind::invalid,
                fmt::format("\"{}\" is not a host name: {}", excerpt(text), why));
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<std::uint8_t>(c) < 0x80; });
}

bool is_ldh(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/// UTS #46 §4 knows four full stops: the ASCII one, U+3002, U+FF0E and U+FF61.
std::vector<std::string> split_labels(std::string_view text) {
    std::vector<std::string> labels(1);
    while (!text.empty()) {
        if (text.starts_with('.')) {
            text.remove_prefix(1);
            labels.emplace_back();
        } else if (text.starts_with("\u3002") || text.starts_with("\uff0e")
                   || text.starts_with("\uff61")) {
            text.remove_prefix(3);
            labels.emplace_back();
        } else {
            const auto plain = std::ranges::find_if(
                text.substr(1), [](char c) { return c == '.' || !is_ascii({&c, 1}); });
            labels.back().append(text.begin(), plain);
            text = {plain, text.end()};
        }
    }
    return labels;
}

/// A U-label's A-label: UTS #46 non-transitional, then the tests of RFC 5891 §5.4.
Result<std::string> to_a_label(const std::string& label) {
    std::uint8_t* raw = nullptr;
    const int status = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(label.c_str()), &raw,
                                      IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    const std::unique_ptr<std::uint8_t, void (*)(void*)> owned(raw, idn2_free);
    if (status != IDN2_OK || raw == nullptr)
        return fail(FailureKind::invalid,
                    fmt::format("the label \"{}\" is not valid under IDNA: {}", excerpt(label),
                                idn2_strerror(status)));
    return std::string(reinterpret_cast<const char*>(raw));
}

/// BR 7.1.2.7.12: a Non-Reserved LDH label, or a P-label (an XN-label whose rest is Punycode; it
/// need not be what today's IDNA would make of anything). RFC 5890 §2.3.1 has the terms.
Result<void> check_host_label(const std::string& label) {
    const auto bad = [&](std::string_view why) {
        return fail(FailureKind::invalid, fmt::format("the label \"{}\" {}", excerpt(label), why));
    };
    if (label.empty())
        return fail(FailureKind::invalid, "a label is empty");
    for (const char c : label)
        if (!is_ldh(c))
            return bad(fmt::format("holds \"{}\", and host names have only letters, digits and "
                                   "hyphens",
                                   excerpt({&c, 1})));
    if (label.front() == '-' || label.back() == '-')
        return bad("begins or ends with a hyphen");
    if (!std::string_view(label).substr(2 < label.size() ? 2 : label.size()).starts_with("--"))
        return {};
    if (!label.starts_with("xn--"))
        return bad("has hyphens in positions 3 and 4, which are reserved (RFC 5891 §4.2.3.1)");
    if (!punycode_decode(std::string_view(label).substr(4)))
        return bad("is not valid Punycode");
    return {};
}

/// Text that some software takes for an address: RFC 1123 §2.1 relies on a top-level label that is
/// not a number, and inet_aton() reads hexadecimal too.
bool is_numeric(std::string_view label) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto hex_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    return std::ranges::all_of(label, digit)
           || (label.starts_with("0x") && std::ranges::all_of(label.substr(2), hex_digit));
}

bool is_address(std::string_view text) {
    if (text.starts_with('[') && text.ends_with(']'))
        text = text.substr(1, text.size() - 2);
    return net::IpAddress::parse(text).has_value();
}

Result<std::vector<std::string>> host_labels(std::string_view text) {
    std::vector<std::string> labels = split_labels(text);
    if (labels.size() > 1 && labels.back().empty())
        labels.pop_back(); // the final dot
    for (std::string& label : labels) {
        if (is_ascii(label)) {
            label = ascii_lower(label);
        } else if (auto a_label = to_a_label(label)) {
            label = std::move(*a_label);
        } else {
            return std::unexpected(std::move(a_label.error()));
        }
        if (auto checked = check_host_label(label); !checked)
            return std::unexpected(std::move(checked.error()));
    }
    return labels;
}

} // namespace

Result<Name> host_from_user(std::string_view text, bool single_label) {
    if (text.empty())
        return refuse(text, "it is empty");
    if (text.size() > max_input_octets)
        return refuse(text, fmt::format("{} octets long", text.size()));
    if (is_address(text))
        return refuse(text, "an IP address is not a name here");
    if (!is_utf8(text) || text.contains('\0'))
        return refuse(text, "it is not UTF-8 text");
    auto labels = host_labels(text);
    if (!labels)
        return refuse(text, labels.error().detail);
    if (is_numeric(labels->back()))
        return refuse(text, fmt::format("it ends in the number \"{}\", as an IP address does, and "
                                        "no top-level domain does",
                                        labels->back()));
    if (labels->size() < 2 && !single_label)
        return refuse(text, "it has only one label");
    auto name = Name::from_labels(*labels);
    return name ? std::move(name) : refuse(text, name.error().detail);
}

} // namespace base::dns
