// SPDX-License-Identifier: Apache-2.0
#pragma once
// The life of a daemon: run, reload on SIGHUP, drain on SIGTERM or SIGINT, end.

#include "base/async/loop.hpp"

#include <functional>

namespace base {

struct Service {
    /// Called before the loops run, when signals are already taken: whoever is told from here that
    /// the daemon is ready may signal it at once.
    std::function<void()> start;
    /// Called on the first loop for each SIGHUP.
    std::function<void()> reload;
    /// Called on the first loop when draining begins, before any drain().
    std::function<void(int signal)> stopping;
    /// Run on loop `index`, for each of them. When all have returned, the loops stop.
    std::function<Awaitable<void>(std::size_t index)> drain;
    /// Called when the loops have ended, however that came, and before what is still pending on
    /// them is destroyed: threads that post to them must end here.
    std::function<void()> ended = {};
};

/// Drives the loops on the calling thread and on threads of their own until a signal has drained
/// them; a second signal does not wait for the drain. Faults that escape a loop or a drain are
/// rethrown. At the end nothing is pending on the loops, so that what their coroutines refer to may
/// die, and these signals are ignored for the rest of the process.
void run_service(LoopPool& loops, Service service);

} // namespace base
