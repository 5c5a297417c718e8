// SPDX-License-Identifier: Apache-2.0
#include "base/net/tls_handshake.hpp"

#include "base/async/deadline.hpp"
#include "base/net/connect.hpp"
#include "openssl.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <algorithm>
#include <chrono>
#include <openssl/ssl.h>
#include <utility>

namespace base::net {
namespace {

using Stream = asio::ssl::stream<asio::ip::tcp::socket>;
using ErrorCode = boost::system::error_code;

constexpr std::chrono::seconds closing_wait{1};
constexpr std::size_t max_protocol = 255; // RFC 7301 §3.1

bool offer(SSL* ssl, const HandshakeOptions& options) {
    if (options.server_name.empty() || options.protocol.empty()
        || options.protocol.size() > max_protocol)
        return false;
    const std::string list = static_cast<char>(options.protocol.size()) + options.protocol;
    std::string name = options.server_name;
    // SSL_set_alpn_protos() alone in OpenSSL returns 0 for success.
    return SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(list.data()),
                               static_cast<unsigned>(list.size()))
               == 0
           && SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data())
                  == 1;
}

/// The error with which the handshake ended. `stream` belongs to the awaiting frame.
Awaitable<Result<ErrorCode>> run_handshake(Stream& stream) {
    const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::client,
                                                         asio::as_tuple(asio::deferred));
    if (error == asio::error::operation_aborted)
        co_return fail(FailureKind::cancelled, "the handshake was cancelled");
    co_return error;
}

/// close_notify, without waiting for the peer's.
Awaitable<Result<void>> say_goodbye(Stream& stream) {
    SSL_set_shutdown(stream.native_handle(), SSL_RECEIVED_SHUTDOWN);
    static_cast<void>(co_await stream.async_shutdown(asio::as_tuple(asio::deferred)));
    co_return Result<void>();
}

Failure handshake_failure(const ErrorCode& error, const Endpoint& to) {
    Failure failure = to_failure(error, "TLS handshake with " + to.to_string());
    // Whatever it was, a peer that does not get through the handshake does not speak TLS to us.
    if (failure.kind != FailureKind::connection_reset && failure.kind != FailureKind::cancelled)
        failure.kind = FailureKind::tls_failed;
    return failure;
}

bool is_protocol_alert(const ErrorCode& error) {
    return error.category() == asio::error::get_ssl_category()
           && ERR_GET_REASON(static_cast<unsigned long>(error.value()))
                  == SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL;
}

/// Called when the server's Finished has been verified and the client's answer is to be made.
/// OpenSSL ends the handshake then, with the alert internal_error.
int show_nothing(SSL* /*ssl*/, void* /*unused*/) {
    return 0;
}

bool was_asked(const ErrorCode& error) {
    return error.category() == asio::error::get_ssl_category()
           && ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_CALLBACK_FAILED;
}

std::string der_of(const X509* certificate) {
    const int size = certificate == nullptr ? 0 : i2d_X509(certificate, nullptr);
    std::string out(static_cast<std::size_t>(std::max(size, 0)), '\0');
    if (auto* at = reinterpret_cast<unsigned char*>(out.data()); !out.empty())
        i2d_X509(certificate, &at);
    return out;
}

void read_result(SSL* ssl, Handshake& out) {
    const unsigned char* protocol = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl, &protocol, &size);
    out.protocol.assign(reinterpret_cast<const char*>(protocol), size);
    out.tls_version = SSL_get_version(ssl);
    out.certificate = der_of(SSL_get0_peer_certificate(ssl));
}

} // namespace

DirectHandshaker::DirectHandshaker(const Clock& clock, TlsContext tls)
    : clock_(clock), tls_(std::move(tls)) {}

Awaitable<Handshake> DirectHandshaker::shake_hands(HandshakeOptions options, Deadline deadline) {
    Handshake out;
    const SteadyTime start = clock_.steady();
    auto socket = co_await connect(options.to, options.source,
                                   deadline.within(start, options.connect_timeout));
    if (!socket) {
        out.failure = socket.error();
        co_return out;
    }
    out.connected = true;
    out.connected_after = clock_.steady() - start;
    Stream stream(std::move(*socket), *tls_);
    if (!offer(stream.native_handle(), options)) {
        out.failure = {FailureKind::invalid, "the server name or protocol cannot be offered"};
        co_return out;
    }
    if (options.leave_when_asked)
        SSL_set_cert_cb(stream.native_handle(), show_nothing, nullptr);
    const std::string phase =
        "TLS handshake with " + options.to.to_string() + ": no answer in time";
    const auto error = co_await with_deadline(deadline, phase, run_handshake(stream));
    out.done_after = clock_.steady() - start;
    if (!error || *error) {
        out.failure = error ? handshake_failure(*error, options.to) : error.error();
        out.protocol_refused = error && is_protocol_alert(*error);
        out.asked_for_certificate = options.leave_when_asked && error && was_asked(*error);
        if (out.asked_for_certificate)
            read_result(stream.native_handle(), out);
        co_return out;
    }
    read_result(stream.native_handle(), out);
    static_cast<void>(co_await with_deadline(Deadline::after(clock_.steady(), closing_wait),
                                             "closing", say_goodbye(stream)));
    co_return out;
}

} // namespace base::net
