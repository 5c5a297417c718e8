// SPDX-License-Identifier: Apache-2.0
#pragma once
// Runs one coroutine to its end on the test's own thread.

#include "base/async/awaitable.hpp"

#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

namespace test {

/// The longest that run() waits for its coroutine.
inline constexpr std::chrono::seconds watchdog{30};

namespace detail {

template <class T>
struct Ran {
    std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>> value;
    std::exception_ptr error;
    bool done = false;
};

template <class T>
base::Awaitable<void> keep(base::Awaitable<T> work, std::shared_ptr<Ran<T>> ran) {
    if constexpr (std::is_void_v<T>) {
        co_await std::move(work);
        ran->value.emplace();
    } else {
        ran->value.emplace(co_await std::move(work));
    }
}

} // namespace detail

/// Spawns `work` on `loop` and runs the loop just until it is done: whatever else lives there stays
/// suspended, for the next run(). Returns what it returned, or rethrows what it threw. Throws
/// std::runtime_error when the watchdog barks or the loop runs out of work first.
template <class T>
T run(boost::asio::io_context& loop, base::Awaitable<T> work) {
    auto ran = std::make_shared<detail::Ran<T>>();
    boost::asio::co_spawn(loop, detail::keep(std::move(work), ran),
                          [ran](std::exception_ptr error) {
                              ran->error = std::move(error);
                              ran->done = true;
                          });
    const auto until = std::chrono::steady_clock::now() + watchdog;
    loop.restart();
    while (!ran->done) {
        if (loop.run_one_until(until) == 0 && !ran->done)
            throw std::runtime_error(loop.stopped()
                                         ? "the loop ran out of work before the coroutine ended"
                                         : "the coroutine did not end within 30 s");
    }
    if (ran->error)
        std::rethrow_exception(ran->error);
    if constexpr (!std::is_void_v<T>)
        return std::move(*ran->value);
}

/// Runs the loop until `condition` holds, for ten seconds at the most. Whether it holds.
inline bool run_until(boost::asio::io_context& loop, const std::function<bool()>& condition) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition() && std::chrono::steady_clock::now() < until) {
        loop.restart();
        loop.run_one_for(std::chrono::milliseconds(10));
    }
    return condition();
}

} // namespace test
