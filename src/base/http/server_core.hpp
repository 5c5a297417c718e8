// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the sessions of one server share: its options, the set of themselves, and whether it drains.

#include "base/core/clock.hpp"
#include "base/http/server.hpp"
#include "base/log/logger.hpp"
#include "message_text.hpp"

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <unordered_set>

namespace base::http {

class Session;

struct ServerCore {
    const Clock& clock;
    log::Logger& log;
    ServerOptions options;
    bool draining = false;
    std::unordered_set<Session*> sessions;

    /// The Date field, made once a second.
    [[nodiscard]] std::string_view date() {
        const auto second = std::chrono::floor<std::chrono::seconds>(clock.wall());
        if (second != date_second || date_text.empty()) {
            date_second = second;
            date_text = http_date(second);
        }
        return date_text;
    }

    /// One TLS record: what a connection reads is parsed here, where it is whole.
    std::array<char, 16 * 1024> scratch{};
    std::chrono::sys_seconds date_second{};
    std::string date_text{};
};

} // namespace base::http
