// SPDX-License-Identifier: Apache-2.0
#include "peer_addresses.hpp"

#include "base/async/deadline.hpp"
#include "base/net/connect.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace base::http {
namespace {

constexpr std::chrono::seconds remembered{30};

} // namespace

struct PeerAddresses::State {
    std::vector<net::IpAddress> addresses;
    SteadyTime fresh_until{};
    std::string error;
    std::vector<Lookup> waiting; ///< not empty while a lookup is under way
};

PeerAddresses::PeerAddresses(asio::io_context& loop, const Clock& clock, std::string host)
    : loop_(loop),
      clock_(clock),
      host_(std::move(host)),
      resolver_(loop),
      state_(std::make_shared<State>()) {
    if (const auto literal = net::IpAddress::parse(host_)) {
        state_->addresses = {*literal};
        state_->fresh_until = SteadyTime::max();
    }
}

void PeerAddresses::start_lookup() {
    resolver_.async_resolve(
        host_, "", asio::ip::tcp::resolver::flags(),
        [state = state_, &clock = clock_](const boost::system::error_code& error,
                                          const asio::ip::tcp::resolver::results_type& results) {
            std::vector<net::IpAddress> found;
            for (const auto& entry : results) {
                const net::IpAddress address = net::from_asio(entry.endpoint()).address;
                if (std::ranges::find(found, address) == found.end()) {
                    found.push_back(address);
                }
            }
            state->error = error ? error.message() : "no address";
            if (!found.empty()) {
                state->addresses = std::move(found);
                state->fresh_until = clock.steady() + remembered;
            }
            for (Lookup& waiter : std::exchange(state->waiting, {})) {
                waiter.set(true);
            }
        });
}

Awaitable<Result<std::vector<net::IpAddress>>> PeerAddresses::get(Deadline deadline) {
    const auto state = state_;
    if (clock_.steady() < state->fresh_until) {
        co_return state->addresses;
    }
    Lookup done(loop_);
    state->waiting.push_back(done);
    if (state->waiting.size() == 1) {
        start_lookup();
    }
    // Known addresses are of use only while there is time to connect to them.
    if (const SteadyTime now = clock_.steady(); !state->addresses.empty()) {
        deadline = deadline.within(now, deadline.remaining(now) / 4);
    }
    const auto looked_up = co_await with_deadline(deadline, "looking up " + host_, done.wait());
    if (!state->addresses.empty()
        && (looked_up || looked_up.error().kind == FailureKind::timeout)) {
        co_return state->addresses;
    }
    if (!looked_up) {
        co_return std::unexpected(looked_up.error());
    }
    co_return fail(FailureKind::no_address, fmt::format("looking up {}: {}", host_, state->error));
}

} // namespace base::http
