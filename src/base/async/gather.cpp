// SPDX-License-Identifier: Apache-2.0
#include "base/async/task_set.hpp"

#include "wake.hpp"

namespace base::detail {

void Group::member_done() {
    if (--running_ == 0)
        all_done_.cancel();
}

void Group::cancel() {
    cancelled_ = true;
    for (auto& signal : signals_)
        signal.emit(asio::cancellation_type::terminal);
}

Awaitable<void> Group::wait() {
    auto cancellation = co_await asio::this_coro::cancellation_state;
    while (running_ > 0) {
        if (auto slot = cancellation.slot(); slot.is_connected())
            slot.assign([this](asio::cancellation_type) { cancel(); });
        co_await until_woken(all_done_);
    }
}

} // namespace base::detail
