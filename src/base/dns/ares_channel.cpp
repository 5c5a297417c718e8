// SPDX-License-Identifier: Apache-2.0
// Some calls are marked deprecated in newer c-ares, which has other ones; these exist in all
// versions.
#define CARES_NO_DEPRECATED
#include "ares_channel.hpp"

#include <ares.h>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <sys/time.h>
#include <utility>

namespace base::dns {
namespace {

// Bounds memory; at 2 s a try, far beyond what one resolver answers.
constexpr std::size_t max_under_way = 10'000;
void start_library() {
    static const int status = ares_library_init(ARES_LIB_INIT_ALL);
    if (status != ARES_SUCCESS)
        throw std::runtime_error(fmt::format("c-ares cannot start: {}", ares_strerror(status)));
}

void require(int status, std::string_view what) {
    if (status != ARES_SUCCESS)
        throw std::runtime_error(fmt::format("c-ares {}: {}", what, ares_strerror(status)));
}

} // namespace

/// What c-ares holds while a query is under way.
struct AresChannel::Query {
    AresChannel& channel; // outlives it: ares_destroy() ends every query
    std::uint64_t number;
    std::array<char, 2> id; // newer c-ares chooses an id of its own; the asker gets its own back
};

/// A socket of c-ares as Asio watches it. c-ares closes it.
struct AresChannel::Socket {
    explicit Socket(asio::io_context& loop) : descriptor(loop) {}
    asio::posix::stream_descriptor descriptor;
    int fd = -1;
    std::array<bool, 2> wanted{};  // for reading, for writing
    std::array<bool, 2> waiting{}; // an async_wait is under way
};

AresChannel::AresChannel(asio::io_context& loop, Options options)
    : loop_(loop),
      options_(std::move(options)),
      server_(options_.server.to_string()),
      timer_(loop) {}

std::shared_ptr<AresChannel> AresChannel::open(asio::io_context& loop, Options options) {
    start_library();
    std::shared_ptr<AresChannel> self(new AresChannel(loop, std::move(options)));
    self->start();
    if (self->options_.source)
        self->bind_source(*self->options_.source);
    return self;
}

void AresChannel::start() {
    ares_options o{};
    int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES;
    // NOCHECKRESP: every RCODE is an answer. USEVC: over TCP.
    o.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_NOALIASES | ARES_FLAG_NOSEARCH | ARES_FLAG_USEVC;
    o.timeout = static_cast<int>(options_.try_timeout.count());
    o.tries = 1; // who is asked next is for the resolver to decide
    // All of these keep the system's configuration out: nothing of it may steer a validation.
    mask |= ARES_OPT_LOOKUPS | ARES_OPT_DOMAINS | ARES_OPT_SORTLIST | ARES_OPT_NDOTS
            | ARES_OPT_NOROTATE | ARES_OPT_RESOLVCONF;
    std::string dns_only = "b";
    o.lookups = dns_only.data();
    o.ndots = 1;
    std::string no_file = "/dev/null";
    o.resolvconf_path = no_file.data();
#ifdef ARES_OPT_QUERY_CACHE
    o.qcache_max_ttl = 0; // no cache: every check looks for itself
    mask |= ARES_OPT_QUERY_CACHE;
#endif
    o.sock_state_cb = &AresChannel::on_socket_state;
    o.sock_state_cb_data = this;
    mask |= ARES_OPT_SOCK_STATE_CB;
    require(ares_init_options(&channel_, &o, mask), "cannot open a channel");
    require(ares_set_servers_ports_csv(channel_, server_.c_str()),
            "does not take the server " + server_);
}

void AresChannel::bind_source(const net::IpAddress& source) {
    const std::string_view octets = source.octets();
    if (source.is_v6()) {
        ares_set_local_ip6(channel_, reinterpret_cast<const unsigned char*>(octets.data()));
        return;
    }
    unsigned int address = 0; // in host order
    for (const char c : octets)
        address = address << 8 | static_cast<std::uint8_t>(c);
    ares_set_local_ip4(channel_, address);
}

AresChannel::~AresChannel() {
    if (channel_ != nullptr)
        ares_destroy(channel_);
}

void AresChannel::close() {
    closed_ = true;
    ares_cancel(channel_);
    schedule();
}

Result<std::uint64_t> AresChannel::send(std::string_view query, Receiver& receiver) {
    if (closed_)
        return std::unexpected(failure(ARES_ECANCELLED));
    if (under_way_ >= max_under_way)
        return fail(FailureKind::overloaded,
                    fmt::format("{} DNS queries are under way to {}", under_way_, server_));
    if (query.size() < 12 || query.size() > 0xffff)
        return fail(FailureKind::invalid, "not a DNS message");
    ++under_way_;
    const std::uint64_t number = ++sent_;
    waiting_.emplace(number, &receiver);
    auto* held = new Query{*this, number, {query[0], query[1]}}; // on_response() owns it
    ares_send(channel_, reinterpret_cast<const unsigned char*>(query.data()),
              static_cast<int>(query.size()), &AresChannel::on_response, held);
    schedule();
    return number;
}

void AresChannel::on_response(void* query, int status, int /*timeouts*/, unsigned char* octets,
                              int count) {
    const std::unique_ptr<Query> held(static_cast<Query*>(query));
    AresChannel& channel = held->channel;
    --channel.under_way_;
    if (status != ARES_SUCCESS) {
        channel.deliver(held->number, std::unexpected(channel.failure(status)));
        if (status == ARES_ECONNREFUSED)
            channel.refuse_the_waiting();
        return;
    }
    std::string response(reinterpret_cast<const char*>(octets), static_cast<std::size_t>(count));
    response.replace(0, 2, held->id.data(), 2);
    channel.deliver(held->number, std::move(response));
}

/// The queries before share a socket with the refused one. A send() that fails takes the socket's
/// error away, which may have been meant for them, and c-ares would let them wait in vain.
void AresChannel::refuse_the_waiting() {
    for (const auto& [number, receiver] : waiting_)
        deliver(number, std::unexpected(failure(ARES_ECONNREFUSED)));
}

/// c-ares is on the stack, perhaps below send(): the receiver hears of it from the loop.
void AresChannel::deliver(std::uint64_t number, Result<std::string> outcome) {
    asio::post(loop_, [weak = weak_from_this(), number, outcome = std::move(outcome)]() mutable {
        if (const auto self = weak.lock())
            self->hand_over(number, std::move(outcome));
    });
}

/// The first outcome counts.
void AresChannel::hand_over(std::uint64_t number, Result<std::string> outcome) {
    if (const auto waiting = waiting_.extract(number))
        waiting.mapped()->received(std::move(outcome));
}

Failure AresChannel::failure(int status) const {
    switch (status) {
    case ARES_ETIMEOUT:
        return {FailureKind::dns_timeout, fmt::format("{} did not answer within {} ms", server_,
                                                      options_.try_timeout.count())};
    case ARES_ECONNREFUSED:
        return {FailureKind::connection_refused,
                fmt::format("{} cannot be reached: it refused the query, there is no route, or it "
                            "closed the connection",
                            server_)};
    case ARES_EDESTRUCTION:
    case ARES_ECANCELLED:
        return {FailureKind::cancelled, "the resolver was closed"};
    case ARES_EBADRESP:
        return {FailureKind::dns_malformed, fmt::format("{} sent a malformed response", server_)};
    case ARES_EBADQUERY:
    case ARES_EFORMERR:
        return {FailureKind::invalid, "not a DNS query"};
    default:
        return {FailureKind::io, fmt::format("query to {}: {}", server_, ares_strerror(status))};
    }
}

void AresChannel::on_socket_state(void* self, int fd, int readable, int writable) {
    static_cast<AresChannel*>(self)->watch(fd, readable != 0, writable != 0);
}

/// c-ares says what it wants to know of a socket. It is about to close it when it wants nothing.
void AresChannel::watch(int fd, bool readable, bool writable) {
    auto found = sockets_.find(fd);
    if (!readable && !writable) {
        if (found == sockets_.end())
            return;
        found->second->wanted = {};
        if (found->second->descriptor.is_open())
            found->second->descriptor.release(); // ends the waits; the socket is c-ares'
        sockets_.erase(found);
        return;
    }
    if (found == sockets_.end()) {
        auto socket = std::make_shared<Socket>(loop_);
        socket->fd = fd;
        boost::system::error_code error;
        socket->descriptor.assign(fd, error);
        if (error)
            return; // out of memory or watches: the query will time out
        found = sockets_.emplace(fd, std::move(socket)).first;
    }
    found->second->wanted = {readable, writable};
    arm(found->second);
}

void AresChannel::arm(const std::shared_ptr<Socket>& socket) {
    arm_one(socket, false);
    arm_one(socket, true);
}

void AresChannel::arm_one(const std::shared_ptr<Socket>& socket, bool for_write) {
    const std::size_t way = for_write ? 1 : 0;
    if (!socket->wanted[way] || socket->waiting[way])
        return;
    socket->waiting[way] = true;
    socket->descriptor.async_wait(
        for_write ? asio::posix::descriptor_base::wait_write
                  : asio::posix::descriptor_base::wait_read,
        [weak = weak_from_this(), socket, for_write](boost::system::error_code error) {
            socket->waiting[for_write ? 1 : 0] = false;
            const auto self = weak.lock();
            if (self && !error)
                self->ready(socket, for_write);
        });
}

void AresChannel::ready(const std::shared_ptr<Socket>& socket, bool for_write) {
    if (!socket->wanted[for_write ? 1 : 0])
        return; // closed, or no longer of interest, since the wait ended
    ares_process_fd(channel_, for_write ? ARES_SOCKET_BAD : socket->fd,
                    for_write ? socket->fd : ARES_SOCKET_BAD);
    arm(socket); // wants nothing any more when c-ares has closed it
    schedule();
}

/// One timer for the next timeout of all queries. They all wait equally long, so that a timer that
/// runs is early enough for every later query.
void AresChannel::schedule() {
    if (under_way_ == 0) {
        timer_armed_ = false;
        timer_.cancel(); // an idle channel does not keep the loop running
        return;
    }
    if (timer_armed_)
        return;
    timeval buffer{};
    const timeval* left = ares_timeout(channel_, nullptr, &buffer);
    if (left == nullptr)
        return;
    timer_armed_ = true;
    // c-ares counts in microseconds, but rounds: a millisecond more saves a vain wake-up.
    timer_.expires_after(std::chrono::seconds(left->tv_sec)
                         + std::chrono::microseconds(left->tv_usec) + Milliseconds(1));
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
        const auto self = weak.lock();
        if (!self || error)
            return;
        self->timer_armed_ = false;
        ares_process_fd(self->channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
        self->schedule();
    });
}

} // namespace base::dns
