// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/draft_fields.hpp"

#include "base/core/encoding.hpp"

#include <algorithm>
#include <utility>

namespace mpic::wire {
namespace {

using base::dns::Name;

bool is_reverse_name(const Name& name) {
    static const Name ipv4 = Name::parse("in-addr.arpa").value();
    static const Name ipv6 = Name::parse("ip6.arpa").value();
    return name.is_within(ipv4) || name.is_within(ipv6);
}

bool is_onion_name(const Name& name) {
    static const Name onion = Name::parse("onion").value();
    return name.is_within(onion);
}

/// What somebody pasted in place of a bare name, or "".
std::string_view shape_problem(std::string_view text) {
    if (text.empty())
        return "must not be empty";
    if (text.find("://") != std::string_view::npos || text.find('/') != std::string_view::npos)
        return "must be a bare name, without a scheme or a path";
    if (text.front() == '[')
        return "an IPv6 address is written without brackets";
    if (text.find(':') != std::string_view::npos)
        return "must be a bare name, without a port";
    return {};
}

/// Names that must not be in a certificate, or that no perspective can check.
std::string_view forbidden_name(const Name& name) {
    if (is_reverse_name(name))
        return "names under in-addr.arpa and ip6.arpa must not be validated (BR 4.2.2)";
    if (is_onion_name(name))
        return "onion names are validated through Tor only; neither CAA nor multi-perspective "
               "corroboration applies to them (BR 3.2.2.9, 4.2.2.1)";
    return {};
}

} // namespace

void read_target(base::json::ObjectReader& body, const TargetRules& rules, Draft& draft) {
    body.require({rules.key});
    const auto given = body.string(rules.key, domain_limit);
    if (!given)
        return;
    std::string_view text = *given;
    if (const auto address = base::net::IpAddress::parse(text)) {
        if (!rules.no_address.empty())
            return body.issue(rules.key, std::string(rules.no_address));
        draft.target = Target{.host = *address};
        return;
    }
    if (const std::string_view problem = shape_problem(text); !problem.empty())
        return body.issue(rules.key, std::string(problem));
    if (!rules.no_name.empty())
        return body.issue(rules.key, std::string(rules.no_name));
    const bool wildcard = text.starts_with("*.");
    if (wildcard && !rules.no_wildcard.empty())
        return body.issue(rules.key, std::string(rules.no_wildcard));
    if (wildcard)
        text.remove_prefix(2);
    const auto name = base::dns::host_from_user(text);
    if (!name)
        return body.issue(rules.key, name.error().detail);
    if (const std::string_view why = forbidden_name(*name); !why.empty())
        return body.issue(rules.key, std::string(why));
    draft.target = Target{.host = *name, .wildcard = wildcard};
}

std::string_view without_trailing_space(std::string_view text) {
    const std::size_t last = text.find_last_not_of(" \t\r\n\v\f");
    return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

bool is_base64url(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
               || c == '-' || c == '_';
    });
}

} // namespace mpic::wire
