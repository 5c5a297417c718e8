// SPDX-License-Identifier: Apache-2.0
#pragma once
// One hop of an http check: resolves the host, then tries its addresses, IPv6 first, until one
// answers.

#include "address_turns.hpp"
#include "base/async/awaitable.hpp"
#include "base/core/deadline.hpp"
#include "base/http/client.hpp"
#include "base/http/url.hpp"
#include "mpic/check/vantage.hpp"
#include "mpic/model/report.hpp"
#include "resolve_host.hpp"

#include <optional>

namespace mpic::check {

struct Fetched {
    HopEvidence hop; ///< hop.failure says why there is no answer
    /// The exchange that brought an answer: a response head, and the whole body if its status is
    /// 2xx.
    std::optional<base::http::Exchange> exchange;
    /// Of the address lookups that the outcome rests on; nothing for an IP address.
    std::optional<base::dns::DnssecState> dnssec;
};

/// After a failure of an address, be it silence, a broken handshake or a response that does not
/// come, the next one gets its turn (AddressTurns).
[[nodiscard]] base::Awaitable<Fetched> fetch(const Vantage& vantage, HostResolver& hosts,
                                             base::http::Url url, HostUse use,
                                             base::Deadline deadline);

} // namespace mpic::check
