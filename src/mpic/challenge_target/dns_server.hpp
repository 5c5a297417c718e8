// SPDX-License-Identifier: Apache-2.0
#pragma once
// The sockets of a small DNS server: UDP and TCP on one port (RFC 1035 §4.2, RFC 7766), every size,
// count and wait bounded. Knows nothing of what is answered. One loop.

#include "base/async/awaitable.hpp"
#include "base/async/task_set.hpp"
#include "base/core/clock.hpp"
#include "base/log/logger.hpp"
#include "base/net/ip_address.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>

#include <functional>
#include <optional>
#include <string>

namespace mpic::challenge_target {

class DnsServer {
public:
    /// The response to one query in wire form, or nothing for silence.
    using Responder = std::function<base::Awaitable<std::optional<std::string>>(
        std::string query, base::net::IpAddress from, bool tcp)>;

    /// Binds both sockets; with port 0 to a port that is free for both. std::system_error.
    DnsServer(base::asio::io_context& loop, const base::Clock& clock, base::log::Logger& log,
              base::net::Endpoint listen, Responder responder);

    void start();
    [[nodiscard]] base::net::Endpoint endpoint() const;
    /// Closes everything, cancels what is under way and returns when it has ended. Must have
    /// returned before a started server is destroyed.
    [[nodiscard]] base::Awaitable<void> drain();

private:
    void bind(const base::net::Endpoint& listen);
    [[nodiscard]] base::Awaitable<void> receive();
    [[nodiscard]] base::Awaitable<void> answer_datagram(std::string query,
                                                        base::asio::ip::udp::endpoint from);
    [[nodiscard]] base::Awaitable<void> serve(base::asio::ip::tcp::socket socket,
                                              base::net::IpAddress from);

    const base::Clock& clock_;
    Responder responder_;
    base::asio::ip::udp::socket udp_;
    base::asio::ip::tcp::acceptor acceptor_;
    base::TaskSet listeners_;
    base::TaskSet datagrams_;
    base::TaskSet connections_;
    bool stopping_ = false;
};

} // namespace mpic::challenge_target
