// SPDX-License-Identifier: Apache-2.0
#pragma once
// The addresses of a host, as one check found them. Each host of a check is resolved once: a second
// hop to it goes to the addresses already found, which also leaves nothing to rebind.

#include "base/async/awaitable.hpp"
#include "base/core/deadline.hpp"
#include "base/net/ip_address.hpp"
#include "lookup.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpic::check {

struct ResolvedHost {
    std::vector<base::net::IpAddress> addresses; ///< all IPv6, then all IPv4, at most 20
    std::optional<base::Failure> failure;        ///< set exactly when there is no address
    base::dns::DnssecState ipv6 = base::dns::DnssecState::indeterminate;
    base::dns::DnssecState ipv4 = base::dns::DnssecState::indeterminate;

    /// The outcome rests on the lookup that gave the address which answered ("ipv6" or "ipv4"), or,
    /// without one (""), on both.
    [[nodiscard]] base::dns::DnssecState state_behind(std::string_view family) const;
};

/// Resolves each host once and keeps the evidence. Owned by one check, on its loop.
class HostResolver {
public:
    /// `vantage` must outlive it.
    explicit HostResolver(const Vantage& vantage) : vantage_(vantage) {}

    /// A and AAAA side by side. One of them may fail as long as the other has addresses. Without
    /// any: the failure of a lookup if one failed, else dns_nxdomain or no_address.
    [[nodiscard]] base::Awaitable<ResolvedHost> resolve(base::dns::Name host,
                                                        base::Deadline deadline);

    [[nodiscard]] std::vector<LookupEvidence> take_evidence() { return std::move(evidence_); }

private:
    const Vantage& vantage_;
    std::vector<std::pair<base::dns::Name, ResolvedHost>> known_;
    std::vector<LookupEvidence> evidence_;
};

} // namespace mpic::check
