// SPDX-License-Identifier: Apache-2.0
#include "mpic/challenge_target/dns_server.hpp"

#include "accept_loop.hpp"
#include "base/async/deadline.hpp"
#include "base/net/connect.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <system_error>

namespace mpic::challenge_target {
namespace {

namespace asio = base::asio;
using asio::ip::tcp;
using asio::ip::udp;

constexpr std::size_t max_datagrams = 1024; // under way at once; more are lost, as UDP may
constexpr std::size_t max_datagram = 4096;
constexpr int receive_buffer_octets = 4 << 20; // six perspectives ask at once
constexpr base::Milliseconds idle{10'000};
constexpr base::Milliseconds write_limit{10'000};
constexpr int port_tries = 20;

constexpr auto tuple = asio::as_tuple(asio::deferred);

/// One message with its two octets of length (RFC 1035 §4.2.2); a Failure also for the end.
base::Awaitable<base::Result<std::string>> read_message(tcp::socket& socket) {
    std::array<unsigned char, 2> length{};
    if (const auto [error, n] = co_await asio::async_read(socket, asio::buffer(length), tuple);
        error)
        co_return std::unexpected(base::net::to_failure(error, "reading a length"));
    std::string message(static_cast<std::size_t>(length[0]) * 256 + length[1], '\0');
    if (const auto [error, n] = co_await asio::async_read(socket, asio::buffer(message), tuple);
        error)
        co_return std::unexpected(base::net::to_failure(error, "reading a message"));
    co_return message;
}

base::Awaitable<base::Result<void>> write_message(tcp::socket& socket, std::string message) {
    const std::size_t size = message.size();
    message.insert(0, {static_cast<char>(size >> 8U), static_cast<char>(size & 0xffU)});
    if (const auto [error, n] = co_await asio::async_write(socket, asio::buffer(message), tuple);
        error)
        co_return std::unexpected(base::net::to_failure(error, "writing a message"));
    co_return base::Result<void>();
}

} // namespace

DnsServer::DnsServer(asio::io_context& loop, const base::Clock& clock, base::log::Logger& log,
                     base::net::Endpoint listen, Responder responder)
    : clock_(clock),
      responder_(std::move(responder)),
      udp_(loop),
      acceptor_(loop),
      listeners_(loop),
      datagrams_(loop),
      connections_(loop) {
    for (base::TaskSet* tasks : {&listeners_, &datagrams_, &connections_})
        tasks->on_fault([&log](const char* what) {
            log.error("challenge-target-dns-fault", {{"what", what}});
        });
    for (int tries = 1;; ++tries) {
        try {
            bind(listen);
            return;
        } catch (const boost::system::system_error& error) {
            if (listen.port == 0 && error.code() == asio::error::address_in_use
                && tries < port_tries)
                continue;
            throw std::system_error(static_cast<std::error_code>(error.code()),
                                    "listening for DNS on " + listen.to_string());
        }
    }
}

void DnsServer::bind(const base::net::Endpoint& listen) {
    const tcp::endpoint wanted = base::net::to_asio(listen);
    udp_ = udp::socket(udp_.get_executor(), udp::endpoint(wanted.address(), wanted.port()));
    boost::system::error_code ignored; // the system's limit may be lower
    udp_.set_option(udp::socket::receive_buffer_size(receive_buffer_octets), ignored);
    acceptor_ = tcp::acceptor(acceptor_.get_executor(),
                              tcp::endpoint(wanted.address(), udp_.local_endpoint().port()));
}

void DnsServer::start() {
    listeners_.spawn(receive());
    listeners_.spawn(accept_connections(acceptor_, clock_, connections_,
                                        [this](tcp::socket socket, base::net::IpAddress from) {
                                            return serve(std::move(socket), from);
                                        }));
}

base::net::Endpoint DnsServer::endpoint() const {
    return base::net::from_asio(acceptor_.local_endpoint());
}

base::Awaitable<void> DnsServer::receive() {
    while (!stopping_) {
        std::string buffer(max_datagram, '\0');
        udp::endpoint from;
        const auto [error, size] =
            co_await udp_.async_receive_from(asio::buffer(buffer), from, tuple);
        // Other errors are about a datagram sent earlier, and concern nobody here.
        if (error || datagrams_.running() >= max_datagrams)
            continue;
        buffer.resize(size);
        datagrams_.spawn(answer_datagram(std::move(buffer), from));
    }
}

base::Awaitable<void> DnsServer::answer_datagram(std::string query, udp::endpoint from) {
    const auto peer = base::net::from_asio(tcp::endpoint(from.address(), from.port()));
    const auto response = co_await responder_(std::move(query), peer.address, false);
    if (response)
        co_await udp_.async_send_to(asio::buffer(*response), from, tuple);
}

base::Awaitable<void> DnsServer::serve(tcp::socket socket, base::net::IpAddress from) {
    while (!stopping_) {
        auto query = co_await base::with_deadline(base::Deadline::after(clock_.steady(), idle),
                                                  "waiting for a query", read_message(socket));
        if (!query)
            co_return;
        auto response = co_await responder_(std::move(*query), from, true);
        if (!response)
            continue;
        const auto written = co_await base::with_deadline(
            base::Deadline::after(clock_.steady(), write_limit), "writing a response",
            write_message(socket, std::move(*response)));
        if (!written)
            co_return;
    }
}

base::Awaitable<void> DnsServer::drain() {
    stopping_ = true;
    boost::system::error_code ignored;
    udp_.close(ignored);
    acceptor_.close(ignored);
    for (base::TaskSet* tasks : {&listeners_, &connections_, &datagrams_}) {
        tasks->cancel_all();
        co_await tasks->join();
    }
}

} // namespace mpic::challenge_target
