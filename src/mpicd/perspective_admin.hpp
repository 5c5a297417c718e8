// SPDX-License-Identifier: Apache-2.0
#pragma once
// An agent's admin listener: GET /healthz, /readyz, /metrics. Plain HTTP; one loop.

#include "base/core/clock.hpp"
#include "base/http/router.hpp"
#include "base/http/server.hpp"
#include "base/log/metrics.hpp"

namespace mpicd {

class PerspectiveAdmin {
public:
    PerspectiveAdmin(base::asio::io_context& loop, const base::Clock& clock, base::log::Logger& log,
                     const base::log::Metrics& metrics, const base::net::Endpoint& listen);

    void start() { server_.start(); }
    [[nodiscard]] base::net::Endpoint endpoint() const { return server_.endpoint(); }
    [[nodiscard]] base::Awaitable<void> drain(base::Milliseconds limit) {
        return server_.drain(limit);
    }
    /// From now on /readyz says no.
    void stopping() { stopping_ = true; }

private:
    [[nodiscard]] base::http::Response readiness() const;

    const base::log::Metrics& metrics_;
    bool stopping_ = false;
    base::http::Router router_;
    base::http::Server server_;
};

} // namespace mpicd
