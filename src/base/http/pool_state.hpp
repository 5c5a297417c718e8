// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a pool consists of: connections, requests on them, and requests that wait for one.

#include "base/async/alarm.hpp"
#include "base/async/task_set.hpp"
#include "base/http/client.hpp"
#include "peer_addresses.hpp"
#include "peer_connection.hpp"
#include "peer_patience.hpp"

#include <list>
#include <memory>
#include <utility>

namespace base::http {

/// Invariant: somebody waits only while no connection can take a request.
struct Pool::State final : std::enable_shared_from_this<State>, PeerConnection::Owner {
    using Call = Asked::Call;
    using Line = std::list<Call*>;
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

    [[nodiscard]] Result<Asked> ask(Request request, Deadline deadline, Caller& caller);
    static Awaitable<Result<Response>> send(std::shared_ptr<State> self, Request request,
                                            Deadline deadline);
    static Awaitable<void> drive(std::shared_ptr<State> self, Connections::iterator connection,
                                 std::uint64_t number);

    [[nodiscard]] Result<void> begin(Call& call);
    [[nodiscard]] PeerConnection* connection_with_room();
    [[nodiscard]] static Result<void> submit(Call& call, PeerConnection& connection);
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
    Line waiting;
    PeerPatience patience;
    Alarm pause; ///< set: the peer is being restarted, and somebody waits for it
    bool closed = false;
    TaskSet tasks; // last: its tasks refer to the others
};

/// Waiting for a connection, or on one.
struct Pool::Asked::Call final : Http2Call {
    Call(std::shared_ptr<State> s, Request r, Deadline d, Caller& c)
        : state(std::move(s)), message(std::move(r)), deadline(d), caller(c) {
        request = &message;
    }
    ~Call() { leave(); }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    void wait(State::Line::iterator before) {
        place = state->waiting.insert(before, this);
        line = &state->waiting;
        in_line_since = state->opened;
    }

    void leave() {
        if (at != nullptr) {
            std::exchange(at, nullptr)->withdraw(*this);
        } else if (line != nullptr) {
            std::exchange(line, nullptr)->erase(place);
        }
    }

    std::shared_ptr<State> state; // shared: a request may outlive its pool
    Request message;
    Deadline deadline;
    Caller& caller;
    PeerConnection* at = nullptr;
    State::Line* line = nullptr; ///< that it stands in, at `place`
    State::Line::iterator place;
    std::uint64_t in_line_since = 0; ///< how many connections had begun then
    bool sent_again = false;
};

} // namespace base::http
