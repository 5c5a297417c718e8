// SPDX-License-Identifier: Apache-2.0
#include "base/http/client.hpp"

#include "base/async/alarm.hpp"
#include "base/async/one_shot.hpp"
#include "base/async/task_set.hpp"
#include "peer_addresses.hpp"
#include "peer_connection.hpp"
#include "peer_patience.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <list>
#include <utility>

namespace base::http {

/// Invariant: somebody waits only while no connection can take a request.
struct Pool::State final : std::enable_shared_from_this<State>, PeerConnection::Owner {
    struct Call;
    using Connections = std::list<PeerConnection>;

    State(asio::io_context& l, const Clock& c, PoolOptions o)
        : loop(l),
          clock(c),
          options(std::move(o)),
          addresses(l, c, options.host),
          pause(l, [this] { try_again(); }),
          tasks(l) {}
    ~State() { tasks.let_go(); } // each task shares the state
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    static Awaitable<Result<Response>> send(std::shared_ptr<State> self, Request request,
                                            Deadline deadline);
    static Awaitable<void> drive(std::shared_ptr<State> self, Connections::iterator connection,
                                 std::uint64_t number);

    void begin(Call& call);
    [[nodiscard]] PeerConnection* connection_with_room();
    void submit(Call& call, PeerConnection& connection);
    void connect_if_needed();
    void has_room() override;
    void ended(PeerConnection& connection, Http2Call& call) override;
    void fail_waiting(const Failure& why, std::uint64_t number);
    void try_again();
    void shut();
    void close_idle();

    asio::io_context& loop;
    const Clock& clock;
    PoolOptions options;
    PeerAddresses addresses;
    Connections connections;  ///< until their drive() has ended
    std::uint64_t opened = 0; ///< connections begun so far
    std::list<Call*> waiting;
    PeerPatience patience;
    Alarm pause; ///< set: the peer is being restarted, and somebody waits for it
    bool closed = false;
    TaskSet tasks; // last: its tasks refer to the others
};

/// A request, in the frame that waits for its response: waiting for a connection, or on one.
struct Pool::State::Call final : Http2Call {
    Call(State& s, const Request& r, Deadline d)
        : state(s), deadline(d), done(s.loop), alarm(s.loop, [this] { give_up(); }) {
        request = &r;
        alarm.set(deadline.at());
    }
    ~Call() { leave(); }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    void wait(std::list<Call*>::iterator before) {
        in_line = state.waiting.insert(before, this);
        in_line_since = state.opened;
    }

    void leave() {
        if (at != nullptr) {
            std::exchange(at, nullptr)->withdraw(*this);
        } else if (in_line) {
            state.waiting.erase(*std::exchange(in_line, std::nullopt));
        }
    }

    void finish(Result<Response> with) {
        result.emplace(std::move(with));
        finish();
    }
    void finish() {
        alarm.clear(); // before its frame runs again, the result stands
        done.set(true);
    }

    void give_up() {
        const std::string_view what = at != nullptr ? "an answer of" : "a connection to";
        leave();
        finish(
            fail(FailureKind::timeout, fmt::format("waiting for {} {}", what, state.options.host)));
    }

