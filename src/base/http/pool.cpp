// SPDX-License-Identifier: Apache-2.0
#include "base/http/client.hpp"

#include "base/async/deadline.hpp"
#include "base/async/one_shot.hpp"
#include "peer_addresses.hpp"
#include "peer_connection.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <deque>
#include <fmt/format.h>
#include <list>

namespace base::http {

namespace {

using Connection = std::unique_ptr<PeerConnection>;

struct Idle {
    Connection connection;
    SteadyTime since;
};

std::string default_host_header(const PoolOptions& options) {
    const auto literal = net::IpAddress::parse(options.host);
    const std::string host = literal ? literal->to_host() : options.host;
    const std::uint16_t usual = options.tls ? 443 : 80;
    return options.port == usual ? host : fmt::format("{}:{}", host, options.port);
}

} // namespace

/// Invariant: somebody waits only while every one of max_connections is in use, so that no idle
/// connection is passed over.
struct Pool::State : std::enable_shared_from_this<State> {
    class Lease;
    class Waiter;

    State(asio::io_context& l, const Clock& c, PoolOptions o)
        : loop(l),
          clock(c),
          options(std::move(o)),
          host_header(default_host_header(options)),
          addresses(l, c, options.host),
          reaper(l) {}

    /// A place, with a connection that was idle or none yet; nothing when all are in use.
    std::optional<Lease> try_acquire();
    Awaitable<Result<Lease>> wait_for_lease(Deadline deadline);
    Awaitable<Result<Connection>> connect(Deadline deadline);
    void release(Connection connection);
    void shut();
    void arm_reaper();
    void reap();
    static Awaitable<Result<Response>> send(std::shared_ptr<State> self, Request request,
                                            Deadline deadline);

    asio::io_context& loop;
    const Clock& clock;
    PoolOptions options;
    std::string host_header;
    PeerAddresses addresses;
    std::deque<Idle> idle; ///< the longest idle first; taken from the back, expired from the front
    std::list<Waiter*> waiting;
    std::size_t open = 0; ///< places in use, connected or being connected, and idle connections
    bool closed = false;
    asio::steady_timer reaper;
    bool reaper_armed = false;
};

/// One of the max_connections places; gives it back when it dies, with its connection if that is
/// still good.
class Pool::State::Lease {
public:
    Lease(std::shared_ptr<State> state, Connection connection)
        : state_(std::move(state)), connection_(std::move(connection)) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
        if (state_) {
            state_->release(std::move(connection_));
        }
    }
    Connection& connection() { return connection_; }

private:
    std::shared_ptr<State> state_; // shared: a request may outlive its Pool
    Connection connection_;
};

