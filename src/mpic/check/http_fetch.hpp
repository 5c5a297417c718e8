// SPDX-License-Identifier: Apache-2.0
#pragma once
// One hop of an http check: resolves the host, then tries its addresses, IPv6 first, until one
// answers.

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

/// What the host of a URL is to the check: an address that the applicant wants in a certificate is
/// held against more than one that a name or a redirect leads to (BR 1.6.1, "Reserved IP Address").
enum class HostUse { identifier, destination };

/// Each address is put to the address policy just before the connection to it. After a failure, be
/// it a silent address, a broken handshake or a response that does not come, the next one gets its
/// turn; the time is shared out so that one black hole cannot use up that of the others.
[[nodiscard]] base::Awaitable<Fetched> fetch(const Vantage& vantage, HostResolver& hosts,
                                             base::http::Url url, HostUse use,
                                             base::Deadline deadline);

} // namespace mpic::check
