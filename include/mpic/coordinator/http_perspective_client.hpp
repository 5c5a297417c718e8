// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/http/client.hpp"
#include "mpic/coordinator/perspective_client.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace mpic::coordinator {

/// HTTPS with mutual TLS over kept-alive connections. Maps what happens to an Outcome: a
/// certificate or an id of somebody else is misconfigured; no report in time is timeout; anything
/// else without a well-formed report is unreachable. One loop.
class HttpPerspectiveClient final : public PerspectiveClient {
public:
    HttpPerspectiveClient(std::string id, base::asio::io_context& loop, const base::Clock& clock,
                          base::http::PoolOptions options);
    std::unique_ptr<Asking> ask(const wire::AgentQuestion& question, base::Deadline deadline,
                                Asker& asker, std::size_t seat) override;
    base::Awaitable<base::Result<void>> probe(base::Deadline deadline) override;
    [[nodiscard]] ClientLoad load() const override;

private:
    class Question;
    [[nodiscard]] std::unique_ptr<Reply> judge(base::Result<base::http::Response>&& response,
                                               const wire::AgentQuestion& question,
                                               base::SteadyTime started) const;

    std::string id_;
    const base::Clock& clock_;
    base::http::Pool pool_;
    std::size_t questions_ = 0;
};

} // namespace mpic::coordinator
