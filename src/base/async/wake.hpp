// SPDX-License-Identifier: Apache-2.0
#pragma once
// A timer that never expires, as a condition that coroutines wait for: cancel() wakes them. The
// loop owns the waiting operation, so a loop that is destroyed early also destroys the coroutine.

#include "base/async/detail/timer.ipp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace base::detail {

/// Leaves the caller's own cancellation slot alone: a cancellation does not end this wait.
inline auto until_woken(Timer& wake) {
    return wake.async_wait(asio::bind_cancellation_slot(
        asio::cancellation_slot(), asio::as_tuple(asio::use_awaitable_t<Executor>())));
}

} // namespace base::detail
