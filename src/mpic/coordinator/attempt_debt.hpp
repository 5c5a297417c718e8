// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a request owes to the attempt that runs beside it: to say which seats its decision did not
// wait for, and whether the record that calls them pending is in the journal.

#include "base/async/one_shot.hpp"
#include "mpic/coordinator/attempt_run.hpp"

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace mpic::coordinator {

struct PendingSeats {
    std::vector<std::size_t> seats;
    bool recorded = false; ///< a late record without its decision would be an orphan
};

/// A request that ends without a decision, by a fault or because the drain would not wait longer,
/// gives the attempt up instead, or whoever waits for the pending seats would wait for ever.
class AttemptDebt {
public:
    using Pending = base::OneShot<PendingSeats>;

    AttemptDebt(std::shared_ptr<AttemptRun> run, Pending pending)
        : run_(std::move(run)), pending_(std::move(pending)) {}
    ~AttemptDebt() {
        if (handed_over_)
            return;
        run_->give_up();
        pending_.set({});
    }
    AttemptDebt(const AttemptDebt&) = delete;
    AttemptDebt& operator=(const AttemptDebt&) = delete;

    /// From here on the journal owes it: the returned function, to be called with whether the
    /// decision is in it. That holds when the request is cut off before the journal has answered.
    /// Empty when no seat is pending.
    [[nodiscard]] std::function<void(bool)> hand_over(std::vector<std::size_t> seats) {
        handed_over_ = true;
        if (!seats.empty())
            return [pending = pending_, seats = std::move(seats)](bool recorded) mutable {
                pending.set_from_any_thread({std::move(seats), recorded});
            };
        pending_.set({});
        return {};
    }

private:
    std::shared_ptr<AttemptRun> run_; // shared with the task that sees it to its end
    Pending pending_;
    bool handed_over_ = false;
};

} // namespace mpic::coordinator
