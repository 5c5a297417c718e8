// SPDX-License-Identifier: Apache-2.0
#pragma once
// The primitives that own time: the only places that make timers, and (with TaskSet) the only ones
// that turn Asio's cancellation into a value.

#include "base/async/awaitable.hpp"
#include "base/core/deadline.hpp"
#include "base/core/result.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/this_coro.hpp>

#include <functional>
#include <string>

namespace base {

/// Runs `work` until `deadline`. When that passes first, `work` is cancelled and awaited to its end
/// (so its frame never outlives the call), and the result is FailureKind::timeout with `phase` as
/// the detail. If `work` had finished all the same, its result wins. Cancellation of the caller
/// cancels `work` and comes out as FailureKind::cancelled.
///
/// Work ends "because of us" by throwing operation_aborted, or with a Failure of kind cancelled;
/// any other exception is a fault and is rethrown. With a deadline that has already passed, or a
/// caller that is already cancelled, `work` is not started. Work that ignores cancellation is
/// waited for.
template <class T>
[[nodiscard]] Awaitable<Result<T>> with_deadline(Deadline deadline, std::string phase,
                                                 Awaitable<Result<T>> work);

/// Returns at `deadline`, or earlier as a Failure when cancelled. Always suspends.
[[nodiscard]] Awaitable<Result<void>> sleep_until(Deadline deadline);

} // namespace base

#include "base/async/detail/deadline.ipp"
