// SPDX-License-Identifier: Apache-2.0
#pragma once
// One io_context and one thread per loop; objects belong to a loop, so the request path has no
// locks.

#include "base/async/awaitable.hpp"

#include <functional>
#include <initializer_list>
#include <memory>
#include <vector>

namespace base {

/// N loops. run() drives the first on the calling thread and the others on threads of their own. A
/// loop without work waits for some, until finish() or stop(), which any thread may call, also
/// before run(). A fault that escapes a loop stops all and is rethrown from run(), which is called
/// once.
class LoopPool {
public:
    /// `loops` is at least 1.
    explicit LoopPool(std::size_t loops);
    ~LoopPool();
    LoopPool(const LoopPool&) = delete;
    LoopPool& operator=(const LoopPool&) = delete;

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] asio::io_context& loop(std::size_t index);
    void run();
    /// Lets run() return as soon as every loop has run out of work: the graceful end.
    void finish();
    /// Makes run() return once the handlers now running have, whatever else is pending. That is
    /// destroyed by abandon(), at the latest with the pool.
    void stop();
    /// Destroys what is pending, suspended coroutines with their frames, while what these refer to
    /// still lives. After run() has returned; no other thread may post any more.
    void abandon();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Calls `handler(signo)` on `loop` for each of `signals`, every time, until cancel() or
/// destruction, both on the loop's thread or while it does not run. Counts as work of the loop
/// until then.
class SignalWatch {
public:
    SignalWatch(asio::io_context& loop, std::initializer_list<int> signals,
                std::function<void(int)> handler);
    ~SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;
    void cancel();

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace base
