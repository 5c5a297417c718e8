// SPDX-License-Identifier: Apache-2.0
#include "transport.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/ssl/error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <openssl/err.h>
#include <sys/socket.h>
#include <utility>

namespace base::http {
namespace {

using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::seconds closing_wait{1};
constexpr std::size_t linger_octets_max = 256 * 1024;
/// A peer that sends without end must let the other connections of the loop have their turn.
constexpr int inline_reads_max = 16;

constexpr auto as_result = asio::as_tuple(asio::deferred);

int octets(std::size_t size) {
    return static_cast<int>(std::min<std::size_t>(size, INT_MAX));
}

error_code from_errno(int value) {
    return {value, asio::error::get_system_category()};
}

} // namespace

Transport::Transport(tcp::socket socket)
    : socket_(std::move(socket)),
      alarm_(asio::query(socket_.get_executor(), asio::execution::context), [this] {
          expired_ = true;
          interrupt();
      }) {
    error_code ignored;
    socket_.non_blocking(true, ignored);
    wire_.socket = socket_.native_handle();
}

Transport::~Transport() {
    close();
}

bool Transport::secure(net::TlsContext context) {
    context_ = std::move(context);
    tls_.reset(SSL_new(context_->native_handle()));
    BIO* bio = make_bio(wire_);
    if (!tls_ || bio == nullptr) {
        BIO_free(bio);
        tls_.reset();
        return false;
    }
    SSL_set_bio(tls_.get(), bio, bio);
    SSL_set_mode(tls_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                                 | SSL_MODE_RELEASE_BUFFERS);
    SSL_set_read_ahead(tls_.get(), 1); // a record's head and body in one system call
    return true;
}

Awaitable<error_code> Transport::accept_tls(net::TlsContext context) {
    if (!secure(std::move(context))) {
        co_return asio::error::no_memory;
    }
    SSL_set_accept_state(tls_.get());
    co_return co_await shake_hands();
}

Awaitable<error_code> Transport::connect_tls(net::TlsContext context, std::string server_name,
                                             Protocol protocol) {
    if (!secure(std::move(context))) {
        co_return asio::error::no_memory;
    }
    const std::string_view alpn = protocol == Protocol::http2 ? "\x02h2" : "\x08http/1.1";
    SSL_set_alpn_protos(tls_.get(), reinterpret_cast<const unsigned char*>(alpn.data()),
                        static_cast<unsigned>(alpn.size()));
    if (!server_name.empty()
        && SSL_ctrl(tls_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                    server_name.data())
               != 1) {
        co_return asio::error::invalid_argument;
    }
    SSL_set_connect_state(tls_.get());
    co_return co_await shake_hands();
}

Awaitable<error_code> Transport::shake_hands() {
    while (true) {
        ERR_clear_error();
        Want want = Want::input;
        const error_code error = judge(SSL_do_handshake(tls_.get()), want);
        if (error != asio::error::would_block) {
            co_return error;
        }
        if (const error_code failed = co_await wait(want)) {
            co_return failed;
        }
    }
}

std::string_view Transport::agreed_protocol() const {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    if (tls_) {
        SSL_get0_alpn_selected(tls_.get(), &name, &size);
    }
    return size == 0 ? std::string_view()
                     : std::string_view(reinterpret_cast<const char*>(name), size);
}

error_code Transport::judge(int result, Want& want) {
    if (result > 0) {
        return {};
    }
    switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
        want = Want::input;
        return asio::error::would_block;
    case SSL_ERROR_WANT_WRITE:
        want = Want::room;
        return asio::error::would_block;
    case SSL_ERROR_ZERO_RETURN:
        return asio::error::eof;
    case SSL_ERROR_SYSCALL:
        return wire_.ended || wire_.error == 0 ? asio::ssl::error::stream_truncated
                                               : from_errno(wire_.error);
    default:
        break;
    }
    const auto code = ERR_get_error(); // the first is the cause
    ERR_clear_error();
    if (ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        return asio::ssl::error::stream_truncated;
    }
    return {static_cast<int>(code), asio::error::get_ssl_category()};
}

bool Transport::has_pending() const {
    return tls_ && SSL_has_pending(tls_.get()) == 1;
}

Awaitable<error_code> Transport::wait(Want want) {
    if (expired_) {
        co_return asio::error::operation_aborted;
    }
    const auto [error] = co_await socket_.async_wait(
        want == Want::input ? tcp::socket::wait_read : tcp::socket::wait_write, as_result);
    co_return error;
}

