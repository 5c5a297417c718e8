// SPDX-License-Identifier: Apache-2.0
#pragma once
// The client's side of one HTTP/2 connection (RFC 9113): requests in, octets out, octets in,
// responses out; sizes bounded. Knows no socket and no clock.

#include "base/core/result.hpp"
#include "base/http/message.hpp"
#include "http2_session.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base::http {

/// One request under way. Belongs to whoever waits for it, and is withdrawn before it dies.
struct Http2Call {
    const Request* request = nullptr; ///< lives as long
    Result<Response> result;          ///< as far as it came, until it has ended
    /// It has ended because the peer, or its connection, went away before the first octet of a
    /// response.
    bool unanswered = false;
    /// The peer said that it has not processed the request (RFC 9113 §8.7).
    bool unprocessed = false;

private:
    friend class Http2Client;
    std::int32_t stream = 0;
    std::size_t index = 0; ///< among the client's calls
    Http2Body body;
    std::optional<Failure> flaw; ///< what we found wrong with the response
    std::size_t head_octets = 0;
    int interim = 0;
    bool answered = false;
    bool head_done = false;
    bool not_sent = false;
    bool reset_by_peer = false;
};

class Http2Client {
public:
    struct Options {
        std::string scheme;    ///< "https"
        std::string authority; ///< of requests without Host
        std::string peer;      ///< for failures
        std::size_t body_limit = 1024 * 1024;
    };
    explicit Http2Client(Options options);
    ~Http2Client();
    Http2Client(const Http2Client&) = delete;
    Http2Client& operator=(const Http2Client&) = delete;

    /// Whether the peer lets another request begin now.
    [[nodiscard]] bool has_room() const;
    /// How full it is: 1 when has_room() would be false for the number of requests.
    [[nodiscard]] double load() const;
    /// Whether the peer has said how many it allows.
    [[nodiscard]] bool has_limits() const { return has_limits_; }
    /// Failure invalid when it cannot be sent; then nothing has happened.
    [[nodiscard]] Result<void> submit(Http2Call& call);
    /// Ends the stream; nothing more is heard of the call.
    void withdraw(Http2Call& call);

    /// As Http2Speaker.
    [[nodiscard]] bool receive(std::string_view octets);
    [[nodiscard]] bool append(std::string& out, std::size_t enough);
    [[nodiscard]] bool is_over() const;

    /// The next call that has ended, with its result; null when there is none. One by one, as
    /// whoever is told of an end may withdraw another call.
    [[nodiscard]] Http2Call* next_ended();
    /// The connection is gone, for this reason: ends all calls.
    void lose(const Failure& why);
    void ping();
    /// Says goodbye.
    void end();

    [[nodiscard]] std::size_t calls() const { return calls_.size(); }
    /// The peer lets no further requests begin, ever.
    [[nodiscard]] bool is_leaving() const;
    /// Whether any response has begun to arrive.
    [[nodiscard]] bool has_answered() const { return has_answered_; }
    /// What the peer did that HTTP/2 does not allow; empty if nothing.
    [[nodiscard]] const std::string& complaint() const { return complaint_; }

private:
    struct Callbacks;
    void take_field(Http2Call& call, std::string_view name, std::string_view value);
    void end_head(Http2Call& call);
    void take_body(Http2Call& call, std::string_view octets);
    void complete(Http2Call& call);
    void closed(Http2Call& call, std::uint32_t code);
    /// The call has ended, with the result that it has.
    void finish(Http2Call& call);
    void fail_call(Http2Call& call, Failure why);
    void refuse(Http2Call& call, FailureKind kind, std::string detail);
    [[nodiscard]] std::size_t room() const;
    [[nodiscard]] Http2Session make_session(const nghttp2_option* options);

    Options options_;
    std::vector<Http2Call*> calls_; ///< under way
    std::deque<Http2Call*> ended_;
    std::string complaint_;
    bool has_answered_ = false;
    bool has_limits_ = false;
    bool ended_by_us_ = false;
    bool goaway_ = false;
    Http2Session session_; // last: its end calls back
};

} // namespace base::http
