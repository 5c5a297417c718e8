// SPDX-License-Identifier: Apache-2.0
#pragma once
// How the target's servers take TCP connections.

#include "base/async/awaitable.hpp"
#include "base/async/task_set.hpp"
#include "base/core/clock.hpp"
#include "base/net/ip_address.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <functional>

namespace mpic::challenge_target {

using Serve = std::function<base::Awaitable<void>(base::asio::ip::tcp::socket socket,
                                                  base::net::IpAddress from)>;

/// Serves each connection as a task of `connections`, 256 at once; further ones are closed. Ends
/// when cancelled. References outlive it.
[[nodiscard]] base::Awaitable<void> accept_connections(base::asio::ip::tcp::acceptor& acceptor,
                                                       const base::Clock& clock,
                                                       base::TaskSet& connections, Serve serve);

} // namespace mpic::challenge_target