Awaitable<error_code> Transport::wait_for_input() {
    // What OpenSSL holds is no news once it has asked for more.
    if (starved_ || (wire_.drained && !has_pending())) {
        starved_ = false;
        wire_.drained = false;
        inline_reads_ = 0;
        return wait(std::exchange(read_wants_, Want::input));
    }
    return turn();
}

Awaitable<error_code> Transport::turn() {
    if (++inline_reads_ == inline_reads_max) {
        inline_reads_ = 0;
        co_await asio::post(socket_.get_executor(), asio::deferred);
    }
    co_return error_code();
}

void Transport::when_room(std::function<void(const Error&)> then) {
    const bool room = std::exchange(write_wants_, Want::room) == Want::room;
    socket_.async_wait(room ? tcp::socket::wait_write : tcp::socket::wait_read, std::move(then));
}

asio::io_context& Transport::loop() {
    return static_cast<asio::io_context&>(
        asio::query(socket_.get_executor(), asio::execution::context));
}

Transport::Io Transport::try_read(asio::mutable_buffer into) {
    if (wire_.drained && !has_pending()) {
        return {asio::error::would_block, 0};
    }
    if (!tls_) {
        const long n = wire_.receive(into.data(), into.size());
        if (n > 0) {
            return {error_code(), static_cast<std::size_t>(n)};
        }
        starved_ = n < 0 && wire_.error == EAGAIN;
        return {n == 0 ? asio::error::make_error_code(asio::error::eof) : from_errno(wire_.error),
                0};
    }
    ERR_clear_error();
    const int n = SSL_read(tls_.get(), into.data(), octets(into.size()));
    const error_code error = judge(n, read_wants_);
    starved_ = error == asio::error::would_block;
    return {error, n > 0 ? static_cast<std::size_t>(n) : 0};
}

Transport::Io Transport::try_write(asio::const_buffer some) {
    if (!tls_) {
        const long n = wire_.send(some.data(), some.size());
        return n >= 0 ? Io{error_code(), static_cast<std::size_t>(n)}
                      : Io{from_errno(wire_.error), 0};
    }
    ERR_clear_error();
    const int n = SSL_write(tls_.get(), some.data(), octets(some.size()));
    const error_code error = judge(n, write_wants_);
    return {error, n > 0 ? static_cast<std::size_t>(n) : 0};
}

Awaitable<Transport::Io> Transport::read_some(asio::mutable_buffer into) {
    while (true) {
        if (const error_code error = co_await wait_for_input()) {
            co_return Io{error, 0};
        }
        const auto [error, n] = try_read(into);
        if (error != asio::error::would_block) {
            co_return Io{error, n};
        }
    }
}

Awaitable<Transport::Io> Transport::write(asio::const_buffer all) {
    std::size_t done = 0;
    while (done < all.size()) {
        const auto [error, n] = try_write(all + done);
        done += n;
        if (error && error != asio::error::would_block) {
            co_return Io{error, done};
        }
        if (error) {
            if (const error_code failed = co_await wait(std::exchange(write_wants_, Want::room))) {
                co_return Io{failed, done};
            }
        }
    }
    co_return Io{error_code(), done};
}

Awaitable<void> Transport::close_gently(bool linger) {
    set_deadline(std::chrono::steady_clock::now() + closing_wait);
    if (tls_ && SSL_is_init_finished(tls_.get()) == 1) {
        // As if the peer's close_notify had come: ours is sent if there is room for it.
        SSL_set_shutdown(tls_.get(), SSL_RECEIVED_SHUTDOWN);
        ERR_clear_error();
        SSL_shutdown(tls_.get());
    }
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    wire_.drained = false;
    std::array<char, 4096> scrap; // NOLINT: written before it is read
    for (std::size_t dropped = 0; linger && dropped < linger_octets_max;) {
        const long n = wire_.receive(scrap.data(), scrap.size());
        if (n == 0 || (n < 0 && wire_.error != EAGAIN)) {
            break;
        }
        if (n < 0 && co_await wait(Want::input)) {
            break;
        }
        dropped += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
    close();
}

void Transport::close() {
    clear_deadline();
    error_code ignored;
    socket_.close(ignored);
    wire_.socket = -1;
}

void Transport::set_deadline(SteadyTime at) {
    expired_ = false;
    alarm_.set(at);
}

void Transport::clear_deadline() {
    expired_ = false;
    alarm_.clear();
}

void Transport::interrupt() {
    error_code ignored;
    socket_.cancel(ignored);
}

bool Transport::has_input() {
    char octet = 0;
    const auto n = ::recv(wire_.socket, &octet, 1, MSG_PEEK | MSG_DONTWAIT);
    return has_pending() || n >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

} // namespace base::http
