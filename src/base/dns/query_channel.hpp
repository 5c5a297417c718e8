// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace base::dns {

/// A way to one server over one transport. Shared by those who use it; one loop.
class QueryChannel {
public:
    /// Whoever sent a query.
    class Receiver {
    public:
        /// The response, with the query's own id and question; or why there will be none. Once for
        /// a query, unless it is forgotten before. May send again.
        virtual void received(Result<std::string> response) = 0;

    protected:
        ~Receiver() = default;
    };

    virtual ~QueryChannel() = default;

    /// Sends a complete message once; the number is for forget(). `query` and `receiver` stay until
    /// received() or forget(), and received() is not called from in here. Failures, here or there:
    /// connection_refused (also: unreachable, or a TCP connection closed), dns_malformed,
    /// dns_timeout, io, cancelled, invalid, overloaded when too many queries are under way.
    [[nodiscard]] virtual Result<std::uint64_t> send(std::string_view query,
                                                     Receiver& receiver) = 0;
    /// Whoever does not wait for the response any more says so. Nothing for a query that is over.
    virtual void forget(std::uint64_t number) = 0;
    /// Every query under way, and every later one, comes out as cancelled.
    virtual void close() = 0;
    /// "192.0.2.1:53"
    [[nodiscard]] virtual const std::string& server() const = 0;
};

} // namespace base::dns
