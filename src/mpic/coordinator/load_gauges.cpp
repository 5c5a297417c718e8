// SPDX-License-Identifier: Apache-2.0
#include "mpic/coordinator/load_gauges.hpp"

namespace mpic::coordinator {

namespace {

double difference(std::size_t now, std::size_t before) {
    return static_cast<double>(now) - static_cast<double>(before);
}

} // namespace

void LoadGauges::sample(const Fleet& fleet) {
    std::map<std::string, ClientLoad> loads;
    for (std::size_t i = 0; i < fleet.clients.size(); ++i)
        loads[fleet.roster.perspectives[i].id] = fleet.clients[i]->load();
    for (auto& [perspective, share] : shares_)
        if (!loads.contains(perspective))
            bring(share, {});
    for (const auto& [perspective, load] : loads)
        bring(share_of(perspective), load);
}

LoadGauges::Share& LoadGauges::share_of(const std::string& perspective) {
    const auto found = shares_.find(perspective);
    if (found != shares_.end())
        return found->second;
    const base::log::Labels labels{{"perspective", perspective}};
    return shares_
        .emplace(perspective,
                 Share{&metrics_.gauge("mpicd_agent_connections",
                                       "Connections open to a perspective's agent.", labels),
                       &metrics_.gauge("mpicd_agent_questions_in_flight",
                                       "Questions under way to a perspective's agent, those that "
                                       "wait for a connection included.",
                                       labels),
                       {}})
        .first->second;
}

void LoadGauges::bring(Share& share, ClientLoad now) {
    share.connections->add(difference(now.connections, share.last.connections));
    share.questions->add(difference(now.questions, share.last.questions));
    share.last = now;
}

} // namespace mpic::coordinator
