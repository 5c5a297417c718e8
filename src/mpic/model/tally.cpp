// SPDX-License-Identifier: Apache-2.0
#include "mpic/model/tally.hpp"

#include "votes.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace mpic {
Tally::Tally(Attempt attempt)
    : attempt_(std::move(attempt)),
      replies_(attempt_.seats.size()),
      ballots_(std::make_unique<Ballots>(attempt_)) {
    if (attempt_.seats.empty())
        throw std::invalid_argument("an attempt without seats");
    if (std::ranges::count(attempt_.seats, Role::primary, &Seat::role) > 1)
        throw std::invalid_argument("an attempt with more than one primary");
    if (!attempt_.asks_dcv && !attempt_.asks_caa)
        throw std::invalid_argument("an attempt that asks for nothing");
    look();
}

Tally::~Tally() = default;
Tally::Tally(Tally&&) noexcept = default;
Tally& Tally::operator=(Tally&&) noexcept = default;

Tally::Phase Tally::record(std::size_t seat, SeatReply reply) {
    SeatReply& place = replies_.at(seat);
    if (!place && reply) {
        place = std::move(reply);
        ballots_->cast(attempt_, seat, *place);
        decision_.reset();
        ++reported_;
        look();
    }
    return phase_;
}

/// What is certain stays so: only the first of these is to be found out.
void Tally::look() {
    if (reported_ == replies_.size())
        phase_ = Phase::decided;
    else if (phase_ == Phase::waiting && is_certain(attempt_, *ballots_))
        phase_ = Phase::tighten;
}

const Decision& Tally::decision() const {
    if (!decision_)
        decision_ = decide(attempt_, *ballots_);
    return *decision_;
}

} // namespace mpic
