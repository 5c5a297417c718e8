// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/core/clock.hpp"
#include "base/core/random.hpp"
#include "base/http/message.hpp"
#include "base/log/logger.hpp"
#include "mpic/api/problem.hpp"
#include "mpic/api/request_metrics.hpp"

#include <string>

namespace mpic::api {

inline constexpr std::size_t made_request_id_bytes = 16;

/// Where a call is told of; outlives it.
struct Observers {
    const base::Clock& clock;
    base::Random& random;
    base::log::Logger& log;
    RequestMetrics& metrics;
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
    bool ok = false;

private:
    Observers observers_;
    base::SteadyTime started_;
    bool answered_ = false;
};

} // namespace mpic::api
