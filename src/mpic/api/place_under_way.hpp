// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mpic/api/clients.hpp"
#include "mpic/api/request_metrics.hpp"

#include <cstddef>
#include <memory>
#include <utility>

namespace mpic::api {

/// One request under way: a place on this loop and the one that its client has entered, given back
/// at the end.
class PlaceUnderWay {
public:
    PlaceUnderWay(std::size_t& in_flight, RequestMetrics& metrics, std::shared_ptr<Client> client)
        : in_flight_(&in_flight), metrics_(&metrics), client_(std::move(client)) {
        ++*in_flight_;
        metrics_->enter();
    }
    PlaceUnderWay(PlaceUnderWay&& other) noexcept
        : in_flight_(std::exchange(other.in_flight_, nullptr)),
          metrics_(other.metrics_),
          client_(std::move(other.client_)) {}
    PlaceUnderWay(const PlaceUnderWay&) = delete;
    PlaceUnderWay& operator=(const PlaceUnderWay&) = delete;
    PlaceUnderWay& operator=(PlaceUnderWay&&) = delete;
    ~PlaceUnderWay() {
        if (in_flight_ == nullptr)
            return;
        --*in_flight_;
        metrics_->leave();
        client_->leave();
    }

private:
    std::size_t* in_flight_;
    RequestMetrics* metrics_;
    std::shared_ptr<Client> client_;
};

} // namespace mpic::api
