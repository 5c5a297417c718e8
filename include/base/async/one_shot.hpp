// SPDX-License-Identifier: Apache-2.0
#pragma once
// A value that is set once and awaited once: how a callback (c-ares, the journal's writer thread)
// or a sibling coroutine wakes a waiting one.

#include "base/async/awaitable.hpp"
#include "base/core/deadline.hpp"
#include "base/core/result.hpp"

#include <memory>
#include <string>

namespace base {

/// Copyable handle to one slot on one loop. set() from the loop's thread, or set_from_any_thread()
/// from anywhere while the loop exists; only the first value counts. wait() once; cancellation of
/// the waiter comes out as FailureKind::cancelled and leaves the slot usable by the setter (its
/// value is then dropped). set() never runs the waiter on its own stack. A handle may die before
/// its wait().
template <class T>
class OneShot {
public:
    explicit OneShot(asio::io_context& loop);

    void set(T value);
    void set_from_any_thread(T value);
    /// Whether a value has come, also when wait() has taken it since. On the loop's thread.
    [[nodiscard]] bool is_set() const;
    [[nodiscard]] Awaitable<Result<T>> wait();
    /// The same under a deadline, FailureKind::timeout: what with_deadline(…, wait()) means, at a
    /// fraction of its cost. A failure's detail is `phase`.
    [[nodiscard]] Awaitable<Result<T>> wait_until(Deadline deadline, std::string phase);

private:
    struct State;
    std::shared_ptr<State> state_; // the setter may outlive the waiter, and the reverse
};

} // namespace base

#include "base/async/detail/one_shot.ipp"
