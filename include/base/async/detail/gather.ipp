// SPDX-License-Identifier: Apache-2.0
#pragma once
// The body of gather().

#include "base/async/detail/outcome.ipp"
#include "base/async/detail/timer.ipp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <cstddef>
#include <vector>

namespace base::detail {

/// Counts the members of one gather() down and cancels them. Lives in the frame of gather(), which
/// outlives every member because it waits for them.
class Group {
public:
    Group(const Executor& executor, std::size_t members)
        : signals_(members), running_(members), all_done_(executor, Timer::time_point::max()) {}

    [[nodiscard]] asio::cancellation_slot slot(std::size_t member) {
        return signals_[member].slot();
    }
    void member_done();
    void cancel();
    [[nodiscard]] bool cancelled() const { return cancelled_; }
    /// Returns when every member is done. Cancellation of the caller cancels the members instead of
    /// ending the wait; the caller must have switched throw_if_cancelled off.
    [[nodiscard]] Awaitable<void> wait();

private:
    std::vector<asio::cancellation_signal> signals_;
    std::size_t running_;
    bool cancelled_ = false;
    Timer all_done_; ///< never expires: cancelling it wakes wait()
};

/// Running out of memory half-way would leave members that refer to a dead frame: noexcept.
template <class T>
void start(const Executor& executor, Group& group, std::vector<Awaitable<T>> tasks,
           std::vector<Outcome<T>>& outcomes) noexcept {
    for (std::size_t i = 0; i < tasks.size(); ++i)
        asio::co_spawn(
            executor, keep_outcome(std::move(tasks[i]), outcomes[i]),
            asio::bind_cancellation_slot(
                group.slot(i), [&group](const std::exception_ptr&) { group.member_done(); }));
    if (group.cancelled()) // by a member that ran at once: those started after it have not heard
        group.cancel();
}

/// A fault of one goes before the cancellation of another.
template <class T>
std::vector<T> collect(std::vector<Outcome<T>> outcomes) {
    std::exception_ptr first;
    for (const auto& outcome : outcomes)
        if (outcome.error
            && (!first || (is_cancellation(first) && !is_cancellation(outcome.error))))
            first = outcome.error;
    if (first)
        std::rethrow_exception(first);
    std::vector<T> results;
    results.reserve(outcomes.size());
    for (auto& outcome : outcomes)
        results.push_back(std::move(*outcome.value));
    return results;
}

} // namespace base::detail

namespace base {

template <class T>
Awaitable<std::vector<T>> gather(std::vector<Awaitable<T>> tasks) {
    if (tasks.size() == 1) { // nobody to run beside it
        std::vector<T> only;
        only.push_back(co_await std::move(tasks.front()));
        co_return only;
    }
    const Executor executor = co_await asio::this_coro::executor;
    auto cancellation = co_await asio::this_coro::cancellation_state;
    detail::Group group(executor, tasks.size());
    std::vector<detail::Outcome<T>> outcomes(tasks.size());
    auto slot = cancellation.slot();
    if (slot.is_connected())
        slot.assign([&group](asio::cancellation_type) { group.cancel(); });
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    detail::start(executor, group, std::move(tasks), outcomes);
    co_await group.wait();
    slot.clear();
    co_await asio::this_coro::throw_if_cancelled(throws);
    co_return detail::collect(std::move(outcomes));
}

} // namespace base
