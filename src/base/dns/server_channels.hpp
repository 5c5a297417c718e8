// SPDX-License-Identifier: Apache-2.0
#pragma once
// The channels to one server. A UDP port that stays can be found out, and with it goes half of what
// somebody off the path would have to guess (RFC 5452 §9.2). So a port serves a few queries and is
// then replaced; the queries under way on it keep it until they end.

#include "ares_channel.hpp"
#include "udp_port.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace base::dns {

/// Owned by the resolver's state, and by the query that is about to use it. One loop.
class ServerChannels {
public:
    /// `options.transport` is TCP. Throws as AresChannel::open().
    ServerChannels(asio::io_context& loop, AresChannel::Options options);

    /// The channel for one more query. Not after close().
    [[nodiscard]] std::shared_ptr<QueryChannel> udp();
    [[nodiscard]] std::shared_ptr<QueryChannel> tcp() { return tcp_; }
    [[nodiscard]] const std::string& server() const { return tcp_->server(); }

    /// Every query under way comes out as cancelled.
    void close();

private:
    [[nodiscard]] std::shared_ptr<UdpPort> open_port();

    asio::io_context& loop_;
    AresChannel::Options options_;
    std::shared_ptr<UdpPort> udp_;
    std::shared_ptr<AresChannel> tcp_;
    std::size_t queries_ = 0;                     ///< that udp_ has been given for
    std::vector<std::weak_ptr<UdpPort>> retired_; ///< replaced, and perhaps still in use
};

} // namespace base::dns
