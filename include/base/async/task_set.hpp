// SPDX-License-Identifier: Apache-2.0
#pragma once
// Structured concurrency on one loop: whatever runs beside its caller belongs to a set, and a set
// is joined before it dies. Nothing else in the program calls co_spawn with a detached handler.

#include "base/async/awaitable.hpp"
#include "base/async/one_shot.hpp"

#include <functional>
#include <list>
#include <memory>
#include <vector>

namespace base {

/// Lives on one loop; not thread-safe. The destructor terminates the program if tasks still run on
/// a loop that has not been stopped: call join() (after cancel_all(), if they should end early)
/// first.
class TaskSet {
public:
    explicit TaskSet(asio::io_context& loop);
    ~TaskSet();
    TaskSet(const TaskSet&) = delete;
    TaskSet& operator=(const TaskSet&) = delete;

    /// Starts `task` at once, on the calling stack, when called on the loop; otherwise as soon as
    /// the loop runs. A fault that escapes it goes to the fault handler and ends that task only;
    /// operation_aborted is a task's ordinary end, not a fault.
    void spawn(Awaitable<void> task);
    /// Asks every running task to end: its next suspension throws operation_aborted. Those that
    /// have not started yet never do.
    void cancel_all();
    /// Returns when no task runs. Tasks spawned meanwhile are waited for too. Cancellation of the
    /// caller does not end the wait but does cancel_all(): what is joined under a deadline is
    /// drained until then and cancelled after. A task cannot join its own set.
    [[nodiscard]] Awaitable<void> join();
    /// cancel_all(), and the set may die before its tasks have ended. For tasks that own, or share,
    /// all that they refer to.
    void let_go();
    [[nodiscard]] std::size_t running() const;
    /// Called with what() of an exception that escaped a task. Default: rethrow on the loop.
    void on_fault(std::function<void(const char*)> handler);

private:
    struct State;
    std::shared_ptr<State> state_; // shared with the completion handlers of running tasks
};

/// Runs all tasks side by side on the calling coroutine's executor and returns their results in the
/// order given. Cancellation of the caller cancels them all; they are awaited to their end. When
/// one throws, the others are awaited all the same and not cancelled; then the first fault is
/// rethrown, or the first cancellation when there is no fault.
template <class T>
[[nodiscard]] Awaitable<std::vector<T>> gather(std::vector<Awaitable<T>> tasks);

} // namespace base

#include "base/async/detail/gather.ipp"
