// SPDX-License-Identifier: Apache-2.0
#pragma once
// One connection of a pool: opened to a peer whose certificate says who it is, then used for one
// exchange after another.

#include "base/async/awaitable.hpp"
#include "base/core/deadline.hpp"
#include "base/core/result.hpp"
#include "base/http/client.hpp"
#include "input_buffer.hpp"
#include "response_reader.hpp"
#include "transport.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>

namespace base::http {

class PeerConnection {
public:
    /// How one exchange ended.
    struct Attempt {
        Result<Response> result;
        bool reusable = false;
        /// The connection died before the first octet of a response: the peer may have closed it
        /// before it saw the request.
        bool died_unanswered = false;
    };

    PeerConnection(asio::ip::tcp::socket socket, std::size_t body_limit);

    /// Connects to `to` and, with options.tls, shakes hands and checks who answers.
    [[nodiscard]] static Awaitable<Result<std::unique_ptr<PeerConnection>>>
    open(const PoolOptions& options, net::Endpoint to, Deadline deadline);

    [[nodiscard]] Awaitable<Attempt> exchange(const Request& request, Deadline deadline);
    /// A server speaks only when asked: what it says meanwhile is the connection's end.
    [[nodiscard]] bool is_stale() { return transport_.has_input(); }

private:
    [[nodiscard]] Awaitable<Result<void>> handshake(const PoolOptions& options, net::Endpoint to,
                                                    Deadline deadline);
    [[nodiscard]] Result<void> check_identity(const PoolOptions& options, const net::Endpoint& to);
    [[nodiscard]] Awaitable<Attempt> receive();
    [[nodiscard]] Failure why(const boost::system::error_code& error, std::string doing) const;
    /// The exchange ends without a response.
    [[nodiscard]] Attempt died(const boost::system::error_code& error, std::string_view doing,
                               bool answered) const;

    Transport transport_;
    ResponseReader reader_;
    InputBuffer input_;
    std::string output_;
    std::size_t body_limit_;
};

} // namespace base::http
