// SPDX-License-Identifier: Apache-2.0
#include "udp_port.hpp"

#include "base/core/encoding.hpp"
#include "wire_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace base::dns {
namespace {

constexpr std::size_t header_octets = 12;
constexpr int id_bits = 16;
constexpr std::uint64_t id_mask = 0xffff;
/// With more the ids of a port would hardly be secrets any more.
constexpr std::size_t max_under_way = 32'768;
/// What a response may have. Queries ask for less; one as long as this may have been cut.
constexpr std::size_t buffer_octets = 4096;
/// The system's usual buffer holds some 250 answers. Each one lost costs a whole try.
constexpr std::size_t many_queries = 64;
constexpr int large_receive_buffer = 4 << 20;

asio::ip::udp::endpoint to_udp(const net::IpAddress& address, std::uint16_t port) {
    const std::string_view octets = address.octets();
    if (address.is_v6()) {
        asio::ip::address_v6::bytes_type bytes{};
        std::ranges::copy(octets, bytes.begin());
        return {asio::ip::address_v6(bytes), port};
    }
    asio::ip::address_v4::bytes_type bytes{};
    std::ranges::copy(octets, bytes.begin());
    return {asio::ip::address_v4(bytes), port};
}

/// The octets of the first question, without compression; empty when there is none.
std::string_view question_of(std::string_view message) {
    std::size_t at = header_octets;
    while (at < message.size() && message[at] != '\0')
        at += static_cast<std::uint8_t>(message[at]) + 1U;
    constexpr std::size_t rest = 5; // the root, type and class
    return at + rest <= message.size() ? message.substr(header_octets, at + rest - header_octets)
                                       : std::string_view();
}

bool answers(std::string_view response, std::string_view query) {
    constexpr char qr = static_cast<char>(0x80);
    if ((response[2] & qr) == 0 || response.substr(4, 2) != query.substr(4, 2))
        return false;
    const std::string_view answered = question_of(response);
    const std::string_view asked = question_of(query);
    return answered == asked || ascii_iequals(answered, asked); // nearly always as it was asked
}

} // namespace

UdpPort::UdpPort(asio::io_context& loop, std::string server)
    : server_(std::move(server)), socket_(loop) {}

std::shared_ptr<UdpPort> UdpPort::open(asio::io_context& loop, const net::Endpoint& server,
                                       const std::optional<net::IpAddress>& source) {
    std::shared_ptr<UdpPort> self(new UdpPort(loop, server.to_string()));
    self->connect(server, source);
    return self;
}

void UdpPort::connect(const net::Endpoint& server, const std::optional<net::IpAddress>& source) {
    const auto to = to_udp(server.address, server.port);
    boost::system::error_code error;
    socket_.open(to.protocol(), error);
    if (!error)
        socket_.non_blocking(true, error);
    if (!error && source)
        socket_.bind(to_udp(*source, 0), error);
    if (!error)
        socket_.connect(to, error); // binds to a port of the system's choice
    if (error)
        broken_ = failure(error);
}

Result<std::uint64_t> UdpPort::send(std::string_view query, Receiver& receiver) {
    if (broken_)
        return std::unexpected(*broken_);
    if (queries_.size() >= max_under_way)
        return fail(FailureKind::overloaded,
                    fmt::format("{} DNS queries are under way to {}", queries_.size(), server_));
    if (query.size() < header_octets || query.size() > 0xffff)
        return fail(FailureKind::invalid, "not a DNS message");
    std::uint16_t id = u16_at(query, 0);
    while (queries_.contains(id))
        ++id; // the asker's own comes back to it
    // A full send buffer loses the query as the network may; the asker tries again.
    if (const auto error = transmit(id, query); error && error != asio::error::would_block) {
        fail_all(failure(error));
        return std::unexpected(failure(error));
    }
    const std::uint64_t number = ++sent_ << id_bits | id;
    queries_.emplace(id, Query{&receiver, number, query});
    make_room();
    watch();
    return number;
}

boost::system::error_code UdpPort::transmit(std::uint16_t id, std::string_view query) {
    boost::system::error_code error;
    if (id == u16_at(query, 0)) {
        socket_.send(asio::buffer(query), 0, error);
        return error;
    }
    const std::array<char, 2> id_octets{static_cast<char>(id >> 8), static_cast<char>(id & 0xff)};
    socket_.send(std::array{asio::buffer(id_octets), asio::buffer(query.substr(id_octets.size()))},
                 0, error);
    return error;
}

void UdpPort::make_room() {
    if (roomy_ || queries_.size() < many_queries)
        return;
    roomy_ = true;
    boost::system::error_code ignored; // as far as the system allows
    socket_.set_option(asio::socket_base::receive_buffer_size(large_receive_buffer), ignored);
}

void UdpPort::forget(std::uint64_t number) {
    const auto found = queries_.find(static_cast<std::uint16_t>(number & id_mask));
    if (found == queries_.end() || found->second.number != number)
        return; // it is over
    queries_.erase(found);
    stop_watching_when_idle();
}

void UdpPort::close() {
    const Failure closed{FailureKind::cancelled, "the resolver was closed"};
    broken_ = closed;
    fail_all(closed);
}

/// The error of a socket may have been meant for any query that was sent from it.
void UdpPort::fail_all(const Failure& failure) {
    for (auto& [id, query] : std::exchange(queries_, Queries()))
        query.receiver->received(std::unexpected(failure));
    stop_watching_when_idle();
}

void UdpPort::watch() {
    if (std::exchange(watching_, true))
        return;
    socket_.async_wait(asio::ip::udp::socket::wait_read,
                       [weak = weak_from_this()](const boost::system::error_code& error) {
                           const auto self = weak.lock();
                           if (!self)
                               return;
                           self->watching_ = false;
                           if (!error)
                               self->receive();
                           if (!self->queries_.empty())
                               self->watch();
                       });
}

void UdpPort::stop_watching_when_idle() {
    if (!watching_ || !queries_.empty())
        return;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
}

void UdpPort::receive() {
    std::array<char, buffer_octets> buffer; // NOLINT: filled by receive()
    while (!queries_.empty()) {
        boost::system::error_code error;
        const std::size_t n = socket_.receive(asio::buffer(buffer), 0, error);
        if (error == asio::error::would_block)
            return;
        if (error)
            return fail_all(failure(error));
        take({buffer.data(), n});
    }
}

void UdpPort::take(std::string_view response) {
    if (response.size() < header_octets)
        return;
    const auto found = queries_.find(u16_at(response, 0));
    if (found == queries_.end() || !answers(response, found->second.message))
        return;
    const Query query = found->second;
    queries_.erase(found);
    std::string octets(response);
    query.message.copy(octets.data(), 2); // the asker's id
    query.receiver->received(std::move(octets));
}

Failure UdpPort::failure(const boost::system::error_code& error) const {
    if (error == asio::error::connection_refused || error == asio::error::host_unreachable
        || error == asio::error::network_unreachable)
        return {FailureKind::connection_refused,
                fmt::format("{} cannot be reached: it refused the query, or there is no route",
                            server_)};
    return {FailureKind::io, fmt::format("query to {}: {}", server_, error.message())};
}

} // namespace base::dns
