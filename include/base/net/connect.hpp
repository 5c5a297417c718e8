// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/async/awaitable.hpp"
#include "base/core/deadline.hpp"
#include "base/core/result.hpp"
#include "base/net/ip_address.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace base::net {

/// One TCP connection, TCP_NODELAY set, from `source` where given. Failures: connection_refused,
/// connection_timeout (at `deadline`), network_unreachable, connection_reset, io, cancelled; the
/// detail names the endpoint. Cancellation closes the socket.
[[nodiscard]] Awaitable<Result<asio::ip::tcp::socket>>
connect(Endpoint to, std::optional<IpAddress> source, Deadline deadline);

/// The failure that an Asio error on an established connection means; `doing` begins the detail.
[[nodiscard]] Failure to_failure(const boost::system::error_code& error, std::string doing);

[[nodiscard]] asio::ip::tcp::endpoint to_asio(const Endpoint& endpoint);
[[nodiscard]] Endpoint from_asio(const asio::ip::tcp::endpoint& endpoint);

} // namespace base::net
