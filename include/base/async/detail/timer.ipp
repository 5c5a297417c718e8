// SPDX-License-Identifier: Apache-2.0
#pragma once
// The timers that coroutines of this program wait for: on a loop, whose executor they name.

#include "base/async/awaitable.hpp"

#include <boost/asio/basic_waitable_timer.hpp>

#include <chrono>

namespace base::detail {

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

} // namespace base::detail
