// SPDX-License-Identifier: Apache-2.0
#include "accept_loop.hpp"

#include "base/async/deadline.hpp"
#include "base/net/connect.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>

#include <cstddef>
#include <utility>

namespace mpic::challenge_target {
namespace {

constexpr std::size_t max_connections = 256;
constexpr base::Milliseconds pause_after_error{50};

} // namespace

base::Awaitable<void> accept_connections(base::asio::ip::tcp::acceptor& acceptor,
                                         const base::Clock& clock, base::TaskSet& connections,
                                         Serve serve) {
    while (true) {
        auto [error, socket] =
            co_await acceptor.async_accept(base::asio::as_tuple(base::asio::deferred));
        if (error) {
            // Out of descriptors is the likely reason, and comes again at once.
            const auto slept = co_await base::sleep_until(
                base::Deadline::after(clock.steady(), pause_after_error));
            if (!slept)
                co_return;
            continue;
        }
        boost::system::error_code gone;
        const auto remote = socket.remote_endpoint(gone);
        if (!gone && connections.running() < max_connections)
            connections.spawn(serve(std::move(socket), base::net::from_asio(remote).address));
    }
}

} // namespace mpic::challenge_target
