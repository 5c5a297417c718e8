// SPDX-License-Identifier: Apache-2.0
#pragma once
// Whether a peer that lets nobody in is worth another try. One that answered a moment ago is most
// likely being restarted, which takes some hundredths of a second: those who ask it meanwhile need
// not fail. Pure: it is told the time.

#include "base/core/clock.hpp"

#include <algorithm>
#include <optional>

namespace base::http {

class PeerPatience {
public:
    /// An answer so long ago says nothing of the peer any more. A pool in use has a younger one;
    /// one that is not has at least those of the probes that its owner sends every so often.
    static constexpr std::chrono::seconds answer_counts{60};
    /// From the first refusal on; then the peer is away, and everybody is told so at once until it
    /// answers again. Long enough for a restart, and so short that those who meet a loss have time
    /// left to say what it was.
    static constexpr Milliseconds longest{1'500};
    static constexpr Milliseconds first_pause{50};
    static constexpr Milliseconds longest_pause{500};

    void answered(SteadyTime at) {
        answered_at_ = at;
        away_since_.reset();
    }

    /// How long to wait before the next try, after one at `now` was refused; nothing when the peer
    /// is away.
    [[nodiscard]] std::optional<Milliseconds> refused(SteadyTime now) {
        if (!answered_at_) {
            return {};
        }
        if (!away_since_) {
            if (now - *answered_at_ > answer_counts) {
                return {};
            }
            away_since_ = now;
            pause_ = first_pause;
        }
        const auto left = std::chrono::ceil<Milliseconds>(*away_since_ + longest - now);
        if (left.count() <= 0) {
            return {};
        }
        const auto pause = std::min(pause_, left);
        pause_ = std::min(2 * pause_, longest_pause);
        return pause;
    }

private:
    std::optional<SteadyTime> answered_at_;
    std::optional<SteadyTime> away_since_;
    Milliseconds pause_{};
};

} // namespace base::http
