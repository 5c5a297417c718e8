// SPDX-License-Identifier: Apache-2.0
#include "transport.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <openssl/ssl.h>
#include <string_view>
#include <sys/socket.h>

namespace base::http {
namespace {

using boost::system::error_code;

/// The timer sleeps no longer than this, so that a deadline moved forward, which is the rule, never
/// has to touch it.
constexpr std::chrono::seconds tick{2};
/// A cancel that falls between two steps of a composed operation is lost; so it is repeated.
constexpr std::chrono::milliseconds bark_again{50};
constexpr std::chrono::seconds closing_wait{1};
constexpr std::size_t linger_octets_max = 256 * 1024;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

// Timers know only the real clock.
SteadyTime now() {
    return std::chrono::steady_clock::now();
}

} // namespace

struct Transport::Watchdog : std::enable_shared_from_this<Watchdog> {
    explicit Watchdog(asio::ip::tcp::socket& s) : socket(&s), timer(s.get_executor()) {}

    void move(SteadyTime at) {
        deadline = at;
        expired = false;
        if (!armed || at < armed_for) {
            arm(std::min(at, now() + tick));
        }
    }

    void arm(SteadyTime at) {
        armed = true;
        armed_for = at;
        timer.expires_at(at);
        timer.async_wait([self = shared_from_this(), round = ++rounds](error_code error) {
            if (!error && round == self->rounds && self->socket != nullptr) {
                self->wake();
            }
        });
    }

    void wake() {
        armed = false;
        if (!deadline) {
            return;
        }
        if (now() < *deadline) {
            arm(std::min(*deadline, now() + tick));
            return;
        }
        expired = true;
        error_code ignored;
        socket->cancel(ignored);
        arm(now() + bark_again);
    }

    asio::ip::tcp::socket* socket; ///< null once the transport is gone
    asio::steady_timer timer;
    std::optional<SteadyTime> deadline;
    SteadyTime armed_for;
    bool armed = false;
    bool expired = false;
    std::uint64_t rounds = 0; ///< tells a wait that was replaced from the current one
};

Transport::Transport(asio::ip::tcp::socket socket)
    : socket_(std::move(socket)), watchdog_(std::make_shared<Watchdog>(socket_)) {}

Transport::~Transport() {
    watchdog_->socket = nullptr;
    watchdog_->timer.cancel();
    close();
}

Awaitable<error_code> Transport::accept_tls(net::TlsContext context) {
    context_ = std::move(context);
    tls_.emplace(socket_, *context_);
    const auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::server, as_result);
    co_return error;
}

Awaitable<error_code> Transport::connect_tls(net::TlsContext context, std::string server_name) {
    static constexpr std::array<unsigned char, 9> alpn{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    context_ = std::move(context);
    tls_.emplace(socket_, *context_);
    SSL* ssl = tls_->native_handle();
    SSL_set_alpn_protos(ssl, alpn.data(), alpn.size());
    if (!server_name.empty()
        && SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                    server_name.data())
               != 1) {
        co_return asio::error::invalid_argument;
    }
    const auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::client, as_result);
    co_return error;
}

SSL* Transport::tls() {
    return tls_ ? tls_->native_handle() : nullptr;
}

Awaitable<Transport::Io> Transport::read_some(asio::mutable_buffer into) {
    return tls_ ? tls_->async_read_some(into, as_result) : socket_.async_read_some(into, as_result);
}

Awaitable<Transport::Io> Transport::write(asio::const_buffer all) {
    return tls_ ? asio::async_write(*tls_, all, as_result)
                : asio::async_write(socket_, all, as_result);
}

Awaitable<void> Transport::close_gently(bool linger) {
    set_deadline(now() + closing_wait);
    if (tls_ && SSL_is_init_finished(tls_->native_handle()) == 1) {
        // As if the peer's close_notify had come: ours is sent, and nobody waits for the answer.
        SSL_set_shutdown(tls_->native_handle(), SSL_RECEIVED_SHUTDOWN);
        static_cast<void>(co_await tls_->async_shutdown(as_result));
    }
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    std::array<char, 4096> scrap{};
    for (std::size_t dropped = 0; linger && !timed_out() && dropped < linger_octets_max;) {
        const auto [error, n] = co_await socket_.async_read_some(asio::buffer(scrap), as_result);
        if (error) {
            break;
        }
        dropped += n;
    }
    close();
}

void Transport::close() {
    clear_deadline();
    error_code ignored;
    socket_.close(ignored);
}

void Transport::set_deadline(SteadyTime at) {
    watchdog_->move(at);
}

void Transport::clear_deadline() {
    watchdog_->deadline.reset();
    watchdog_->expired = false;
}

bool Transport::timed_out() const {
    return watchdog_->expired;
}

void Transport::interrupt() {
    error_code ignored;
    socket_.cancel(ignored);
}

bool Transport::has_input() {
    char octet = 0;
    const auto n = ::recv(socket_.native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
    return n >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

} // namespace base::http
