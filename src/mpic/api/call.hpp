// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/core/clock.hpp"
#include "base/core/random.hpp"
#include "base/http/message.hpp"
#include "base/log/logger.hpp"
#include "base/log/rate_bound.hpp"
#include "mpic/api/problem.hpp"
#include "mpic/api/request_metrics.hpp"

#include <string>

namespace mpic::api {

inline constexpr std::size_t made_request_id_bytes = 16;

/// What anybody can cause takes only so many lines of the log; mpicd_requests_total and
/// mpicd_authentication_failures_total count all of it.
struct LineBounds {
    base::log::RateBound refusals;  ///< "client-refused"
    base::log::RateBound strangers; ///< "request" without a client: a wrong path, media type, …
};

/// Where a call is told of; outlives it.
struct Observers {
    const base::Clock& clock;
    base::Random& random;
    base::log::Logger& log;
    RequestMetrics& metrics;
    LineBounds& bounds;
};

/// One request from its arrival to its log line. One that ends without an answer met a fault or a
/// cancellation, and is counted as one that the service failed.
class Call {
public:
    /// Takes a valid X-Request-Id and traceparent from the request; makes a request id otherwise.
    Call(Observers observers, const base::http::Request& request);
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call();

    [[nodiscard]] base::http::Response refuse(const Problem& problem);
    /// Counts, logs and names the request in the answer.
    [[nodiscard]] base::http::Response finish(base::http::Response response);

    std::string request_id;
    std::string traceparent;
    std::string client;
    std::string peer;
    std::string method; ///< one of the draft's, or empty
    std::string domain;
    std::string code;
    std::string refused_because; ///< of a 401
    bool ok = false;

private:
    void log_request(unsigned status, base::SteadyTime::duration elapsed);
    void log_refusal();

    Observers observers_;
    base::SteadyTime started_;
    bool answered_ = false;
};

} // namespace mpic::api
