// SPDX-License-Identifier: Apache-2.0
#pragma once
// Something that a daemon does again and again beside its requests: looks at files, probes a peer,
// measures its loop.

#include "base/async/one_shot.hpp"
#include "base/async/task_set.hpp"
#include "base/core/clock.hpp"

#include <functional>
#include <optional>

namespace base {

/// Lives on one loop. Rounds never overlap: the interval counts from the end of a round, and the
/// work bounds itself.
class Periodic {
public:
    /// `late` is how much later than planned the round begins; zero for one that was called for.
    using Work = std::function<Awaitable<void>(SteadyTime::duration late)>;

    /// `interval` is positive.
    Periodic(asio::io_context& loop, Milliseconds interval, Work work);
    /// As TaskSet: stop() first, unless the loop has been stopped.
    ~Periodic() = default;
    Periodic(const Periodic&) = delete;
    Periodic& operator=(const Periodic&) = delete;

    /// The first round is at once; once per object. Like now(), on the loop or before it runs.
    void start();
    /// A round as soon as none is under way, whatever the interval.
    void now();
    /// Cancels a round under way and returns when it has ended; no further one begins.
    [[nodiscard]] Awaitable<void> stop();
    /// A fault that escapes a round ends that round only. Default: rethrow on the loop.
    void on_fault(std::function<void(const char*)> handler) { on_fault_ = std::move(handler); }

private:
    [[nodiscard]] Awaitable<void> run();
    [[nodiscard]] Awaitable<void> round(SteadyTime::duration late);

    asio::io_context& loop_;
    Milliseconds interval_;
    Work work_;
    std::function<void(const char*)> on_fault_;
    std::optional<OneShot<bool>> call_; // of the pause that is under way
    bool called_ = false;
    TaskSet tasks_; // last: its task refers to the others
};

} // namespace base
