// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/core/clock.hpp"
#include "base/log/metrics.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace mpic::api {

/// What the public API counts. Labels come from fixed tables: what a client sends never makes a new
/// one.
class RequestMetrics {
public:
    explicit RequestMetrics(base::log::Metrics& metrics);

    /// `method` is "" where none was understood.
    void request(std::string_view method, unsigned status, base::SteadyTime::duration elapsed);
    void decision(std::string_view code);
    void authentication_failure() { authentication_failures_.add(); }
    void enter() { in_flight_.add(1); }
    void leave() { in_flight_.add(-1); }

private:
    using Key = std::pair<std::string, std::string>;
    std::map<Key, base::log::Counter*, std::less<>> requests_; ///< by method and status class
    std::map<std::string, base::log::Histogram*, std::less<>> seconds_;
    std::map<std::string, base::log::Counter*, std::less<>> decisions_; ///< by code
    base::log::Counter& authentication_failures_;
    base::log::Gauge& in_flight_;
};

} // namespace mpic::api
