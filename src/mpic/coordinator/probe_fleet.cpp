// SPDX-License-Identifier: Apache-2.0
#include "base/async/task_set.hpp"
#include "mpic/coordinator/fleet.hpp"

namespace mpic::coordinator {

namespace {

base::Awaitable<bool> probe(PerspectiveClient& client, PerspectiveHealth& health,
                            const base::Clock& clock, base::Deadline deadline) {
    const auto there = co_await client.probe(deadline);
    if (there)
        health.answered(clock.steady());
    else if (there.error().kind != base::FailureKind::cancelled)
        health.failed(there.error(), clock.steady());
    co_return there.has_value();
}

} // namespace

base::Awaitable<void> probe_fleet(std::shared_ptr<const Fleet> fleet, const base::Clock& clock,
                                  base::SteadyTime since, base::Deadline deadline) {
    std::vector<base::Awaitable<bool>> probes;
    for (std::size_t i = 0; i < fleet->health.size(); ++i)
        if (!fleet->health[i]->answered_since(since))
            probes.push_back(probe(*fleet->clients[i], *fleet->health[i], clock, deadline));
    co_await base::gather(std::move(probes));
}

} // namespace mpic::coordinator
