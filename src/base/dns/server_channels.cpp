// SPDX-License-Identifier: Apache-2.0
#include "server_channels.hpp"

#include <utility>

namespace base::dns {
namespace {

constexpr std::size_t queries_per_port = 16;
// Each is a socket; with so many of them waiting the server does not answer, and the last one goes
// on.
constexpr std::size_t max_retired = 512;

} // namespace

ServerChannels::ServerChannels(asio::io_context& loop, AresChannel::Options options)
    : loop_(loop),
      options_(std::move(options)),
      udp_(open_port()),
      tcp_(AresChannel::open(loop_, options_)) {}

std::shared_ptr<UdpPort> ServerChannels::open_port() {
    return UdpPort::open(loop_, options_.server, options_.source);
}

std::shared_ptr<QueryChannel> ServerChannels::udp() {
    if (queries_ >= queries_per_port) {
        if (retired_.size() >= max_retired)
            std::erase_if(retired_, [](const auto& port) { return port.expired(); });
        if (retired_.size() < max_retired) {
            retired_.push_back(std::exchange(udp_, open_port()));
            queries_ = 0;
        }
    }
    ++queries_;
    return udp_;
}

void ServerChannels::close() {
    udp_->close();
    tcp_->close();
    for (const auto& weak : retired_)
        if (const auto channel = weak.lock())
            channel->close();
}

} // namespace base::dns
