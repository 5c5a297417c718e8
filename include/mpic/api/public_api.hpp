// SPDX-License-Identifier: Apache-2.0
#pragma once
// POST {base-path}/mpic/draft-00: authenticate, limit, decode, corroborate, encode. The only maker
// of error bodies and the only place that maps failures to HTTP statuses.

#include "base/core/clock.hpp"
#include "base/core/random.hpp"
#include "base/http/router.hpp"
#include "base/http/server.hpp"
#include "base/log/logger.hpp"
#include "base/log/metrics.hpp"
#include "mpic/api/clients.hpp"
#include "mpic/coordinator/coordinator.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace mpic::api {

struct PublicApiOptions {
    std::string base_path;              ///< "" or "/staging": no slash at the end
    std::size_t max_in_flight = 10'000; ///< over all clients, on this loop
    /// For one target, on this loop; 0: unlimited. `*.name` and `name` are one target.
    std::size_t max_in_flight_per_target = 0;
};

/// Coordinator::corroborate, or what a test puts in its place.
using Corroborate = std::function<base::Awaitable<coordinator::Answer>(
    CheckRequest request, std::string client, coordinator::Coordinator::Prepare prepare)>;

/// One loop. References outlive it, and it outlives the requests that it handles.
class PublicApi {
public:
    PublicApi(Corroborate corroborate, std::function<std::shared_ptr<const Clients>()> clients,
              const base::Clock& clock, base::Random& random, base::log::Logger& log,
              base::log::Metrics& metrics, PublicApiOptions options);
    ~PublicApi();
    PublicApi(const PublicApi&) = delete;
    PublicApi& operator=(const PublicApi&) = delete;

    /// Answers in this order: 404 and 405 by the route, 415 by the content type, 401, 403 for a
    /// method that the client may not ask, 429, 503 when too much is under way, 400 with every
    /// issue, then what the corroboration gives. Every answer carries X-Request-Id: the body's
    /// request-id, else the request's own header, else a new one. One log line each, without
    /// secrets: "request", or for a 401 "client-refused" with the reason, of which a flood is
    /// withheld.
    [[nodiscard]] base::Awaitable<base::http::Response> handle(const base::http::Request& request,
                                                               const base::http::Peer& peer);
    /// For http::ServerOptions: the same error shape for what never became a request.
    [[nodiscard]] static base::http::Response reject(base::http::Rejection rejection,
                                                     std::string detail);
    [[nodiscard]] static base::http::Response fault(const std::string& incident_id);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace mpic::api
