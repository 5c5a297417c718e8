// SPDX-License-Identifier: Apache-2.0
#include "base/http/server.hpp"

#include "base/async/deadline.hpp"
#include "base/async/task_set.hpp"
#include "base/net/connect.hpp"
#include "server_core.hpp"
#include "server_session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <map>
#include <sys/socket.h>
#include <system_error>

namespace base::http {
namespace {

using asio::ip::tcp;
using boost::system::error_code;

/// Accepting failed: this long until the next try, since the next one would fail as well.
constexpr Milliseconds accept_pause{100};
/// Connections accepted before others run: a burst must not cost a turn of the loop for each, and
/// the requests that are there must not wait for all of it.
constexpr int accept_batch = 64;

/// Errors that concern only the connection that was about to be accepted (accept(2)).
bool is_the_peers(const error_code& error) {
    return error == asio::error::connection_aborted || error == boost::system::errc::protocol_error;
}

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

/// A dual-stack listener sees IPv4 peers as ::ffff:192.0.2.1; they are shown and counted as IPv4.
net::Endpoint peer_endpoint(tcp::endpoint from) {
    if (from.address().is_v6() && from.address().to_v6().is_v4_mapped()) {
        from.address(asio::ip::make_address_v4(asio::ip::v4_mapped, from.address().to_v6()));
    }
    return net::from_asio(from);
}

} // namespace

struct Server::State {
    State(asio::io_context& l, const Clock& clock, log::Logger& log, ServerOptions options)
        : loop(l),
          core{.clock = clock, .log = log, .options = std::move(options)},
          acceptor(l),
          tasks(l) {
        tasks.on_fault([&log](const char* what) { log.error("session-fault", {{"what", what}}); });
        listen();
    }

    void listen() {
        const tcp::endpoint at = net::to_asio(core.options.listen);
        try {
            acceptor.open(at.protocol());
            acceptor.set_option(tcp::acceptor::reuse_address(true));
            if (core.options.reuse_port) {
                acceptor.set_option(ReusePort(true));
            }
            // Without it a connection that its peer has given up makes accept(2) wait for the next.
            acceptor.set_option(tcp::acceptor::enable_connection_aborted(true));
            acceptor.bind(at);
            acceptor.listen();
            acceptor.non_blocking(true);
        } catch (const boost::system::system_error& error) {
            throw std::system_error(error.code(),
                                    "cannot listen on " + core.options.listen.to_string());
        }
    }

    bool admits(const net::IpAddress& address) {
        const auto known = by_address.find(address);
        return core.sessions.size() < core.options.limits.connections
               && (known == by_address.end()
                   || known->second < core.options.limits.connections_per_address);
    }

    asio::io_context& loop;
    ServerCore core;
    tcp::acceptor acceptor;
    std::map<net::IpAddress, std::size_t> by_address;
    TaskSet tasks; // last: its tasks refer to the others
};

namespace {

/// Holds a place in the count of an address.
class AddressCount {
public:
    AddressCount(std::map<net::IpAddress, std::size_t>& counts, const net::IpAddress& address)
        : counts_(counts), entry_(counts.try_emplace(address, 0).first) {
        ++entry_->second;
    }
    ~AddressCount() {
        if (--entry_->second == 0) {
            counts_.erase(entry_);
        }
    }
    AddressCount(const AddressCount&) = delete;
    AddressCount& operator=(const AddressCount&) = delete;

private:
    std::map<net::IpAddress, std::size_t>& counts_;
    std::map<net::IpAddress, std::size_t>::iterator entry_;
};

} // namespace

/// The coroutines of a server. Each shares the state: a loop that is destroyed early destroys them
/// after the Server.
struct Server::Tasks {
    static Awaitable<void> serve(std::shared_ptr<State> state, tcp::socket socket,
                                 net::Endpoint peer) {
        const AddressCount counted(state->by_address, peer.address);
        Session session(state->core, std::move(socket), peer);
        co_await session.run();
    }

    static Awaitable<void> accept(std::shared_ptr<State> state) {
        bool complained = false; // once per burst
        while (state->acceptor.is_open()) {
            tcp::socket socket(state->loop);
            tcp::endpoint from;
            auto [error] =
                co_await state->acceptor.async_accept(socket, from, asio::as_tuple(asio::deferred));
            if (!error) {
                complained = false;
                admit(state, std::move(socket), peer_endpoint(from));
                error = accept_waiting(state);
            }
            if (error == asio::error::operation_aborted) {
                co_return;
            }
            if (error && !is_the_peers(error)) {
                if (!std::exchange(complained, true)) {
                    state->core.log.error("accept-failed",
                                          {{"listen", state->core.options.listen.to_string()},
                                           {"reason", error.message()}});
                }
                static_cast<void>(co_await sleep_until(
                    Deadline::after(state->core.clock.steady(), accept_pause)));
            }
        }
    }

    /// What else has come by now. The error that ended it, when it is more than that nobody waits.
    static error_code accept_waiting(const std::shared_ptr<State>& state) {
        for (int accepted = 1; accepted < accept_batch && state->acceptor.is_open(); ++accepted) {
            tcp::socket socket(state->loop);
            tcp::endpoint from;
            error_code error;
            state->acceptor.accept(socket, from, error);
            if (error == asio::error::would_block || error == asio::error::try_again) {
                return {};
            }
            if (error && !is_the_peers(error)) {
                return error;
            }
            if (!error) {
                admit(state, std::move(socket), peer_endpoint(from));
            }
        }
        return {};
    }

    static void admit(const std::shared_ptr<State>& state, tcp::socket socket, net::Endpoint peer) {
        if (!state->admits(peer.address)) {
            state->core.log.debug("connection-refused",
                                  {{"peer", peer.to_string()}, {"reason", "too many connections"}});
            return;
        }
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        state->tasks.spawn(serve(state, std::move(socket), std::move(peer)));
    }

    static Awaitable<Result<void>> join(std::shared_ptr<State> state) {
        co_await state->tasks.join();
        co_return Result<void>();
    }
};

Server::Server(asio::io_context& loop, const Clock& clock, log::Logger& log, ServerOptions options)
    : state_(std::make_shared<State>(loop, clock, log, std::move(options))) {}

Server::~Server() = default;

void Server::start() {
    state_->tasks.spawn(Tasks::accept(state_));
}

net::Endpoint Server::endpoint() const {
    if (!state_->acceptor.is_open()) {
        return state_->core.options.listen;
    }
    return net::from_asio(state_->acceptor.local_endpoint());
}

Awaitable<void> Server::drain(Milliseconds limit) {
    const auto state = state_;
    state->core.draining = true;
    error_code ignored;
    state->acceptor.close(ignored);
    for (Session* session : state->core.sessions) {
        session->drain();
    }
    // Past the limit the join is cancelled, and by it every session; it still waits for their end.
    static_cast<void>(co_await with_deadline(Deadline::after(state->core.clock.steady(), limit),
                                             "draining", Tasks::join(state)));
    state->tasks.cancel_all(); // with a limit of nothing, the join above was not even begun
    co_await state->tasks.join();
}

std::size_t Server::connections() const {
    return state_->core.sessions.size();
}

} // namespace base::http
