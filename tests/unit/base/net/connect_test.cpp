// SPDX-License-Identifier: Apache-2.0
// connect(): every way a TCP connection can come or not come about, on loopback.

#include "base/net/connect.hpp"

#include "base/async/task_set.hpp"
#include "support/run.hpp"

#include <boost/asio/ssl/error.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using base::Awaitable;
using base::Deadline;
using base::FailureKind;
using base::Result;
using base::net::Endpoint;
using base::net::IpAddress;
namespace asio = base::asio;
using asio::ip::tcp;

Deadline in(std::chrono::steady_clock::duration d) {
    return Deadline::after(std::chrono::steady_clock::now(), d);
}

IpAddress address(const char* text) {
    return *IpAddress::parse(text);
}

/// A listener on an own loopback address; nobody accepts.
tcp::acceptor listener(asio::io_context& loop, const char* on = "127.0.0.1") {
    return tcp::acceptor(loop, base::net::to_asio(Endpoint{address(on), 0}));
}

TEST(Connect, ConnectsFromTheSourceAddressWithoutDelay) {
    asio::io_context loop;
    auto server = listener(loop);
    const auto to = base::net::from_asio(server.local_endpoint());
    auto socket = test::run(loop, base::net::connect(to, address("127.0.0.9"), in(5s)));
    ASSERT_TRUE(socket) << socket.error().detail;
    EXPECT_EQ(base::net::from_asio(socket->local_endpoint()).address, address("127.0.0.9"));
    EXPECT_EQ(base::net::from_asio(socket->remote_endpoint()), to);
    tcp::no_delay no_delay;
    socket->get_option(no_delay);
    EXPECT_TRUE(no_delay.value());
}

TEST(Connect, SaysThatTheConnectionWasRefused) {
    asio::io_context loop;
    // Bound, so that nobody else gets the port, but not listening.
    const tcp::socket taken(loop, base::net::to_asio(Endpoint{address("127.0.0.1"), 0}));
    const auto to = base::net::from_asio(taken.local_endpoint());
    const auto result = test::run(loop, base::net::connect(to, {}, in(5s)));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(),
              (base::Failure{FailureKind::connection_refused,
                             "connecting to " + to.to_string() + ": Connection refused"}));
}

TEST(Connect, DoesNotConnectAfterTheDeadline) {
    asio::io_context loop;
    auto server = listener(loop);
    const auto to = base::net::from_asio(server.local_endpoint());
    const auto result = test::run(loop, base::net::connect(to, {}, in(-1ms)));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), (base::Failure{FailureKind::connection_timeout,
                                             "connecting to " + to.to_string()
                                                 + ": no answer in the time allowed"}));
}

/// Fills a listener's queue until the kernel no longer answers a SYN; false if it always does.
bool fill(asio::io_context& loop, const Endpoint& to, std::vector<tcp::socket>& sockets) {
    for (int i = 0; i < 64; ++i) {
        auto socket = test::run(loop, base::net::connect(to, {}, in(100ms)));
        if (!socket)
            return socket.error().kind == FailureKind::connection_timeout;
        sockets.push_back(std::move(*socket));
    }
    return false;
}

TEST(Connect, SaysThatNobodyAnswered) {
    asio::io_context loop;
    tcp::acceptor server(loop, tcp::v4());
    server.bind(tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    server.listen(0);
    std::vector<tcp::socket> sockets;
    const auto to = base::net::from_asio(server.local_endpoint());
    ASSERT_TRUE(fill(loop, to, sockets)) << "this kernel's listen queue has no end";
    const auto begin = std::chrono::steady_clock::now();
    const auto result = test::run(loop, base::net::connect(to, {}, in(50ms)));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, FailureKind::connection_timeout);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 50ms);
}

Awaitable<void> keep(Endpoint to, Result<tcp::socket>& result) {
    result = co_await base::net::connect(to, {}, in(1h));
}

TEST(Connect, CancellationEndsItAsAFailure) {
    asio::io_context loop;
    tcp::acceptor server(loop, tcp::v4());
    server.bind(tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    server.listen(0);
    std::vector<tcp::socket> sockets;
    const auto to = base::net::from_asio(server.local_endpoint());
    ASSERT_TRUE(fill(loop, to, sockets)) << "this kernel's listen queue has no end";
    base::TaskSet set(loop);
    Result<tcp::socket> result = base::fail(FailureKind::io, "not run");
    set.spawn(keep(to, result));
    loop.restart();
    loop.poll();
    set.cancel_all();
    test::run(loop, set.join());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, FailureKind::cancelled);
}

TEST(Connect, SaysThatTheSourceIsNotOurs) {
    asio::io_context loop;
    const auto result = test::run(
        loop, base::net::connect({address("127.0.0.1"), 9}, address("192.0.2.1"), in(5s)));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, FailureKind::io);
    EXPECT_NE(result.error().detail.find("from 192.0.2.1"), std::string::npos);
}

TEST(Connect, SaysThatAFamilyHasNoRoute) {
    asio::io_context loop;
    // An IPv4 multicast group is no destination for TCP: the kernel refuses without a packet.
    const auto result = test::run(loop, base::net::connect({address("224.0.0.1"), 9}, {}, in(5s)));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, FailureKind::network_unreachable);
}

TEST(ToFailure, NamesWhatAnErrorMeansOnAnEstablishedConnection) {
    using base::net::to_failure;
    const std::pair<boost::system::error_code, FailureKind> cases[] = {
        {asio::error::eof, FailureKind::connection_reset},
        {asio::error::connection_reset, FailureKind::connection_reset},
        {asio::error::broken_pipe, FailureKind::connection_reset},
        {asio::ssl::error::stream_truncated, FailureKind::connection_reset},
        {asio::error::operation_aborted, FailureKind::cancelled},
        {asio::error::host_unreachable, FailureKind::network_unreachable},
        {asio::error::timed_out, FailureKind::timeout},
        {asio::error::no_buffer_space, FailureKind::io},
        {{0x0A000086, asio::error::get_ssl_category()}, FailureKind::tls_failed},
    };
    for (const auto& [error, kind] : cases)
        EXPECT_EQ(to_failure(error, "reading").kind, kind) << error.message();
    EXPECT_EQ(to_failure(asio::error::eof, "reading the head").detail,
              "reading the head: the peer closed the connection");
}

TEST(Endpoints, SurviveTheWayThroughAsio) {
    for (const auto* text : {"192.0.2.1:53", "[2001:db8::1]:53", "[::ffff:192.0.2.1]:1"}) {
        const auto endpoint = *Endpoint::parse(text);
        EXPECT_EQ(base::net::from_asio(base::net::to_asio(endpoint)), endpoint);
    }
}

} // namespace
