// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/async/one_shot.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace base::dns {

/// A way to one server over one transport. Shared by those who use it; one loop.
class QueryChannel {
public:
    virtual ~QueryChannel() = default;

    struct Sent {
        OneShot<Result<std::string>> response; ///< with the query's own id and question
        std::uint64_t number = 0;              ///< for forget()
    };
    /// Sends a complete message once. Failures: connection_refused (also: unreachable, or a TCP
    /// connection closed), dns_malformed, dns_timeout, io, cancelled, overloaded when too many
    /// queries are under way.
    [[nodiscard]] virtual Sent send(std::string_view query) = 0;
    /// Whoever does not wait for the response any more says so, or has had it.
    virtual void forget(std::uint64_t number) = 0;
    /// Every query under way, and every later one, comes out as cancelled.
    virtual void close() = 0;
    /// "192.0.2.1:53"
    [[nodiscard]] virtual const std::string& server() const = 0;
};

} // namespace base::dns
