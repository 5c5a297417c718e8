// SPDX-License-Identifier: Apache-2.0
#pragma once
// One HTTP/2 connection of a server, once its handshake is done. Lives in the frame of its
// session's coroutine; requests are answered by workers beside it.

#include "base/async/alarm.hpp"
#include "base/async/awaitable.hpp"
#include "base/async/task_set.hpp"
#include "base/http/server.hpp"
#include "http2_link.hpp"
#include "http2_server.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace base::http {

struct ServerCore;

class Http2Serving final : Http2Speaker {
public:
    Http2Serving(ServerCore& core, Transport& transport, const Peer& peer);

    /// Returns when the connection is closed and no handler runs. `first` are octets that have been
    /// read already.
    [[nodiscard]] Awaitable<void> run(std::string_view first);
    /// Ends once nothing is under way.
    void drain();

private:
    bool heard(std::string_view octets) override;
    bool append(std::string& out, std::size_t enough) override;
    bool is_over() override { return protocol_.is_over(); }

    void take_arrivals();
    /// After whatever may have changed the protocol's state: sends, in the end.
    void proceed();
    void settle();
    void look_at_the_clock();
    /// Answers `stream`, and then the streams it is given: to begin a coroutine costs more than to
    /// resume one.
    [[nodiscard]] Awaitable<void> work(Http2Server::Stream* stream);
    /// Lets those workers end that have nothing to do.
    void dismiss();

    ServerCore& core_;
    Transport& transport_;
    const Peer& peer_;
    Http2Server protocol_;
    Http2Link link_;
    Alarm alarm_;
    /// Resumes a worker with what it answers next; null: it ends.
    using Worker = std::move_only_function<void(Http2Server::Stream*)>;
    std::vector<Worker> resting_;
    bool ended_ = false; ///< no further streams will come
    bool idled_ = false; ///< it ended because nothing was under way
    TaskSet tasks_;      // last: its tasks refer to the others
};

} // namespace base::http
