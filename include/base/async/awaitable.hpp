// SPDX-License-Identifier: Apache-2.0
#pragma once
// The coroutine type of the whole program. Rules: parameters by value, or references to objects
// that the awaiting frame or the constructor owns; awaitable<Result<T>>, exceptions only for
// cancellation and faults; nothing detached outside a TaskSet.
//
// Cancellation, as Asio has it: once a coroutine is cancelled, its next co_await throws
// boost::system::system_error(operation_aborted), and so does every one after. The primitives of
// this module return a Failure of kind cancelled instead where their type allows it; the co_await
// after that throws. A coroutine that must still wait for something on its way out (a TaskSet to
// join) first says
//
//     co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
//
// Cancellation signals are emitted on the loop of the coroutine they reach, never from elsewhere.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace base {

namespace asio = boost::asio;

/// Every coroutine runs on a loop. To name its executor costs less than to hide it: Asio's own
/// any_io_executor is copied, compared and called through a table at every suspension.
using Executor = asio::io_context::executor_type;

template <class T>
using Awaitable = asio::awaitable<T, Executor>;

} // namespace base
