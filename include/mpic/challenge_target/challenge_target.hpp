// SPDX-License-Identifier: Apache-2.0
#pragma once
// The challenge-test target of `mpicd dev`: an authoritative DNS server, an HTTP server and one for
// TLS challenges on loopback for mpic.test, whose answers may differ from perspective to
// perspective, so that a pipeline can be tried offline and a hijack played. Perspectives are told
// apart by the address their questions come from.

#include "base/async/awaitable.hpp"
#include "base/core/clock.hpp"
#include "base/log/logger.hpp"
#include "base/net/ip_address.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace mpic::challenge_target {

struct ChallengeTargetOptions {
    base::net::IpAddress address; ///< loopback: DNS (UDP and TCP), HTTP, TLS and management
    std::uint16_t dns_port = 0;   ///< 0: the kernel chooses
    std::uint16_t http_port = 0;
    std::uint16_t tls_port = 0;
    std::uint16_t management_port = 0;
    /// Source address to perspective id.
    std::map<base::net::IpAddress, std::string> perspectives;
    /// Where queries for names outside "test." go.
    std::vector<base::net::Endpoint> forward_to;
};

/// One loop. The constructor binds everything (std::system_error). Listens for HTTP on the loopback
/// address of the other family too, where there is one; mpic.test has the addresses that are
/// listened on.
class ChallengeTarget {
public:
    ChallengeTarget(base::asio::io_context& loop, const base::Clock& clock, base::log::Logger& log,
                    ChallengeTargetOptions options);
    ~ChallengeTarget();
    ChallengeTarget(const ChallengeTarget&) = delete;
    ChallengeTarget& operator=(const ChallengeTarget&) = delete;

    void start();
    [[nodiscard]] base::net::Endpoint dns_endpoint() const;
    [[nodiscard]] base::net::Endpoint http_endpoint() const;
    /// Shows challenge certificates (tls-alpn-01). Over `address` alone: the perspectives have no
    /// addresses of their own to be told apart by in the other family.
    [[nodiscard]] base::net::Endpoint tls_endpoint() const;
    [[nodiscard]] base::net::Endpoint management_endpoint() const;
    /// Stops listening; returns when nothing is under way. Must have returned before a started
    /// target is destroyed.
    [[nodiscard]] base::Awaitable<void> drain();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace mpic::challenge_target
