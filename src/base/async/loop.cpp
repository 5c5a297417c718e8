// SPDX-License-Identifier: Apache-2.0
#include "base/async/loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

namespace base {

namespace {

using WorkGuard = asio::executor_work_guard<asio::io_context::executor_type>;

class Loop : public asio::io_context {
public:
    Loop() : asio::io_context(1) {} // 1: one thread runs it
    void abandon() { shutdown(); }
};

} // namespace

struct LoopPool::State {
    /// Runs on the loop's thread. One fault ends the whole pool: half a daemon is worse than none.
    void drive(asio::io_context& loop) {
        try {
            loop.run();
        } catch (...) {
            {
                const std::lock_guard lock(mutex);
                if (!fault)
                    fault = std::current_exception();
            }
            stop();
        }
    }

    void finish() {
        const std::lock_guard lock(mutex);
        guards.clear();
    }

    void stop() {
        for (const auto& loop : loops)
            loop->stop();
    }

    std::vector<std::unique_ptr<Loop>> loops; // fixed after construction
    std::mutex mutex; // guards the two below: start-up and shut-down only, not the request path
    std::vector<WorkGuard> guards;
    std::exception_ptr fault;
};

LoopPool::LoopPool(std::size_t loops) : state_(std::make_unique<State>()) {
    for (std::size_t i = 0; i < std::max<std::size_t>(loops, 1); ++i) {
        state_->loops.push_back(std::make_unique<Loop>());
        state_->guards.push_back(asio::make_work_guard(*state_->loops.back()));
    }
}

LoopPool::~LoopPool() = default;

std::size_t LoopPool::size() const {
    return state_->loops.size();
}

asio::io_context& LoopPool::loop(std::size_t index) {
    return *state_->loops.at(index);
}

void LoopPool::run() {
    {
        std::vector<std::jthread> threads;
        threads.reserve(size() - 1);
        try {
            for (std::size_t i = 1; i < size(); ++i)
                threads.emplace_back([this, i] { state_->drive(loop(i)); });
        } catch (...) { // no thread to be had: the others must not wait for ever
            stop();
            throw;
        }
        state_->drive(loop(0));
    }
    if (state_->fault)
        std::rethrow_exception(state_->fault);
}

void LoopPool::finish() {
    state_->finish();
}

void LoopPool::stop() {
    state_->stop();
}

void LoopPool::abandon() {
    for (const auto& loop : state_->loops)
        loop->abandon();
}

struct SignalWatch::State : std::enable_shared_from_this<State> {
    State(asio::io_context& loop, std::function<void(int)> h)
        : signals(loop), handler(std::move(h)) {}

    void wait() {
        signals.async_wait(
            [self = shared_from_this()](const boost::system::error_code& error, int signal) {
                if (error || self->cancelled)
                    return;
                self->handler(signal);
                if (!self->cancelled)
                    self->wait();
            });
    }

    asio::signal_set signals;
    std::function<void(int)> handler;
    bool cancelled = false; // a signal that is already queued is not delivered after cancel()
};

SignalWatch::SignalWatch(asio::io_context& loop, std::initializer_list<int> signals,
                         std::function<void(int)> handler)
    : state_(std::make_shared<State>(loop, std::move(handler))) {
    for (const int signal : signals)
        state_->signals.add(signal);
    state_->wait();
}

SignalWatch::~SignalWatch() {
    cancel();
}

void SignalWatch::cancel() {
    state_->cancelled = true;
    state_->signals.clear();
    state_->signals.cancel();
}

} // namespace base
