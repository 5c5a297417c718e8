// SPDX-License-Identifier: Apache-2.0
#pragma once
// The body of OneShot.

#include "base/async/detail/timer.ipp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>

#include <optional>
#include <string>
#include <utility>

namespace base {

template <class T>
struct OneShot<T>::State {
    explicit State(asio::io_context& l) : loop(l), wake(l, detail::Timer::time_point::max()) {}

    void set(T v) {
        if (std::exchange(is_set, true))
            return;
        value.emplace(std::move(v));
        wake.cancel();
    }

    static Awaitable<Result<T>> wait(std::shared_ptr<State> self) {
        if (!self->is_set) // the outcome says nothing: woken by set() or by a cancellation
            co_await self->wake.async_wait(asio::as_tuple(asio::deferred));
        if (!self->value)
            co_return fail(FailureKind::cancelled, "cancelled while waiting");
        co_return self->take();
    }

    static Awaitable<Result<T>> wait_until(std::shared_ptr<State> self, Deadline deadline,
                                           std::string phase) {
        bool expired = false;
        if (!self->is_set) {
            self->wake.expires_at(deadline.at());
            const auto [error] = co_await self->wake.async_wait(asio::as_tuple(asio::deferred));
            expired = !error;
        }
        if (self->value)
            co_return self->take();
        co_return fail(expired ? FailureKind::timeout : FailureKind::cancelled, std::move(phase));
    }

    Result<T> take() {
        auto result = Result<T>(std::move(*value));
        value.reset();
        return result;
    }

    asio::io_context& loop;
    // Expires at a deadline only; owned operations let a destroyed loop end the waiter.
    detail::Timer wake;
    std::optional<T> value;
    bool is_set = false;
};

template <class T>
OneShot<T>::OneShot(asio::io_context& loop) : state_(std::make_shared<State>(loop)) {}

template <class T>
void OneShot<T>::set(T value) {
    state_->set(std::move(value));
}

template <class T>
void OneShot<T>::set_from_any_thread(T value) {
    asio::post(state_->loop, [state = state_, value = std::move(value)]() mutable {
        state->set(std::move(value));
    });
}

template <class T>
bool OneShot<T>::is_set() const {
    return state_->is_set;
}

template <class T>
Awaitable<Result<T>> OneShot<T>::wait() {
    return State::wait(state_);
}

template <class T>
Awaitable<Result<T>> OneShot<T>::wait_until(Deadline deadline, std::string phase) {
    return State::wait_until(state_, deadline, std::move(phase));
}

} // namespace base
