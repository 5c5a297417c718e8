// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/core/clock.hpp"
#include "mpic/coordinator/fleet_health.hpp"
#include "mpic/coordinator/observations.hpp"
#include "mpic/coordinator/perspective_client.hpp"
#include "mpic/model/roster.hpp"

#include <memory>
#include <vector>

namespace mpic::coordinator {

/// A roster, and a client, the health and the counters of each of its perspectives, in the same
/// order. Replaced whole by a reload.
struct Fleet {
    Roster roster;
    std::vector<std::unique_ptr<PerspectiveClient>> clients;
    std::vector<std::shared_ptr<PerspectiveHealth>> health; ///< or none at all
    std::unique_ptr<Observations> observations;
};

/// Asks every perspective that has not answered since `since` whether it is there, side by side,
/// and notes what came.
[[nodiscard]] base::Awaitable<void> probe_fleet(std::shared_ptr<const Fleet> fleet,
                                                const base::Clock& clock, base::SteadyTime since,
                                                base::Deadline deadline);

} // namespace mpic::coordinator
