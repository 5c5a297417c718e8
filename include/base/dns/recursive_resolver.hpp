// SPDX-License-Identifier: Apache-2.0
#pragma once
// A Resolver that asks recursive resolvers: over UDP from ports of its own that change, over TCP by
// way of c-ares. Messages are ours.

#include "base/async/awaitable.hpp"
#include "base/core/clock.hpp"
#include "base/core/random.hpp"
#include "base/dns/resolver.hpp"
#include "base/net/ip_address.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace base::dns {

struct RecursiveResolverOptions {
    /// Asked in this order; the next one after a timeout. 1..8.
    std::vector<net::Endpoint> servers;
    /// Time for one try at one server.
    Milliseconds try_timeout{2000};
    /// Tries per server, 1..10.
    int tries = 2;
    /// Local address of every query, of the servers' family.
    std::optional<net::IpAddress> source;
    /// Aliases followed in one answer before it is dns_loop.
    int max_chain = 16;
    /// Records accepted in one response before it is dns_truncated.
    std::size_t max_records = 4096;
    /// Random case in the names of questions ("0x20"). A UDP response that does not repeat it is
    /// not believed, and the question is asked again over TCP, which nobody off the path can forge.
    bool mix_case = false;
};

struct ResolverState; // of the module

/// Lives on one loop. The destructor fails whatever is still under way as cancelled. A query
/// goes over UDP, and within the same try over TCP when the response is truncated.
class RecursiveResolver final : public Resolver {
public:
    /// Throws std::invalid_argument for options out of range, std::runtime_error if c-ares cannot
    /// start.
    RecursiveResolver(asio::io_context& loop, const Clock& clock, Random& random,
                      RecursiveResolverOptions options);
    ~RecursiveResolver() override;
    RecursiveResolver(const RecursiveResolver&) = delete;
    RecursiveResolver& operator=(const RecursiveResolver&) = delete;

    Awaitable<Result<Answer>> lookup(Question question, Deadline deadline) override;
    Awaitable<std::vector<TimedAnswer>> lookup_all(std::vector<Question> questions,
                                                   Deadline deadline) override;
    Awaitable<Result<Answer>> lookup_with_dnssec(Question question, Deadline deadline) override;
    Awaitable<ZoneProof> prove_insecure(Name name, Deadline deadline) override;

    /// One raw exchange: `query` is a complete message, the result the response as received. For
    /// forwarding (the challenge-test target) and probes. The response's id and question match.
    [[nodiscard]] Awaitable<Result<std::string>> exchange(std::string query, Deadline deadline);

private:
    std::shared_ptr<ResolverState> state_; // shared with the lookups under way
};

/// The servers of /etc/resolv.conf; 127.0.0.1:53 when it has none.
[[nodiscard]] std::vector<net::Endpoint>
system_resolvers(const std::string& path = "/etc/resolv.conf");

} // namespace base::dns