    State& state;
    Deadline deadline;
    OneShot<bool> done;
    Alarm alarm;
    PeerConnection* at = nullptr;
    std::optional<std::list<Call*>::iterator> in_line;
    std::uint64_t in_line_since = 0; ///< how many connections had begun then
    bool sent_again = false;
};

PeerConnection* Pool::State::connection_with_room() {
    // The first is filled before the next is used: what goes out together costs one write.
    const auto found = std::ranges::find_if(connections, &PeerConnection::can_take);
    return found == connections.end() ? nullptr : &*found;
}

void Pool::State::begin(Call& call) {
    if (PeerConnection* connection = connection_with_room()) {
        submit(call, *connection);
    } else if (waiting.size() >= options.max_waiting) {
        call.finish(fail(FailureKind::overloaded,
                         fmt::format("{} requests wait for a connection to {} already",
                                     waiting.size(), options.host)));
    } else {
        call.wait(waiting.end());
    }
    connect_if_needed();
}

void Pool::State::submit(Call& call, PeerConnection& connection) {
    if (auto submitted = connection.submit(call); !submitted) {
        call.finish(std::unexpected(std::move(submitted.error())));
        return;
    }
    call.at = &connection;
}

void Pool::State::connect_if_needed() {
    const auto is_of_use = [](const PeerConnection& connection) {
        return connection.is_connecting()
               || (connection.can_take() && !connection.is_nearly_full());
    };
    if (pause.is_set() || connections.size() >= options.max_connections
        || std::ranges::any_of(connections, is_of_use)) {
        return;
    }
    connections.emplace_back(loop, clock, options, addresses, *this);
    tasks.spawn(drive(shared_from_this(), std::prev(connections.end()), ++opened));
}

Awaitable<void> Pool::State::drive(std::shared_ptr<State> self, Connections::iterator connection,
                                   std::uint64_t number) {
    const Failure why = co_await connection->run();
    const bool had_answered = connection->has_answered();
    const bool found_nobody = connection->found_nobody();
    self->connections.erase(connection);
    if (had_answered || !self->connections.empty()) {
        self->try_again();
    } else if (const SteadyTime now = self->clock.steady();
               const auto again_in = found_nobody ? self->patience.refused(now) : std::nullopt) {
        self->pause.set(now + *again_in);
    } else {
        self->fail_waiting(why, number);
        self->try_again();
    }
}

/// A peer that lets nobody in has an answer for those who wait. That it was silent is one only for
/// those who have seen it: whoever came meanwhile has time left for a connection of their own.
void Pool::State::fail_waiting(const Failure& why, std::uint64_t number) {
    const bool was_silent =
        why.kind == FailureKind::timeout || why.kind == FailureKind::connection_timeout;
    std::vector<Call*> failed;
    for (Call* call : waiting) {
        if (!was_silent || call->in_line_since < number) {
            failed.push_back(call);
        }
    }
    for (Call* call : failed) {
        call->leave();
        call->finish(std::unexpected(why));
    }
}

void Pool::State::try_again() {
    has_room();
    if (!waiting.empty()) {
        connect_if_needed();
    }
}

void Pool::State::has_room() {
    while (!waiting.empty()) {
        PeerConnection* connection = connection_with_room();
        if (connection == nullptr) {
            return;
        }
        Call& first = *waiting.front();
        waiting.pop_front();
        first.in_line.reset();
        submit(first, *connection);
    }
    if (closed) {
        close_idle();
    }
}

void Pool::State::ended(PeerConnection& connection, Http2Call& ended) {
    Call& call = static_cast<Call&>(ended);
    call.at = nullptr;
    if (*call.result) {
        patience.answered(clock.steady());
    }
    const bool again = !*call.result && !std::exchange(call.sent_again, true)
                       && (call.unprocessed || (call.unanswered && connection.has_answered()));
    if (again && !call.deadline.passed(clock.steady())) {
        call.result.reset();
        call.wait(waiting.begin());
        connect_if_needed();
    } else {
        call.finish();
    }
}

void Pool::State::close_idle() {
    for (PeerConnection& connection : connections) {
        connection.close_if_idle();
    }
}

void Pool::State::shut() {
    closed = true;
    close_idle(); // the others when they have no more requests
}

Awaitable<Result<Response>> Pool::State::send(std::shared_ptr<State> self, Request request,
                                              Deadline deadline) {
    if (deadline.passed(self->clock.steady())) {
        co_return fail(FailureKind::timeout, "no time was left to ask " + self->options.host);
    }
    Call call(*self, request, deadline);
    self->begin(call);
    if (const auto woken = co_await call.done.wait(); !woken) {
        co_return fail(FailureKind::cancelled, "asking " + self->options.host);
    }
    co_return std::move(*call.result);
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
    state_->close_idle();
}

std::size_t Pool::open_connections() const {
    return state_->connections.size();
}

} // namespace base::http
