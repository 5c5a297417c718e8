// SPDX-License-Identifier: Apache-2.0
#include "mpic/model/tally.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace mpic {
namespace {

Tally::Phase phase_of(const Attempt& attempt, const Replies& replies) {
    if (std::ranges::all_of(replies, [](const auto& reply) { return reply.has_value(); }))
        return Tally::Phase::decided;
    return is_certain(attempt, replies) ? Tally::Phase::tighten : Tally::Phase::waiting;
}

} // namespace

Tally::Tally(Attempt attempt) : attempt_(std::move(attempt)), replies_(attempt_.seats.size()) {
    if (attempt_.seats.empty())
        throw std::invalid_argument("an attempt without seats");
    if (std::ranges::count(attempt_.seats, Role::primary, &Seat::role) > 1)
        throw std::invalid_argument("an attempt with more than one primary");
    if (!attempt_.asks_dcv && !attempt_.asks_caa)
        throw std::invalid_argument("an attempt that asks for nothing");
    phase_ = phase_of(attempt_, replies_);
}

Tally::Phase Tally::record(std::size_t seat, SeatReply reply) {
    SeatReply& place = replies_.at(seat);
    if (!place) {
        place = std::move(reply);
        decision_.reset();
        phase_ = phase_of(attempt_, replies_);
    }
    return phase_;
}

const Decision& Tally::decision() const {
    if (!decision_)
        decision_ = decide(attempt_, replies_);
    return *decision_;
}

} // namespace mpic
