// SPDX-License-Identifier: Apache-2.0
#include "resolve_host.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace mpic::check {
namespace {

using base::FailureKind;
using base::dns::RecordType;
using base::net::IpAddress;

constexpr std::size_t addresses_per_family = 10;

using Addresses = base::Result<std::vector<IpAddress>>;

Addresses addresses_of(const Lookup& lookup) {
    const auto* answer = usable(lookup);
    if (answer == nullptr)
        return std::unexpected(failure_of(lookup));
    std::vector<IpAddress> out;
    for (const auto& record : answer->records) {
        const auto address = base::dns::parse_address(lookup.question.type, record.rdata);
        if (!address)
            return base::fail(FailureKind::dns_malformed,
                              fmt::format("{} {}: {}", base::dns::to_string(lookup.question.type),
                                          lookup.question.name.text(), address.error().detail));
        const bool repeated = std::ranges::find(out, *address) != out.end();
        if (out.size() < addresses_per_family && !repeated)
            out.push_back(*address);
    }
    return out;
}

base::Failure no_address(const Lookup& aaaa, const Lookup& a, const Addresses& ipv6,
                         const Addresses& ipv4) {
    // IPv4 first: where both fail, it is the one that most subscribers look after.
    if (!ipv4)
        return ipv4.error();
    if (!ipv6)
        return ipv6.error();
    if (usable(a)->rcode == base::dns::Rcode::nxdomain
        || usable(aaaa)->rcode == base::dns::Rcode::nxdomain)
        return {FailureKind::dns_nxdomain,
                fmt::format("{} does not exist (NXDOMAIN)", a.question.name.text())};
    return {FailureKind::no_address,
            fmt::format("{} has neither an A nor an AAAA record", a.question.name.text())};
}

ResolvedHost combine(const Lookup& aaaa, const Lookup& a) {
    const Addresses ipv6 = addresses_of(aaaa);
    const Addresses ipv4 = addresses_of(a);
    ResolvedHost out;
    for (const auto* family : {&ipv6, &ipv4})
        if (*family)
            out.addresses.insert(out.addresses.end(), (*family)->begin(), (*family)->end());
    out.ipv6 = state_of(aaaa);
    out.ipv4 = state_of(a);
    if (out.addresses.empty())
        out.failure = no_address(aaaa, a, ipv6, ipv4);
    return out;
}

} // namespace

base::dns::DnssecState ResolvedHost::state_behind(std::string_view family) const {
    if (family.empty())
        return base::dns::weakest(ipv6, ipv4);
    return family == "ipv6" ? ipv6 : ipv4;
}

base::Awaitable<ResolvedHost> HostResolver::resolve(base::dns::Name host, base::Deadline deadline) {
    for (const auto& [name, resolved] : known_)
        if (name == host)
            co_return resolved;
    const std::vector<Lookup> lookups =
        co_await look_up_all(vantage_, {{host, RecordType::aaaa}, {host, RecordType::a}}, deadline);
    for (const Lookup& lookup : lookups)
        add_evidence(lookup, evidence_);
    known_.emplace_back(std::move(host), combine(lookups.front(), lookups.back()));
    co_return known_.back().second;
}

} // namespace mpic::check
