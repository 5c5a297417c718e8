// SPDX-License-Identifier: Apache-2.0
#pragma once
// The addresses of a host that the operator configured, from the system's resolver, remembered for
// a while. Not for names that come from requests: the resolver's thread serves one lookup at a
// time.

#include "base/async/awaitable.hpp"
#include "base/async/one_shot.hpp"
#include "base/core/clock.hpp"
#include "base/core/deadline.hpp"
#include "base/core/result.hpp"
#include "base/net/ip_address.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>
#include <vector>

namespace base::http {

class PeerAddresses {
public:
    PeerAddresses(asio::io_context& loop, const Clock& clock, std::string host);
    PeerAddresses(const PeerAddresses&) = delete;
    PeerAddresses& operator=(const PeerAddresses&) = delete;

    /// At least one, in the resolver's order of preference. When a refresh fails, or takes more
    /// than a quarter of the time that is left, the addresses that were known. Failures:
    /// no_address, timeout, cancelled.
    [[nodiscard]] Awaitable<Result<std::vector<net::IpAddress>>> get(Deadline deadline);

private:
    using Lookup = OneShot<bool>;
    struct State;
    void start_lookup();

    asio::io_context& loop_;
    const Clock& clock_;
    std::string host_;
    asio::ip::tcp::resolver resolver_;
    std::shared_ptr<State> state_; // shared with the lookup under way
};

} // namespace base::http
