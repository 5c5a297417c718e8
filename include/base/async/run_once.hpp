// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/async/awaitable.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace base {

/// Drives `loop` on the calling thread until `task` has finished, for commands that do one thing.
/// The loop can be used again after. Throws what the task threw.
template <class T>
[[nodiscard]] T run_once(asio::io_context& loop, Awaitable<T> task) {
    std::optional<T> result;
    std::exception_ptr fault;
    asio::co_spawn(loop, std::move(task), [&](std::exception_ptr error, T value) {
        fault = std::move(error);
        result.emplace(std::move(value));
        loop.stop();
    });
    loop.restart();
    loop.run();
    if (fault)
        std::rethrow_exception(fault);
    return std::move(*result);
}

} // namespace base
