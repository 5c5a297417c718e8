// SPDX-License-Identifier: Apache-2.0
#include "mpic/coordinator/fleet_health.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>
#include <set>
#include <utility>

namespace mpic::coordinator {

PerspectiveHealth::PerspectiveHealth(const Perspective& perspective, base::log::Logger& log,
                                     base::log::Gauge& up)
    : id_(perspective.id),
      url_(perspective.url),
      identity_(perspective.identity),
      log_(log),
      up_(up),
      last_answer_(base::SteadyTime::min().time_since_epoch().count()) {
    up_.set(0);
}

void PerspectiveHealth::answered(base::SteadyTime at) {
    last_answer_.store(at.time_since_epoch().count(), std::memory_order_relaxed);
    if (state_.load(std::memory_order_relaxed) == State::answering)
        return;
    const std::lock_guard lock(mutex_);
    const auto before = state_.exchange(State::answering);
    if (before == State::answering)
        return;
    why_.clear();
    up_.set(1);
    if (const auto withheld = lines_.admit(at))
        log_.info("perspective-answers", {{"perspective", id_}, {"withheld", *withheld}});
}

void PerspectiveHealth::failed(const base::Failure& why, base::SteadyTime at) {
    const std::lock_guard lock(mutex_);
    const auto before = state_.exchange(State::silent);
    const bool known = before == State::silent && kind_ == why.kind;
    kind_ = why.kind;
    why_ = fmt::format("{}: {}", to_string(why.kind), why.detail);
    up_.set(0);
    if (known)
        return;
    if (const auto withheld = lines_.admit(at))
        log_.warn("perspective-unavailable", {{"perspective", id_},
                                              {"code", to_string(why.kind)},
                                              {"reason", why.detail},
                                              {"withheld", *withheld}});
}

void PerspectiveHealth::replied(const Reply& reply, base::SteadyTime at) {
    const auto* none = std::get_if<NoReport>(&reply);
    if (none == nullptr)
        answered(at);
    else if (none->outcome != Outcome::timeout
             && none->failure.kind != base::FailureKind::overloaded) // our own bound
        failed(none->failure, at);
}

void PerspectiveHealth::retire() {
    up_.set(std::numeric_limits<double>::quiet_NaN());
}

bool PerspectiveHealth::answered_since(base::SteadyTime at) const {
    return state_.load(std::memory_order_relaxed) == State::answering
           && last_answer_.load(std::memory_order_relaxed) >= at.time_since_epoch().count();
}

PerspectiveHealth::View PerspectiveHealth::view() const {
    const std::lock_guard lock(mutex_);
    const auto state = state_.load();
    return {state == State::answering, state == State::unheard ? "not heard of yet" : why_};
}

bool PerspectiveHealth::is_of(const Perspective& perspective) const {
    return id_ == perspective.id && url_ == perspective.url && identity_ == perspective.identity;
}

std::shared_ptr<PerspectiveHealth> FleetHealth::of(const Perspective& perspective) {
    const std::lock_guard lock(mutex_);
    auto& known = known_[perspective.id];
    if (!known || !known->is_of(perspective))
        known = std::make_shared<PerspectiveHealth>(
            perspective, log_,
            metrics_.gauge("mpicd_perspective_up",
                           "Whether a perspective's agent answered when it was last asked.",
                           {{"perspective", perspective.id}}));
    return known;
}

void FleetHealth::keep(const Roster& roster) {
    const std::lock_guard lock(mutex_);
    std::erase_if(known_, [&roster](const auto& entry) {
        const bool gone = std::ranges::find(roster.perspectives, entry.first, &Perspective::id)
                          == roster.perspectives.end();
        if (gone)
            entry.second->retire();
        return gone;
    });
}

PerspectiveHealth::View FleetHealth::view(const Perspective& perspective) const {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(perspective.id);
    if (found == known_.end() || !found->second->is_of(perspective))
        return {false, "not heard of yet"};
    return found->second->view();
}

std::vector<std::string> FleetHealth::shortfall(const Roster& roster,
                                                const QuorumRule& rule) const {
    std::vector<std::string> reasons;
    std::vector<std::string> silent;
    std::set<Rir> rirs;
    int answering = 0;
    int remotes = 0;
    for (const auto& perspective : roster.perspectives) {
        const auto now = view(perspective);
        if (perspective.role == Role::primary) {
            if (!now.answering)
                reasons.push_back(fmt::format("the primary perspective {} does not answer ({})",
                                              perspective.id, now.why));
            continue;
        }
        ++remotes;
        if (now.answering) {
            ++answering;
            rirs.insert(perspective.place.rir);
        } else {
            silent.push_back(fmt::format("{} ({})", perspective.id, now.why));
        }
    }
    if (rule.remotes < rule.minimum_remotes)
        reasons.push_back(fmt::format("{} remote perspectives would be asked; {} requires {}",
                                      rule.remotes, rule.policy, rule.minimum_remotes));
    if (answering < rule.required)
        reasons.push_back(
            fmt::format("{} of {} remote perspectives answer, {} must corroborate: {}", answering,
                        remotes, rule.required, fmt::join(silent, ", ")));
    else if (std::cmp_less(rirs.size(), rule.minimum_rirs))
        reasons.push_back(
            fmt::format("the remote perspectives that answer are in {} RIR regions, {} requires {}",
                        rirs.size(), rule.policy, rule.minimum_rirs));
    return reasons;
}

} // namespace mpic::coordinator
