// SPDX-License-Identifier: Apache-2.0
#include "mpic/challenge_target/tls_server.hpp"

#include "accept_loop.hpp"
#include "base/async/deadline.hpp"
#include "base/core/encoding.hpp"
#include "base/net/connect.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <array>
#include <openssl/ssl.h>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace mpic::challenge_target {
namespace {

namespace asio = base::asio;
using asio::ip::tcp;
using Stream = asio::ssl::stream<tcp::socket>;

constexpr base::Milliseconds handshake_limit{10'000};
/// With its length before it, as it stands on the wire (RFC 8737 §6.2).
constexpr std::string_view challenge_protocol = "\x0a"
                                                "acme-tls/1";
constexpr auto tuple = asio::as_tuple(asio::deferred);

base::net::TlsContext usable(base::Result<base::net::TlsContext> made) {
    if (!made)
        throw std::runtime_error(made.error().detail); // our own certificate: a fault
    return std::move(*made);
}

int choose_challenge(SSL*, const unsigned char** out, unsigned char* size,
                     const unsigned char* offered, unsigned offered_size, void*) {
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(
            &chosen, size, reinterpret_cast<const unsigned char*>(challenge_protocol.data()),
            static_cast<unsigned>(challenge_protocol.size()), offered, offered_size)
        != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/// DER of an OCTET STRING (RFC 8737 §3).
std::string octet_string(const std::string& octets) {
    return std::string("\x04") + static_cast<char>(octets.size()) + octets;
}

/// Where a connection finds what belongs to it from within OpenSSL's callbacks.
int connection_index() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

base::Awaitable<base::Result<void>> shake_hands(Stream& stream) {
    const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, tuple);
    if (error)
        co_return std::unexpected(base::net::to_failure(error, "TLS handshake"));
    // A client of acme-tls/1 closes at once (RFC 8737 §3).
    std::array<char, 1> octet{};
    static_cast<void>(co_await stream.async_read_some(asio::buffer(octet), tuple));
    co_return base::Result<void>();
}

} // namespace

struct TlsServer::Connection {
    const TlsServer& server;
    std::string perspective;
    std::string server_name;
    base::net::TlsContext context; ///< the one switched to

    /// OpenSSL asks when it has read the client's server name.
    static int on_server_name(SSL* ssl, int*, void*) {
        auto* self = static_cast<Connection*>(SSL_get_ex_data(ssl, connection_index()));
        const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
        if (self == nullptr || name == nullptr)
            return SSL_TLSEXT_ERR_NOACK;
        self->server_name = base::ascii_lower(name);
        self->context = self->server.context_for(self->perspective, self->server_name);
        if (self->context)
            SSL_set_SSL_CTX(ssl, self->context->native_handle());
        return SSL_TLSEXT_ERR_OK;
    }
};

TlsServer::TlsServer(asio::io_context& loop, const base::Clock& clock, base::log::Logger& log,
                     base::net::Endpoint listen, const Views& views, const Sources& sources,
                     RequestLog& requests)
    : clock_(clock),
      views_(views),
      sources_(sources),
      requests_(requests),
      ca_(base::net::make_ca("mpicd challenge-test target", clock.wall() - std::chrono::hours(1),
                             clock.wall() + std::chrono::days(30))),
      unset_(usable(base::net::public_server_context(certificate("challenge.mpic.test", {})))),
      acceptor_(loop),
      listener_(loop),
      connections_(loop) {
    SSL_CTX_set_tlsext_servername_callback(unset_->native_handle(), &Connection::on_server_name);
    for (base::TaskSet* tasks : {&listener_, &connections_})
        tasks->on_fault([&log](const char* what) {
            log.error("challenge-target-tls-fault", {{"what", what}});
        });
    try {
        acceptor_ = tcp::acceptor(loop, base::net::to_asio(listen));
    } catch (const boost::system::system_error& error) {
        throw std::system_error(static_cast<std::error_code>(error.code()),
                                "listening for TLS on " + listen.to_string());
    }
}

base::net::TlsIdentity
TlsServer::certificate(std::string name,
                       std::vector<base::net::CertificateExtension> extensions) const {
    return base::net::issue(ca_, {.common_name = "mpicd challenge",
                                  .subject_alternative_names = {std::move(name)},
                                  .not_before = clock_.wall() - std::chrono::hours(1),
                                  .not_after = clock_.wall() + std::chrono::days(7),
                                  .extensions = std::move(extensions)});
}

base::net::TlsContext TlsServer::context_for(const std::string& perspective,
                                             const std::string& server_name) const {
    const TlsAnswer* answer = views_.certificate_for(perspective, server_name);
    if (answer == nullptr)
        return nullptr;
    auto context = usable(base::net::public_server_context(certificate(
        answer->identifier,
        {{.oid = "1.3.6.1.5.5.7.1.31", .critical = true, .value = octet_string(answer->digest)}})));
    SSL_CTX_set_alpn_select_cb(context->native_handle(), &choose_challenge, nullptr);
    return context;
}

void TlsServer::start() {
    listener_.spawn(accept_connections(acceptor_, clock_, connections_,
                                       [this](tcp::socket socket, base::net::IpAddress peer) {
                                           return serve(std::move(socket), peer);
                                       }));
}

base::net::Endpoint TlsServer::endpoint() const {
    return base::net::from_asio(acceptor_.local_endpoint());
}

base::Awaitable<void> TlsServer::serve(tcp::socket socket, base::net::IpAddress from) {
    Connection connection{*this, perspective_at(sources_, from), {}, {}};
    Stream stream(std::move(socket), *unset_);
    SSL_set_ex_data(stream.native_handle(), connection_index(), &connection);
    const auto until = base::Deadline::after(clock_.steady(), handshake_limit);
    static_cast<void>(co_await base::with_deadline(until, "TLS handshake", shake_hands(stream)));
    const unsigned char* protocol = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(stream.native_handle(), &protocol, &size);
    requests_.add({clock_.wall(), connection.perspective, from,
                   TlsRequest{connection.server_name,
                              std::string(reinterpret_cast<const char*>(protocol), size)}});
}

base::Awaitable<void> TlsServer::drain() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    for (base::TaskSet* tasks : {&listener_, &connections_}) {
        tasks->cancel_all();
        co_await tasks->join();
    }
}

} // namespace mpic::challenge_target
