// SPDX-License-Identifier: Apache-2.0
#include "base/async/task_set.hpp"

#include "base/async/detail/outcome.ipp"
#include "base/core/fault_text.hpp"
#include "wake.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>

#include <cstdio>
#include <exception>

namespace base {

namespace {

struct Task {
    asio::cancellation_signal signal;
    bool started = false;
    bool cancelled = false;
    std::exception_ptr error;
};

} // namespace

struct TaskSet::State : std::enable_shared_from_this<State> {
    explicit State(asio::io_context& l) : loop(l), empty(l, detail::Timer::time_point::max()) {}

    void cancel_all() {
        for (auto& task : tasks)
            task.cancelled = true;
        // Asio carries a signal that is emitted off the loop there in a handler that does not keep
        // the signal alive: carry it ourselves.
        asio::dispatch(loop, [self = shared_from_this()] {
            for (auto& task : self->tasks)
                if (task.started && task.cancelled)
                    task.signal.emit(asio::cancellation_type::terminal);
        });
    }

    void finished(std::list<Task>::iterator task) {
        const std::exception_ptr error = std::exchange(task->error, nullptr);
        tasks.erase(task);
        if (tasks.empty())
            empty.cancel();
        if (error && !detail::is_cancellation(error))
            report(error);
    }

    void report(const std::exception_ptr& error) const {
        if (!fault_handler)
            std::rethrow_exception(error);
        fault_handler(fault_text(error).c_str());
    }

    /// Never throws, for the reason that detail::keep_outcome() gives.
    static Awaitable<void> run(Awaitable<void> work, Task& task) {
        task.started = true;
        try {
            if (!task.cancelled)
                co_await std::move(work);
        } catch (...) {
            task.error = std::current_exception();
        }
        co_await asio::this_coro::throw_if_cancelled(false);
    }

    static Awaitable<void> join(std::shared_ptr<State> self) {
        auto slot = (co_await asio::this_coro::cancellation_state).slot();
        const bool throws = co_await asio::this_coro::throw_if_cancelled();
        co_await asio::this_coro::throw_if_cancelled(false);
        while (!self->tasks.empty()) {
            if (slot.is_connected()) // Asio empties the slot at each resumption
                slot.assign([state = self.get()](asio::cancellation_type) { state->cancel_all(); });
            co_await detail::until_woken(self->empty);
        }
        co_await asio::this_coro::throw_if_cancelled(throws);
    }

    asio::io_context& loop;
    std::list<Task> tasks; // a list: signals do not move, and completions hold iterators
    detail::Timer empty;
    std::function<void(const char*)> fault_handler;
    bool let_go = false;
};

TaskSet::TaskSet(asio::io_context& loop) : state_(std::make_shared<State>(loop)) {}

TaskSet::~TaskSet() {
    if (state_->tasks.empty() || state_->let_go || state_->loop.stopped())
        return;
    std::fputs("base::TaskSet destroyed with running tasks: join() it first\n", stderr);
    std::terminate();
}

void TaskSet::spawn(Awaitable<void> task) {
    const auto entry = state_->tasks.emplace(state_->tasks.end());
    asio::co_spawn(state_->loop, State::run(std::move(task), *entry),
                   asio::bind_cancellation_slot(entry->signal.slot(),
                                                [state = state_, entry](const std::exception_ptr&) {
                                                    state->finished(entry);
                                                }));
}

void TaskSet::cancel_all() {
    state_->cancel_all();
}

void TaskSet::let_go() {
    state_->let_go = true;
    if (!state_->tasks.empty())
        state_->cancel_all();
}

Awaitable<void> TaskSet::join() {
    return State::join(state_);
}

std::size_t TaskSet::running() const {
    return state_->tasks.size();
}

void TaskSet::on_fault(std::function<void(const char*)> handler) {
    state_->fault_handler = std::move(handler);
}

} // namespace base
