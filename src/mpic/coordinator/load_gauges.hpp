// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/log/metrics.hpp"
#include "mpic/coordinator/fleet.hpp"

#include <map>
#include <string>

namespace mpic::coordinator {

/// One coordinator's share in the gauges of connections to agents and of questions under way, which
/// are sums over all loops.
class LoadGauges {
public:
    explicit LoadGauges(base::log::Metrics& metrics) : metrics_(metrics) {}

    /// Brings the gauges up to date. Perspectives that are gone count for nothing.
    void sample(const Fleet& fleet);

private:
    struct Share {
        base::log::Gauge* connections;
        base::log::Gauge* questions;
        ClientLoad last;
    };
    [[nodiscard]] Share& share_of(const std::string& perspective);
    static void bring(Share& share, ClientLoad now);

    base::log::Metrics& metrics_;
    std::map<std::string, Share> shares_;
};

} // namespace mpic::coordinator
