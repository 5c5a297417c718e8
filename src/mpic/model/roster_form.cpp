// SPDX-License-Identifier: Apache-2.0
#include "roster_form.hpp"

#include "base/core/encoding.hpp"
#include "base/dns/name.hpp"
#include "base/net/ip_address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

namespace mpic {
namespace {

using Breaches = std::vector<std::string>;

constexpr std::size_t id_limit = 32;
constexpr std::size_t identity_limit = 253;

bool is_id(std::string_view id) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-";
    return !id.empty() && id.size() <= id_limit
           && id.find_first_not_of(allowed) == std::string_view::npos;
}

/// Printable ASCII without a space: a DNS name, an IP address or a URI.
bool is_identity(std::string_view text) {
    return !text.empty() && text.size() <= identity_limit
           && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_port(std::string_view text) {
    unsigned port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc{} && end == text.data() + text.size() && text.size() <= 5 && port >= 1
           && port <= 65535;
}

bool is_url_host(std::string_view host) {
    if (host.starts_with('[') && host.ends_with(']')) {
        const auto address = base::net::IpAddress::parse(host.substr(1, host.size() - 2));
        return address && address->is_v6();
    }
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "0123456789-._";
    if (host.empty() || host.find_first_not_of(allowed) != std::string_view::npos)
        return false;
    const auto name = base::dns::Name::parse(host);
    return name.has_value() && !name->is_root();
}

/// "https://HOST:PORT" and nothing behind it.
bool is_agent_url(std::string_view url) {
    constexpr std::string_view scheme = "https://";
    if (!url.starts_with(scheme))
        return false;
    url.remove_prefix(scheme.size());
    const auto colon = url.rfind(':');
    return colon != std::string_view::npos && is_port(url.substr(colon + 1))
           && is_url_host(url.substr(0, colon));
}

void check_form(const Perspective& p, std::size_t index, Breaches& breaches) {
    if (!is_id(p.id))
        breaches.push_back(
            fmt::format("perspective {} has the id \"{}\"; an id is 1 to {} characters "
                        "of a-z, 0-9 and -",
                        index + 1, base::excerpt(p.id), id_limit));
    if (!is_agent_url(p.url))
        breaches.push_back(fmt::format("{}: the URL \"{}\" is not of the form https://HOST:PORT",
                                       p.id, base::excerpt(p.url)));
    if (!is_identity(p.identity))
        breaches.push_back(
            fmt::format("{}: the certificate identity \"{}\" is not a DNS name, an IP "
                        "address or a URI",
                        p.id, base::excerpt(p.identity)));
    if (p.resolver.id.empty())
        breaches.push_back(fmt::format("{}: its resolver has no id", p.id));
}

/// `key` must differ between any two perspectives.
template <class Key>
void check_unique(const Roster& roster, std::string_view what, Key key, Breaches& breaches) {
    std::map<std::string, std::vector<std::string>> users;
    for (const Perspective& p : roster.perspectives)
        if (const std::string value = base::ascii_lower(key(p)); !value.empty())
            users[value].push_back(p.id);
    for (const auto& [value, ids] : users)
        if (ids.size() > 1)
            breaches.push_back(fmt::format("the {} \"{}\" is used by {}; it must be unique", what,
                                           base::excerpt(value), base::join_and(ids)));
}

} // namespace

std::vector<std::string> roster_form_breaches(const Roster& roster) {
    Breaches breaches;
    for (std::size_t i = 0; i < roster.perspectives.size(); ++i)
        check_form(roster.perspectives[i], i, breaches);
    check_unique(roster, "id", [](const Perspective& p) { return p.id; }, breaches);
    check_unique(roster, "URL", [](const Perspective& p) { return p.url; }, breaches);
    check_unique(
        roster, "certificate identity", [](const Perspective& p) { return p.identity; }, breaches);
    // Resolvers are apart by the distance rule, so no two perspectives can share one (BR 3.2.2.9).
    check_unique(roster, "resolver", [](const Perspective& p) { return p.resolver.id; }, breaches);
    return breaches;
}

} // namespace mpic
