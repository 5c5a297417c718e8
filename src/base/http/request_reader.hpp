// SPDX-License-Identifier: Apache-2.0
#pragma once
// Turns received octets into one request after another (RFC 9112 §3, §5-7), with every size
// bounded. Knows no socket: feed() it. One per connection.

#include "base/http/message.hpp"
#include "base/http/server.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace base::http {

enum class ReadProgress {
    need_more,
    head, ///< the head is complete and a body follows
    done,
    failed,
};

class RequestReader {
public:
    RequestReader(std::size_t head_limit, std::size_t body_limit);
    ~RequestReader();
    RequestReader(const RequestReader&) = delete;
    RequestReader& operator=(const RequestReader&) = delete;

    /// Forgets the message that was read and begins the next one.
    void next();
    /// Parses from the front of `in` and returns how many octets were used; stops after the head,
    /// and at the end of the message.
    std::size_t feed(std::string_view in);

    [[nodiscard]] ReadProgress progress() const;
    /// Complete when done.
    [[nodiscard]] const Request& request() const;
    [[nodiscard]] bool keep_alive() const;
    [[nodiscard]] bool http10() const;
    /// RFC 9110 §10.1.1.
    [[nodiscard]] bool expects_continue() const;
    /// Why, when failed.
    [[nodiscard]] Rejection rejection() const;
    [[nodiscard]] const std::string& detail() const;

private:
    class Parser;
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace base::http
