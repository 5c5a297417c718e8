// SPDX-License-Identifier: Apache-2.0
#pragma once
// Moves the octets of an HTTP/2 connection: reads what there is when there is some, and sends what
// became ready in one turn of the loop as one write. Lives on one loop.

#include "base/async/awaitable.hpp"
#include "base/core/clock.hpp"
#include "transport.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace base::http {

/// What speaks over a link: a server's or a client's side of HTTP/2.
class Http2Speaker {
public:
    /// False: nothing that follows will be understood. What append() still has is sent, and the
    /// connection is closed.
    [[nodiscard]] virtual bool heard(std::string_view octets) = 0;
    /// Appends what is ready to be sent, until `out` holds about `enough` octets; false as above.
    [[nodiscard]] virtual bool append(std::string& out, std::size_t enough) = 0;
    /// Nothing more will be said or understood.
    [[nodiscard]] virtual bool is_over() = 0;

protected:
    ~Http2Speaker() = default;
};

class Http2Link {
public:
    /// `write_limit`: how long the peer may leave what was sent unread. References outlive the
    /// link.
    Http2Link(Transport& transport, Http2Speaker& speaker, Milliseconds write_limit);
    ~Http2Link();
    Http2Link(const Http2Link&) = delete;
    Http2Link& operator=(const Http2Link&) = delete;

    /// Reads until the connection ends: an error of the transport, which is none when the speaker
    /// is over. What remains to be sent has been, as far as there was room.
    /// `first` are octets that have been read already; they are heard before anything is sent.
    [[nodiscard]] Awaitable<boost::system::error_code> run(std::string_view first = {});
    /// Sends at the end of this turn of the loop.
    void send_soon();
    /// run() returns.
    void stop();
    /// The peer does not read: nothing can be sent now.
    [[nodiscard]] bool is_blocked() const { return blocked_; }

private:
    struct Handle;
    /// Whether to go on.
    [[nodiscard]] bool take_input(boost::system::error_code& error);
    void send_now();
    /// What does not fit into the socket's buffer stays in unsent_.
    void write_unsent();
    void wait_for_room();

    Transport& transport_;
    Http2Speaker& speaker_;
    Milliseconds write_limit_;
    std::shared_ptr<Handle> handle_; ///< shared with what is posted; knows whether the link lives
    std::string unsent_;
    boost::system::error_code write_error_;
    bool send_posted_ = false;
    bool blocked_ = false;
    bool deaf_ = false; ///< what is heard is of no use any more
    bool stopped_ = false;
};

} // namespace base::http
