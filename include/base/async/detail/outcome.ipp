// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a coroutine that was started beside another one ended, kept in the frame that waits for it.

#include "base/async/awaitable.hpp"

#include <boost/asio/this_coro.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace base::detail {

template <class T>
struct Outcome {
    std::optional<T> value; ///< empty exactly when there is an error
    std::exception_ptr error;
};

/// Whether `error` is what Asio throws into a cancelled coroutine.
[[nodiscard]] bool is_cancellation(const std::exception_ptr& error);

/// Runs `work` and never throws. Asio 1.81 loses the completion of a spawned coroutine that was
/// cancelled and ends without ever having suspended: its own last co_await throws. Switching that
/// off in the spawned coroutine's last step is why every co_spawn of this program goes through
/// here.
template <class T>
Awaitable<void> keep_outcome(Awaitable<T> work, Outcome<T>& outcome) {
    try {
        outcome.value.emplace(co_await std::move(work));
    } catch (...) {
        outcome.error = std::current_exception();
    }
    co_await asio::this_coro::throw_if_cancelled(false);
}

} // namespace base::detail
