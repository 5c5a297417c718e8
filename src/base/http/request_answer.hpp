// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a request is answered whose handler threw, whatever version of HTTP brought it.

#include "base/async/awaitable.hpp"
#include "base/http/server.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/cancellation_type.hpp>

#include <exception>

namespace base::http {

struct ServerCore;

/// drain() has given up on the handler: nothing more is sent. A handler is not told that its client
/// is gone: what it does must be complete, the audit above all.
[[nodiscard]] inline bool is_given_up(const asio::cancellation_state& state) {
    return state.cancelled() != asio::cancellation_type::none;
}

/// fault()'s response to what escaped the handler, logged with an incident id.
[[nodiscard]] Response answer_fault(const ServerCore& core, const Request& request,
                                    const Peer& peer, const std::exception_ptr& escaped);

} // namespace base::http
