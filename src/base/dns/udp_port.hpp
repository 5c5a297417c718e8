// SPDX-License-Identifier: Apache-2.0
#pragma once
// One local UDP port, connected to one server. It takes a response when it comes from the server's
// address and port and has the id and the question of a query under way (RFC 5452 §9.1); everything
// else is as if it had not come. It knows no times: whoever has waited long enough forgets.
//
// A server that does not know EDNS answers FORMERR (RFC 6891 §7). That is an answer, and is not
// asked around: such a resolver cannot validate.

#include "base/async/awaitable.hpp"
#include "base/net/ip_address.hpp"
#include "query_channel.hpp"

#include <boost/asio/ip/udp.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace base::dns {

/// All on the loop's thread. A port without queries under way does not keep the loop running.
class UdpPort final : public QueryChannel, public std::enable_shared_from_this<UdpPort> {
public:
    /// Never fails: a socket that cannot be had is a failure of the queries.
    [[nodiscard]] static std::shared_ptr<UdpPort> open(asio::io_context& loop,
                                                       const net::Endpoint& server,
                                                       const std::optional<net::IpAddress>& source);

    Result<std::uint64_t> send(std::string_view query, Receiver& receiver) override;
    void forget(std::uint64_t number) override;
    void close() override;
    [[nodiscard]] const std::string& server() const override { return server_; }

private:
    struct Query {
        Receiver* receiver;
        std::uint64_t number;     ///< its low bits are the id on the wire
        std::string_view message; ///< the receiver's, with the receiver's id, which comes back
    };
    using Queries = boost::unordered_flat_map<std::uint16_t, Query>; ///< by the id on the wire

    UdpPort(asio::io_context& loop, std::string server);
    void connect(const net::Endpoint& server, const std::optional<net::IpAddress>& source);
    void watch();
    void stop_watching_when_idle();
    void receive();
    void take(std::string_view response);
    [[nodiscard]] boost::system::error_code transmit(std::uint16_t id, std::string_view query);
    void make_room();
    void fail_all(const Failure& failure);
    [[nodiscard]] Failure failure(const boost::system::error_code& error) const;

    std::string server_;
    asio::ip::udp::socket socket_;
    std::optional<Failure> broken_; ///< why there is no socket, or that it was closed
    Queries queries_;
    std::uint64_t sent_ = 0;
    bool watching_ = false;
    bool roomy_ = false; ///< the receive buffer is large
};

} // namespace base::dns
