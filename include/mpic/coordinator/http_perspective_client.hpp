// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/http/client.hpp"
#include "mpic/coordinator/perspective_client.hpp"

#include <string>

namespace mpic::coordinator {

/// HTTPS with mutual TLS over kept-alive connections. Maps what happens to an Outcome: a
/// certificate or an id of somebody else is misconfigured; no report in time is timeout; anything
/// else without a well-formed report is unreachable. One loop.
class HttpPerspectiveClient final : public PerspectiveClient {
public:
    HttpPerspectiveClient(std::string id, base::asio::io_context& loop, const base::Clock& clock,
                          base::http::PoolOptions options);
    base::Awaitable<Reply> ask(wire::AgentQuestion question, base::Deadline deadline) override;

private:
    std::string id_;
    const base::Clock& clock_;
    base::http::Pool pool_;
};

} // namespace mpic::coordinator
