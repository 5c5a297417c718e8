// SPDX-License-Identifier: Apache-2.0
#pragma once
// A challenge-test target on real loopback sockets, and clients that ask it from given addresses.

#include "base/async/deadline.hpp"
#include "base/dns/message.hpp"
#include "base/net/connect.hpp"
#include "mpic/challenge_target/challenge_target.hpp"
#include "mpic/challenge_target/dns_server.hpp"
#include "support/run.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace test {

using Json = nlohmann::json;

inline base::net::IpAddress address(std::string_view text) {
    return *base::net::IpAddress::parse(text);
}

/// Addresses of the two perspectives; anything else is nobody's.
inline const base::net::IpAddress iad = address("127.0.1.1");
inline const base::net::IpAddress nrt = address("127.0.1.2");
inline const base::net::IpAddress nobody = address("127.0.0.1");

class TargetTest : public testing::Test {
protected:
    void TearDown() override {
        if (target_)
            run(loop, target_->drain());
    }

    mpic::challenge_target::ChallengeTarget&
    start(std::vector<base::net::Endpoint> forward_to = {}) {
        target_ = std::make_unique<mpic::challenge_target::ChallengeTarget>(
            loop, clock, *log,
            mpic::challenge_target::ChallengeTargetOptions{
                .address = nobody,
                .perspectives = {{iad, "iad"}, {nrt, "nrt"}},
                .forward_to = std::move(forward_to)});
        target_->start();
        return *target_;
    }

    /// A response's octets, or nothing within `wait`.
    std::optional<std::string> udp(std::string query, base::net::IpAddress from,
                                   base::Milliseconds wait = base::Milliseconds(5000)) {
        auto got = run(loop, udp_exchange(target_->dns_endpoint(), std::move(query), from, wait));
        return got ? std::optional(*got) : std::nullopt;
    }
    /// As many responses as queries, asked over one connection.
    std::vector<std::string> tcp(std::vector<std::string> queries, base::net::IpAddress from) {
        return run(loop, tcp_exchange(target_->dns_endpoint(), std::move(queries), from));
    }
    base::dns::Message ask(std::string_view name, base::dns::RecordType type,
                           base::net::IpAddress from) {
        const auto wire = udp(encode(query(name, type)), from);
        if (!wire)
            throw std::runtime_error("no response");
        return base::dns::decode(*wire).value();
    }
    static base::dns::Message query(std::string_view name, base::dns::RecordType type) {
        return base::dns::make_query(4711, {base::dns::Name::parse(name).value(), type});
    }

    /// The whole response as text, over a connection that is closed after.
    std::string http(base::net::Endpoint to, std::string request,
                     base::net::IpAddress from = nobody) {
        return run(loop, http_exchange(to, std::move(request), from));
    }
    std::string get(std::string_view host, std::string_view path, base::net::IpAddress from) {
        return http(target_->http_endpoint(),
                    "GET " + std::string(path) + " HTTP/1.1\r\nHost: " + std::string(host)
                        + "\r\nUser-Agent: probe\r\nConnection: close\r\n\r\n",
                    from);
    }
    struct Managed {
        int status = 0;
        std::string head;
        Json body;
    };
    Managed manage(std::string_view method, std::string_view path, std::string_view body = {}) {
        const std::string response =
            http(target_->management_endpoint(),
                 std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: m\r\n"
                     + "Content-Length: " + std::to_string(body.size())
                     + "\r\nConnection: close\r\n\r\n" + std::string(body));
        const std::size_t end = response.find("\r\n\r\n");
        if (end == std::string::npos)
            throw std::runtime_error("not a response: " + response);
        return {std::stoi(response.substr(9, 3)), response.substr(0, end),
                Json::parse(response.substr(end + 4), nullptr, false)};
    }
    void put(std::string_view path, std::string_view body) {
        const Managed answer = manage("PUT", path, body);
        ASSERT_EQ(answer.status, 200) << answer.body.dump();
    }

    boost::asio::io_context loop{1};
    base::SystemClock clock;
    std::unique_ptr<base::log::Logger> log = base::log::make_null_logger();

private:
    static constexpr auto tuple = boost::asio::as_tuple(boost::asio::deferred);

    static base::Awaitable<base::Result<std::string>>
    udp_once(base::net::Endpoint to, std::string query, base::net::IpAddress from) {
        using boost::asio::ip::udp;
        const auto local = base::net::to_asio({from, 0});
        const auto remote = base::net::to_asio(to);
        udp::socket socket(co_await boost::asio::this_coro::executor,
                           udp::endpoint(local.address(), 0));
        socket.connect({remote.address(), remote.port()});
        socket.send(boost::asio::buffer(query));
        std::string buffer(65'535, '\0');
        const auto [error, size] =
            co_await socket.async_receive(boost::asio::buffer(buffer), tuple);
        if (error)
            co_return base::fail(base::FailureKind::cancelled, error.message());
        co_return buffer.substr(0, size);
    }
    base::Awaitable<base::Result<std::string>> udp_exchange(base::net::Endpoint to,
                                                            std::string query,
                                                            base::net::IpAddress from,
                                                            base::Milliseconds wait) {
        co_return co_await base::with_deadline(base::Deadline::after(clock.steady(), wait),
                                               "answer", udp_once(to, std::move(query), from));
    }
    base::Awaitable<std::vector<std::string>> tcp_exchange(base::net::Endpoint to,
                                                           std::vector<std::string> queries,
                                                           base::net::IpAddress from) {
        auto socket = co_await base::net::connect(
            to, from, base::Deadline::after(clock.steady(), base::Milliseconds(5000)));
        std::string all; // pipelined (RFC 7766 §6.2.1.1)
        for (const std::string& q : queries) {
            all += static_cast<char>(q.size() >> 8U);
            all += static_cast<char>(q.size() & 0xffU);
            all += q;
        }
        co_await boost::asio::async_write(*socket, boost::asio::buffer(all), tuple);
        std::vector<std::string> out;
        while (out.size() < queries.size()) {
            std::array<unsigned char, 2> length{};
            const auto [error, n] =
                co_await boost::asio::async_read(*socket, boost::asio::buffer(length), tuple);
            if (error)
                break;
            std::string message(static_cast<std::size_t>(length[0]) * 256 + length[1], '\0');
            co_await boost::asio::async_read(*socket, boost::asio::buffer(message), tuple);
            out.push_back(std::move(message));
        }
        co_return out;
    }
    base::Awaitable<std::string> http_exchange(base::net::Endpoint to, std::string request,
                                               base::net::IpAddress from) {
        auto socket = co_await base::net::connect(
            to, to.address.is_v6() ? std::optional<base::net::IpAddress>() : std::optional(from),
            base::Deadline::after(clock.steady(), base::Milliseconds(5000)));
        if (!socket)
            co_return socket.error().detail;
        co_await boost::asio::async_write(*socket, boost::asio::buffer(request), tuple);
        std::string out;
        co_await boost::asio::async_read(*socket, boost::asio::dynamic_buffer(out), tuple);
        co_return out;
    }

    std::unique_ptr<mpic::challenge_target::ChallengeTarget> target_;
};

} // namespace test
