// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything a check may touch of the world, from one perspective's point of view.

#include "base/core/clock.hpp"
#include "base/dns/resolver.hpp"
#include "base/http/client.hpp"
#include "base/net/special_purpose.hpp"
#include "base/net/tls_handshake.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace mpic::check {

struct CheckSettings {
    /// Empty in a configuration: made from the build and the perspective.
    std::string user_agent = "mpicd";
    /// Where ports 80 and 443 are. Other values are for test networks: URLs, redirects and the Host
    /// header go on saying 80 and 443, only the connection is made to http_port or https_port.
    std::uint16_t http_port = 80;
    std::uint16_t https_port = 443;
    int max_redirects = 10;
    std::size_t max_body_bytes = 64 * 1024;
    /// Local address of HTTP connections of its family; the others leave by the system's choice.
    std::optional<base::net::IpAddress> source;
    /// Permit on a failed CAA lookup when all three conditions of BR 4.2.2.1.1 are recorded.
    bool permit_proved_lookup_failure = false;
    /// How long connecting to one address may take while others wait for their turn. What is left
    /// of the deadline is shared out when it is too short for that.
    base::Milliseconds address_attempt{3000};
    /// DNS tries beyond the first after a failed lookup (BR 4.2.2.1.1 condition 2 needs one), 0..5.
    int dns_retries = 1;
    /// How long one DNS try may take; one that also settles the DNSSEC state, twice as long.
    base::Milliseconds dns_try{2000};
    /// Settle the DNSSEC state of every lookup, so that `insecure` is proved also where nothing
    /// failed. Costs DS queries for each unsigned name. Without it an answer without AD is
    /// `indeterminate`, and only a failure is looked into (its last try asks for the state).
    bool prove_insecure = false;
};

/// References outlive every check that uses them. One loop.
struct Vantage {
    base::dns::Resolver& resolver;
    base::http::Exchanger& http;
    base::net::Handshaker& tls;
    const base::net::AddressPolicy& addresses;
    const base::Clock& clock;
    CheckSettings settings;
};

} // namespace mpic::check
