// SPDX-License-Identifier: Apache-2.0
#pragma once
// The server's side of one HTTP/2 connection (RFC 9113): octets in, requests out, responses in,
// octets out; every size, number and time bounded. Knows no socket, no handler and no clock.

#include "base/core/clock.hpp"
#include "base/http/message.hpp"
#include "base/http/server.hpp"
#include "http2_session.hpp"

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base::http {

class Http2Server {
public:
    /// One request. Those that arrivals() has handed out stay until they are answered, whatever
    /// becomes of the connection's stream.
    struct Stream {
        std::int32_t id = 0;
        Request request;
        /// Set when there is no request to handle, and why.
        std::optional<Rejection> rejection;
        std::string detail;

    private:
        friend class Http2Server;
        enum class Phase { head, body, handling, responding, unread, cut };
        Phase phase = Phase::head;
        SteadyTime since{};    ///< when the phase began
        bool complete = false; ///< the request's end has come
        bool gone = false;     ///< nobody waits for the response any more
        bool has_authority = false;
        bool expects_continue = false; ///< RFC 9110 §10.1.1
        bool is_too_long = false;      ///< the length of the body, as it is stated
        int hosts = 0;
        std::size_t head_octets = 0;
        std::string response;
        Http2Body body;
        std::list<Stream>::iterator at;
    };

    Http2Server(const ServerLimits& limits, SteadyTime now);
    Http2Server(const Http2Server&) = delete;
    Http2Server& operator=(const Http2Server&) = delete;

    /// False when the connection is beyond repair: what append() still has is sent, and it is
    /// closed.
    [[nodiscard]] bool receive(std::string_view octets, SteadyTime now);
    /// The requests that have become complete, and those to reject. Each is answered with
    /// respond().
    [[nodiscard]] std::vector<Stream*> arrivals();
    /// `stream` may be gone after.
    void respond(Stream& stream, Response response, std::string_view date, SteadyTime now);
    /// Appends what is ready to be sent, until `out` holds about `enough` octets. As receive().
    [[nodiscard]] bool append(std::string& out, std::size_t enough);

    /// Enforces the times, the next of which is next_look(). Streams to reject are among the
    /// arrivals.
    void expire(SteadyTime now);
    [[nodiscard]] SteadyTime next_look() const;
    /// Tells the client to send no further requests (RFC 9113 §6.8). Those that come still are
    /// answered.
    void shut_down();
    /// Says the last word.
    void end(std::uint32_t code);

    [[nodiscard]] bool is_shutting_down() const { return shutting_down_; }
    /// Nothing is under way that the client could be waiting for.
    [[nodiscard]] bool is_idle() const { return streams_ == 0; }
    /// Nothing will be sent or understood any more.
    [[nodiscard]] bool is_over() const;

private:
    struct Callbacks;
    using Phase = Stream::Phase;
    using Streams = std::list<Stream>;

    void begin_request(std::int32_t id);
    void end_head(Stream& stream, bool end_of_stream);
    void end_request(Stream& stream);
    void take_field(Stream& stream, std::string_view name, std::string_view value);
    void look_at(Stream& stream, std::string_view name, std::string_view value) const;
    void take_body(Stream& stream, std::string_view octets);
    void arrive(Stream& stream);
    void reject(Stream& stream, Rejection why, std::string detail);
    void responded(Stream& stream);
    void closed(Stream& stream);
    void cut(Stream& stream, std::uint32_t code);
    void move_to(Streams& list, Stream& stream, Phase phase);
    void forget(Stream& stream);
    [[nodiscard]] Streams& list_of(Phase phase);
    [[nodiscard]] Http2Session make_session(const nghttp2_option* options);
    /// The connection's window is given back only while what is held is within bounds.
    void held(std::size_t more, std::size_t less);
    [[nodiscard]] std::size_t held_max() const { return 64 * 1024 + 4096 * limits_.streams; }

    const ServerLimits& limits_;
    SteadyTime now_;
    std::optional<SteadyTime> settings_due_; ///< until the client's preface has come
    SteadyTime idle_since_;
    Streams heads_, bodies_, handling_, responding_, unread_, cut_; ///< each in order of `since`
    std::size_t streams_ = 0;                                       ///< in all the lists
    std::vector<Stream*> arrived_;
    std::size_t held_octets_ = 0; ///< of bodies of requests
    std::size_t owed_ = 0;        ///< of the connection's window
    std::size_t trifles_ = 0;     ///< frames since the last that did anything
    std::size_t served_ = 0;
    bool shutting_down_ = false;
    Http2Session session_; // last: its end calls back
};

} // namespace base::http
