// SPDX-License-Identifier: Apache-2.0
#pragma once
// From the octets of a query to those of its response: the zone's own answers, and everybody else's
// by way of the resolvers of this machine. One loop.

#include "base/core/random.hpp"
#include "base/dns/recursive_resolver.hpp"
#include "mpic/challenge_target/request_log.hpp"
#include "mpic/challenge_target/views.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mpic::challenge_target {

/// The perspectives by the address that their questions come from.
using Sources = std::map<base::net::IpAddress, std::string>;
/// "" for a source that is nobody's.
[[nodiscard]] std::string perspective_at(const Sources& sources, const base::net::IpAddress& from);

class DnsAnswers {
public:
    /// Questions passed on at once; further ones get SERVFAIL.
    static constexpr std::size_t max_forwarded = 256;

    /// References outlive it.
    DnsAnswers(base::asio::io_context& loop, const base::Clock& clock, const Views& views,
               const Sources& sources, RequestLog& requests,
               std::vector<base::net::Endpoint> forward_to);

    /// Nothing for what must stay unanswered: a response, fewer octets than a header, silence as
    /// set.
    [[nodiscard]] base::Awaitable<std::optional<std::string>>
    respond(std::string wire, base::net::IpAddress from, bool tcp);

private:
    [[nodiscard]] base::Awaitable<std::optional<std::string>>
    from_zone(base::dns::Message query, std::string perspective, std::size_t limit);
    [[nodiscard]] base::Awaitable<void> append_outside(base::dns::Message& response,
                                                       base::dns::Question question);
    /// The raw response, or nothing when none could be had.
    [[nodiscard]] base::Awaitable<std::optional<std::string>> forward(std::string wire);

    const base::Clock& clock_;
    const Views& views_;
    const Sources& sources_;
    RequestLog& requests_;
    base::SystemRandom random_;
    std::unique_ptr<base::dns::RecursiveResolver> resolver_; ///< null without anybody to ask
    std::size_t forwarded_ = 0;
};

} // namespace mpic::challenge_target
