// SPDX-License-Identifier: Apache-2.0
#pragma once
// One request answered by the application, whatever version of HTTP brought it.

#include "base/async/awaitable.hpp"
#include "base/http/server.hpp"

namespace base::http {

struct ServerCore;

/// The handler's response, or fault() for what escaped it, logged with an incident id. Throws
/// operation_aborted when cancelled. A handler is not told that its client is gone: what it does
/// must be complete, the audit above all.
[[nodiscard]] Awaitable<Response> answer_request(ServerCore& core, const Request& request,
                                                 const Peer& peer);

} // namespace base::http
