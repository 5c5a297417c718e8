// SPDX-License-Identifier: Apache-2.0
#include "base/async/periodic.hpp"

#include "base/async/deadline.hpp"
#include "base/async/detail/outcome.ipp"
#include "base/core/fault_text.hpp"

#include <exception>
#include <utility>

namespace base {

Periodic::Periodic(asio::io_context& loop, Milliseconds interval, Work work)
    : loop_(loop), interval_(interval), work_(std::move(work)), tasks_(loop) {}

void Periodic::start() {
    tasks_.spawn(run());
}

void Periodic::now() {
    called_ = true;
    if (call_)
        call_->set(true);
}

Awaitable<void> Periodic::stop() {
    tasks_.cancel_all();
    co_await tasks_.join();
}

Awaitable<void> Periodic::run() {
    SteadyTime::duration late{};
    while (true) {
        called_ = false;
        co_await round(late);
        const Deadline planned(std::chrono::steady_clock::now() + interval_); // timers are real
        if (!called_) {
            call_.emplace(loop_);
            static_cast<void>(
                co_await with_deadline(planned, "until the next round", call_->wait()));
            call_.reset();
        }
        late = called_ ? SteadyTime::duration{} : std::chrono::steady_clock::now() - planned.at();
    }
}

Awaitable<void> Periodic::round(SteadyTime::duration late) {
    std::exception_ptr fault;
    try {
        co_await work_(late);
    } catch (...) {
        fault = std::current_exception();
    }
    if (!fault)
        co_return;
    if (detail::is_cancellation(fault) || !on_fault_)
        std::rethrow_exception(fault);
    on_fault_(fault_text(fault).c_str());
}

} // namespace base
