// SPDX-License-Identifier: Apache-2.0
// How a connection to a peer comes about: address by address, TLS, and who answers.

#include "base/core/encoding.hpp"
#include "base/net/connect.hpp"
#include "peer_connection.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <openssl/x509.h>
#include <unistd.h>
#include <utility>

namespace base::http {

using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// The same connection, known to the loop anew. Connecting has waited for room to write, and Asio
/// keeps asking for news of that: each later wait for input would be followed by an event that says
/// there is room, and a turn of the loop for nothing.
tcp::socket without_news_of_room(tcp::socket connected) {
    error_code error;
    const auto protocol = connected.local_endpoint(error).protocol();
    tcp::socket socket(connected.get_executor());
    const auto descriptor = error ? -1 : connected.release(error);
    if (error) {
        return connected;
    }
    socket.assign(protocol, descriptor, error);
    if (error) {
        ::close(descriptor); // whoever uses the socket learns that it is none
    }
    return socket;
}

} // namespace

Awaitable<Result<void>> PeerConnection::open() {
    const Deadline until = Deadline::after(clock_.steady(), options_.connect_timeout);
    const auto found = co_await addresses_.get(until);
    if (!found) {
        co_return std::unexpected(found.error());
    }
    Failure last{FailureKind::no_address, options_.host + " has no address of the source's family"};
    for (std::size_t i = 0; i < found->size(); ++i) {
        const net::IpAddress& address = (*found)[i];
        if (options_.source && options_.source->family() != address.family()) {
            continue;
        }
        // A silent address must leave time for the others.
        const SteadyTime now = clock_.steady();
        const auto share = until.remaining(now) / static_cast<int>(found->size() - i);
        auto opened = co_await open_to({address, options_.port}, until.within(now, share));
        if (opened) {
            co_return Result<void>();
        }
        last = std::move(opened.error());
        if (last.kind == FailureKind::cancelled || until.passed(clock_.steady())) {
            break;
        }
    }
    co_return std::unexpected(std::move(last));
}

Awaitable<Result<void>> PeerConnection::open_to(net::Endpoint to, Deadline deadline) {
    auto socket = co_await net::connect(to, options_.source, deadline);
    found_nobody_ = !socket
                    && (socket.error().kind == FailureKind::connection_refused
                        || socket.error().kind == FailureKind::connection_reset);
    if (!socket) {
        co_return std::unexpected(std::move(socket.error()));
    }
    transport_.emplace(without_news_of_room(std::move(*socket)));
    if (options_.tls) {
        co_return co_await shake_hands(to, deadline);
    }
    co_return Result<void>();
}

Awaitable<Result<void>> PeerConnection::shake_hands(net::Endpoint to, Deadline deadline) {
    transport_->set_deadline(deadline.at());
    const bool literal = net::IpAddress::parse(options_.host).has_value(); // no SNI: RFC 6066 §3
    const error_code error = co_await transport_->connect_tls(
        options_.tls(), literal ? "" : options_.host, Protocol::http2);
    if (error || transport_->timed_out()) {
        Failure failure = why(error, "TLS with " + to.to_string());
        // What waits in a listener's queue when that is closed is reset.
        found_nobody_ = failure.kind == FailureKind::connection_reset;
        const long verified =
            transport_->tls() == nullptr ? X509_V_OK : SSL_get_verify_result(transport_->tls());
        if (failure.kind != FailureKind::timeout && failure.kind != FailureKind::cancelled) {
            failure.kind = FailureKind::tls_failed;
            if (verified != X509_V_OK) {
                failure.detail += fmt::format(" ({})", X509_verify_cert_error_string(verified));
            }
        }
        co_return std::unexpected(std::move(failure));
    }
    if (auto trusted = check_identity(to); !trusted) {
        co_return trusted;
    }
    if (transport_->agreed_protocol() != "h2") {
        co_return fail(
            FailureKind::http_malformed,
            fmt::format("TLS with {}: the peer does not speak HTTP/2 (ALPN)", to.to_string()));
    }
    co_return Result<void>();
}

Result<void> PeerConnection::check_identity(const net::Endpoint& to) {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        SSL_get1_peer_certificate(transport_->tls()), &X509_free);
    const auto names = certificate ? net::subject_alternative_names(certificate.get())
                                   : std::vector<std::string>();
    const bool is_who_we_wanted = !options_.peer_identity.empty()
                                  && std::ranges::any_of(names, [this](const std::string& name) {
                                         return ascii_iequals(name, options_.peer_identity);
                                     });
    if (is_who_we_wanted) {
        return {};
    }
    std::vector<std::string> shown;
    for (const std::string& name : names) {
        shown.push_back(excerpt(name));
    }
    return fail(FailureKind::tls_identity,
                fmt::format("TLS with {}: wanted {}, but the peer's certificate is for {}",
                            to.to_string(), options_.peer_identity,
                            shown.empty() ? "nobody" : join_and(shown)));
}

Failure PeerConnection::why(const error_code& error, std::string doing) const {
    if (transport_->timed_out() || error == asio::error::timed_out) {
        return {FailureKind::timeout, std::move(doing)};
    }
    if (error == asio::error::operation_aborted) {
        return {FailureKind::cancelled, std::move(doing)};
    }
    return net::to_failure(error, std::move(doing));
}

} // namespace base::http
