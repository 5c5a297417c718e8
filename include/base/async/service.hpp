// SPDX-License-Identifier: Apache-2.0
#pragma once
// The life of a daemon: run, reload on SIGHUP, drain on SIGTERM or SIGINT, end.

#include "base/async/loop.hpp"

#include <functional>

namespace base {

struct Service {
    /// Called on the first loop for each SIGHUP.
    std::function<void()> reload;
    /// Called on the first loop when draining begins, before any drain().
    std::function<void(int signal)> stopping;
    /// Run on loop `index`, for each of them. When all have returned, the loops stop.
    std::function<Awaitable<void>(std::size_t index)> drain;
};

/// Drives the loops on the calling thread and on threads of their own until a signal has drained them; a
/// second signal does not wait for the drain. Faults that escape a loop or a drain are rethrown.
void run_service(LoopPool& loops, Service service);

} // namespace base
