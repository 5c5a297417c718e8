// SPDX-License-Identifier: Apache-2.0
#pragma once
// Turns received octets into a response (RFC 9112 §4-7), strictly, with every size bounded. Interim
// responses are skipped. Knows no socket: feed() it, and tell it when the input ends.

#include "base/core/result.hpp"
#include "base/http/message.hpp"

#include <memory>
#include <string_view>

namespace base::http {

class ResponseReader {
public:
    enum class Progress { head, body, done, failed };

    ResponseReader(std::size_t head_limit, std::size_t body_limit);
    ~ResponseReader();
    ResponseReader(const ResponseReader&) = delete;
    ResponseReader& operator=(const ResponseReader&) = delete;

    /// Forgets the message that was read and begins the next one.
    void next();
    /// Parses from the front of `in` and returns how many octets were used.
    std::size_t feed(std::string_view in);
    /// No more octets will come: the end of a body that has no length, else a failure.
    void end_of_input();

    [[nodiscard]] Progress progress() const;
    /// The head from body on, and as much of the body as was read.
    [[nodiscard]] Response& response();
    /// The head is complete: also when the body failed, or came with it.
    [[nodiscard]] bool has_head() const;
    /// Whether only the end of the connection ends the body.
    [[nodiscard]] bool until_close() const;
    /// The connection can carry another message. Only when done.
    [[nodiscard]] bool keep_alive() const;
    /// Done, but without the octets over the limit.
    [[nodiscard]] bool cut() const;
    /// When failed: http_malformed, http_too_large (the head), connection_reset (ended too early).
    [[nodiscard]] const Failure& failure() const;

private:
    class Parser;
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace base::http
