// SPDX-License-Identifier: Apache-2.0
#include "base/async/deadline.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace base {

namespace detail {

bool is_cancellation(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const boost::system::system_error& e) {
        return e.code() == asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

void DeadlineRace::arm(Deadline deadline) {
    timer_.expires_at(deadline.at());
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error)
            self->stop_work(Stop::timeout);
    });
}

void DeadlineRace::finish() {
    finished_ = true;
    timer_.cancel();
}

void DeadlineRace::stop_work(Stop why) {
    if (finished_ || stop_ != Stop::none)
        return;
    stop_ = why;
    signal_.emit(asio::cancellation_type::terminal);
}

Failure stop_failure(DeadlineRace::Stop why, std::string phase) {
    return Failure{why == DeadlineRace::Stop::timeout ? FailureKind::timeout
                                                      : FailureKind::cancelled,
                   std::move(phase)};
}

} // namespace detail

Awaitable<Result<void>> sleep_until(Deadline deadline) {
    detail::Timer timer(co_await asio::this_coro::executor, deadline.at());
    const auto [error] = co_await timer.async_wait(asio::as_tuple(asio::deferred));
    if (error)
        co_return fail(FailureKind::cancelled, "cancelled while sleeping");
    co_return Result<void>();
}

} // namespace base
