// SPDX-License-Identifier: Apache-2.0
#include "base/net/connect.hpp"

#include "base/async/alarm.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace base::net {

namespace {

using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

/// The port is chosen at connect time, where it need be unique per destination only: a perspective
/// with one source address would otherwise run out of ports.
using BindWithoutPort = asio::detail::socket_option::boolean<IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT>;

Failure connect_failure(const ErrorCode& error, std::string doing) {
    if (error == asio::error::timed_out)
        return {FailureKind::connection_timeout, doing + ": no answer"};
    return to_failure(error, std::move(doing));
}

ErrorCode prepare(tcp::socket& socket, const Endpoint& to, const std::optional<IpAddress>& source) {
    ErrorCode error;
    socket.open(to.address.is_v6() ? tcp::v6() : tcp::v4(), error);
    if (error)
        return error;
    socket.set_option(tcp::no_delay(true), error);
    if (!source)
        return error;
    socket.set_option(BindWithoutPort(true), error); // an optimisation: may fail
    socket.bind(to_asio(Endpoint{*source, 0}), error);
    return error;
}

FailureKind kind_of(const ErrorCode& error) {
    namespace e = asio::error;
    if (error == e::operation_aborted)
        return FailureKind::cancelled;
    if (error == e::connection_refused)
        return FailureKind::connection_refused;
    if (error == e::eof || error == e::connection_reset || error == e::connection_aborted
        || error == e::broken_pipe || error == asio::ssl::error::stream_truncated)
        return FailureKind::connection_reset;
    if (error == e::network_unreachable || error == e::host_unreachable
        || error == e::address_family_not_supported || error == e::network_down)
        return FailureKind::network_unreachable;
    if (error == e::timed_out)
        return FailureKind::timeout;
    if (error.category() == e::get_ssl_category()
        || error.category() == asio::ssl::error::get_stream_category())
        return FailureKind::tls_failed;
    return FailureKind::io;
}

} // namespace

Awaitable<Result<tcp::socket>> connect(Endpoint to, std::optional<IpAddress> source,
                                       Deadline deadline) {
    const auto doing = [&] { return "connecting to " + to.to_string(); };
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
        co_return fail(FailureKind::cancelled, doing());
    const auto late = [&] {
        return fail(FailureKind::connection_timeout, doing() + ": no answer in the time allowed");
    };
    if (deadline.passed(std::chrono::steady_clock::now()))
        co_return late();
    const Executor executor = co_await asio::this_coro::executor;
    tcp::socket socket(executor);
    if (const ErrorCode error = prepare(socket, to, source))
        co_return std::unexpected(
            connect_failure(error, source ? doing() + " from " + source->to_string() : doing()));
    bool expired = false;
    Alarm alarm(executor.context(), [&] {
        expired = true;
        ErrorCode ignored;
        socket.cancel(ignored);
    });
    alarm.set(deadline.at());
    const auto [error] = co_await socket.async_connect(to_asio(to), asio::as_tuple(asio::deferred));
    if (expired && error == asio::error::operation_aborted)
        co_return late();
    if (error)
        co_return std::unexpected(connect_failure(error, doing()));
    co_return socket;
}

Failure to_failure(const ErrorCode& error, std::string doing) {
    const bool closed = error == asio::error::eof || error == asio::ssl::error::stream_truncated;
    return Failure{
        kind_of(error),
        fmt::format("{}: {}", doing, closed ? "the peer closed the connection" : error.message())};
}

tcp::endpoint to_asio(const Endpoint& endpoint) {
    const auto octets = endpoint.address.octets();
    if (endpoint.address.is_v6()) {
        asio::ip::address_v6::bytes_type bytes{};
        std::ranges::copy(octets, bytes.begin());
        return {asio::ip::address_v6(bytes), endpoint.port};
    }
    asio::ip::address_v4::bytes_type bytes{};
    std::ranges::copy(octets, bytes.begin());
    return {asio::ip::address_v4(bytes), endpoint.port};
}

Endpoint from_asio(const tcp::endpoint& endpoint) {
    if (endpoint.address().is_v6())
        return {IpAddress::v6(endpoint.address().to_v6().to_bytes()), endpoint.port()};
    return {IpAddress::v4(endpoint.address().to_v4().to_bytes()), endpoint.port()};
}

} // namespace base::net