/// A place in the queue. Dies with the waiting frame; a lease that arrived too late goes on.
class Pool::State::Waiter {
public:
    explicit Waiter(State& state)
        : wake(state.loop), state_(state), at_(state.waiting.insert(state.waiting.end(), this)) {}
    ~Waiter() {
        if (!wake.is_set()) {
            state_.waiting.erase(at_);
        }
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    OneShot<bool> wake;
    std::optional<Lease> lease;

private:
    State& state_;
    std::list<Waiter*>::iterator at_;
};

std::optional<Pool::State::Lease> Pool::State::try_acquire() {
    while (!idle.empty()) {
        Connection connection = std::move(idle.back().connection);
        idle.pop_back();
        if (!connection->is_stale()) {
            return Lease(shared_from_this(), std::move(connection));
        }
        --open;
    }
    if (open < options.max_connections) {
        ++open;
        return Lease(shared_from_this(), nullptr);
    }
    return std::nullopt;
}

Awaitable<Result<Pool::State::Lease>> Pool::State::wait_for_lease(Deadline deadline) {
    const auto self = shared_from_this();
    if (self->waiting.size() >= self->options.max_waiting) {
        co_return fail(FailureKind::overloaded,
                       fmt::format("{} requests wait for a connection to {} already",
                                   self->waiting.size(), self->options.host));
    }
    Waiter waiter(*self);
    const auto woken = co_await with_deadline(
        deadline, "waiting for a connection to " + self->options.host, waiter.wake.wait());
    if (!woken) {
        co_return std::unexpected(woken.error());
    }
    if (!waiter.lease) {
        co_return fail(FailureKind::cancelled, "the pool was closed");
    }
    if (deadline.passed(self->clock.steady())) { // the turn came with the end: no time to connect
        co_return fail(FailureKind::timeout, "waiting for a connection to " + self->options.host);
    }
    co_return std::move(*waiter.lease);
}

Awaitable<Result<Connection>> Pool::State::connect(Deadline deadline) {
    const Deadline until = deadline.within(clock.steady(), options.connect_timeout);
    const auto found = co_await addresses.get(until);
    if (!found) {
        co_return std::unexpected(found.error());
    }
    Failure last{FailureKind::no_address, options.host + " has no address of the source's family"};
    for (std::size_t i = 0; i < found->size(); ++i) {
        const net::IpAddress& address = (*found)[i];
        if (options.source && options.source->family() != address.family()) {
            continue;
        }
        // A silent address must leave time for the others.
        const SteadyTime now = clock.steady();
        const auto share = until.remaining(now) / static_cast<int>(found->size() - i);
        auto connection = co_await PeerConnection::open(options, {address, options.port},
                                                        until.within(now, share));
        if (connection) {
            co_return connection;
        }
        last = std::move(connection.error());
        if (last.kind == FailureKind::cancelled || until.passed(clock.steady())) {
            break;
        }
    }
    co_return std::unexpected(std::move(last));
}

void Pool::State::release(Connection connection) {
    if (closed) {
        connection.reset();
    }
    if (!waiting.empty()) {
        Waiter* first = waiting.front();
        waiting.pop_front();
        first->lease.emplace(shared_from_this(), std::move(connection));
        first->wake.set(true);
    } else if (connection && idle.size() < options.max_idle) {
        idle.push_back({std::move(connection), clock.steady()});
        arm_reaper();
    } else {
        --open;
    }
}

void Pool::State::shut() {
    closed = true;
    open -= idle.size();
    idle.clear();
    reaper.cancel();
    for (Waiter* waiter : std::exchange(waiting, {})) {
        waiter->wake.set(false);
    }
}

void Pool::State::arm_reaper() {
    if (std::exchange(reaper_armed, true)) {
        return;
    }
    reaper.expires_at(idle.front().since + options.idle_timeout);
    reaper.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        if (const auto self = weak.lock(); self && !error) {
            self->reap();
        }
    });
}

void Pool::State::reap() {
    reaper_armed = false;
    const SteadyTime now = clock.steady();
    while (!idle.empty() && idle.front().since + options.idle_timeout <= now) {
        idle.pop_front();
        --open;
    }
    if (!idle.empty()) {
        arm_reaper();
    }
}

Awaitable<Result<Response>> Pool::State::send(std::shared_ptr<State> self, Request request,
                                              Deadline deadline) {
    if (deadline.passed(self->clock.steady())) {
        co_return fail(FailureKind::timeout, "no time was left to ask " + self->options.host);
    }
    if (request.headers.count("Host") == 0) {
        request.headers.add("Host", self->host_header);
    }
    std::optional<Lease> lease = self->try_acquire();
    if (!lease) {
        auto waited = co_await self->wait_for_lease(deadline);
        if (!waited) {
            co_return std::unexpected(std::move(waited.error()));
        }
        lease.emplace(std::move(*waited));
    }
    bool reused = lease->connection() != nullptr;
    while (true) {
        if (!lease->connection()) {
            auto fresh = co_await self->connect(deadline);
            if (!fresh) {
                co_return std::unexpected(std::move(fresh.error()));
            }
            lease->connection() = std::move(*fresh);
        }
        auto attempt = co_await lease->connection()->exchange(request, deadline);
        if (!attempt.reusable) {
            lease->connection().reset();
        }
        if (!attempt.died_unanswered || !reused) {
            co_return std::move(attempt.result);
        }
        reused = false; // a second death is the peer's answer
    }
}

Pool::Pool(asio::io_context& loop, const Clock& clock, PoolOptions options)
    : state_(std::make_shared<State>(loop, clock, std::move(options))) {}

Pool::~Pool() {
    state_->shut();
}

Awaitable<Result<Response>> Pool::send(Request request, Deadline deadline) {
    return State::send(state_, std::move(request), deadline);
}

void Pool::close_idle() {
    state_->open -= state_->idle.size();
    state_->idle.clear();
}

std::size_t Pool::open_connections() const {
    return state_->open;
}

} // namespace base::http
