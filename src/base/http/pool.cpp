// SPDX-License-Identifier: Apache-2.0
#include "pool_state.hpp"

#include "base/async/one_shot.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace base::http {

PeerConnection* Pool::State::connection_with_room() {
    // The first is filled before the next is used: what goes out together costs one write.
    const auto found = std::ranges::find_if(connections, &PeerConnection::can_take);
    return found == connections.end() ? nullptr : &*found;
}

Result<void> Pool::State::begin(Call& call) {
    Result<void> begun;
    if (PeerConnection* connection = connection_with_room()) {
        begun = submit(call, *connection);
    } else if (waiting.size() >= options.max_waiting) {
        begun = fail(FailureKind::overloaded,
                     fmt::format("{} requests wait for a connection to {} already", waiting.size(),
                                 options.host));
    } else {
        call.wait(waiting.end());
    }
    connect_if_needed();
    return begun;
}

Result<void> Pool::State::submit(Call& call, PeerConnection& connection) {
    auto submitted = connection.submit(call);
    if (submitted) {
        call.at = &connection;
    }
    return submitted;
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
    Line failed;
    for (auto next = waiting.begin(); next != waiting.end();) {
        Call& call = **next;
        ++next;
        if (!was_silent || call.in_line_since < number) {
            failed.splice(failed.end(), waiting, call.place);
            call.line = &failed;
        }
    }
    while (!failed.empty()) { // any of them may withdraw others
        Call& call = *failed.front();
        call.leave();
        call.caller.answered(std::unexpected(why));
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
        first.line = nullptr;
        if (auto submitted = submit(first, *connection); !submitted) {
            first.caller.answered(std::unexpected(std::move(submitted.error())));
        }
    }
    if (closed) {
        close_idle();
    }
}

void Pool::State::ended(PeerConnection& connection, Http2Call& ended) {
    Call& call = static_cast<Call&>(ended);
    call.at = nullptr;
    if (call.result) {
        patience.answered(clock.steady());
    }
    const bool again = !call.result && !std::exchange(call.sent_again, true)
                       && (call.unprocessed || (call.unanswered && connection.has_answered()));
    if (again && !call.deadline.passed(clock.steady())) {
        call.wait(waiting.begin());
        connect_if_needed();
    } else {
        call.caller.answered(std::move(call.result));
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

Result<Pool::Asked> Pool::State::ask(Request request, Deadline deadline, Caller& caller) {
    if (deadline.passed(clock.steady())) {
        return fail(FailureKind::timeout, "no time was left to ask " + options.host);
    }
    auto call = std::make_unique<Call>(shared_from_this(), std::move(request), deadline, caller);
    if (auto begun = begin(*call); !begun) {
        return std::unexpected(std::move(begun.error()));
    }
    return Asked(std::move(call));
}

namespace {

class WaitingCaller final : public Pool::Caller {
public:
    explicit WaitingCaller(asio::io_context& loop) : response(loop) {}
    void answered(Result<Response> with) noexcept override { response.set(std::move(with)); }

    OneShot<Result<Response>> response;
};

} // namespace

Awaitable<Result<Response>> Pool::State::send(std::shared_ptr<State> self, Request request,
                                              Deadline deadline) {
    WaitingCaller caller(self->loop);
    const auto asked = self->ask(std::move(request), deadline, caller);
    if (!asked) {
        co_return std::unexpected(asked.error());
    }
    auto response = co_await caller.response.wait_until(deadline, {});
    if (!response) {
        co_return std::unexpected(asked->given_up(response.error().kind));
    }
    co_return std::move(*response);
}

Pool::Asked::Asked() = default;
Pool::Asked::Asked(std::unique_ptr<Call> call) : call_(std::move(call)) {}
Pool::Asked::Asked(Asked&& other) noexcept = default;
Pool::Asked& Pool::Asked::operator=(Asked&& other) noexcept = default;
Pool::Asked::~Asked() = default;

Failure Pool::Asked::given_up(FailureKind why) const {
    const std::string& host = call_->state->options.host;
    if (why != FailureKind::timeout) {
        return {why, "asking " + host};
    }
    const auto* what = call_->at != nullptr ? "an answer of" : "a connection to";
    return {why, fmt::format("waiting for {} {}", what, host)};
}

Pool::Pool(asio::io_context& loop, const Clock& clock, PoolOptions options)
    : state_(std::make_shared<State>(loop, clock, std::move(options))) {}

Pool::~Pool() {
    state_->shut();
}

Result<Pool::Asked> Pool::ask(Request request, Deadline deadline, Caller& caller) {
    return state_->ask(std::move(request), deadline, caller);
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
