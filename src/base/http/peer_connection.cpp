// SPDX-License-Identifier: Apache-2.0
#include "peer_connection.hpp"

#include "base/core/encoding.hpp"
#include "base/net/connect.hpp"
#include "message_text.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace base::http {
namespace {

using boost::system::error_code;

constexpr std::size_t head_limit = 16 * 1024;
constexpr std::size_t input_limit = 2 * head_limit;
constexpr std::size_t kept_capacity = 64 * 1024;

} // namespace

PeerConnection::PeerConnection(asio::ip::tcp::socket socket, std::size_t body_limit)
    : transport_(std::move(socket)),
      reader_(head_limit, body_limit),
      input_(input_limit),
      body_limit_(body_limit) {}

Awaitable<Result<std::unique_ptr<PeerConnection>>>
PeerConnection::open(const PoolOptions& options, net::Endpoint to, Deadline deadline) {
    auto socket = co_await net::connect(to, options.source, deadline);
    if (!socket) {
        co_return std::unexpected(std::move(socket.error()));
    }
    auto connection = std::make_unique<PeerConnection>(std::move(*socket), options.body_limit);
    if (options.tls) {
        if (auto trusted = co_await connection->handshake(options, to, deadline); !trusted) {
            co_return std::unexpected(std::move(trusted.error()));
        }
    }
    co_return connection;
}

Awaitable<Result<void>> PeerConnection::handshake(const PoolOptions& options, net::Endpoint to,
                                                  Deadline deadline) {
    transport_.set_deadline(deadline.at());
    const bool literal = net::IpAddress::parse(options.host).has_value(); // no SNI: RFC 6066 §3
    const error_code error =
        co_await transport_.connect_tls(options.tls(), literal ? "" : options.host);
    if (error || transport_.timed_out()) {
        Failure failure = why(error, "TLS with " + to.to_string());
        const long verified = SSL_get_verify_result(transport_.tls());
        if (failure.kind != FailureKind::timeout && failure.kind != FailureKind::cancelled) {
            failure.kind = FailureKind::tls_failed;
            if (verified != X509_V_OK) {
                failure.detail += fmt::format(" ({})", X509_verify_cert_error_string(verified));
            }
        }
        co_return std::unexpected(std::move(failure));
    }
    co_return check_identity(options, to);
}

Result<void> PeerConnection::check_identity(const PoolOptions& options, const net::Endpoint& to) {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        SSL_get1_peer_certificate(transport_.tls()), &X509_free);
    const auto names = certificate ? net::subject_alternative_names(certificate.get())
                                   : std::vector<std::string>();
    const bool is_who_we_wanted =
        !options.peer_identity.empty()
        && std::ranges::any_of(names, [&options](const std::string& name) {
               return ascii_iequals(name, options.peer_identity);
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
                            to.to_string(), options.peer_identity,
                            shown.empty() ? "nobody" : join_and(shown)));
}

Awaitable<PeerConnection::Attempt> PeerConnection::exchange(const Request& request,
                                                            Deadline deadline) {
    output_.clear();
    if (auto sendable = append_request(output_, request, true); !sendable) {
        co_return Attempt{.result = std::unexpected(std::move(sendable.error()))};
    }
    transport_.set_deadline(deadline.at());
    const auto [error, n] = co_await transport_.write(asio::buffer(output_));
    if (output_.capacity() > kept_capacity) {
        output_ = {};
    }
    if (error || transport_.timed_out()) {
        co_return died(error, "sending the request", false);
    }
    co_return co_await receive();
}

Awaitable<PeerConnection::Attempt> PeerConnection::receive() {
    using Progress = ResponseReader::Progress;
    reader_.next();
    bool answered = false;
    while (reader_.progress() == Progress::head || reader_.progress() == Progress::body) {
        if (input_.full()) {
            co_return Attempt{.result = fail(FailureKind::http_malformed,
                                             "a line of the response's framing is too long")};
        }
        const auto [error, n] = co_await transport_.read_some(input_.prepare());
        if (error == asio::error::eof && answered) {
            reader_.end_of_input();
        } else if (error || transport_.timed_out()) {
            co_return died(error, "waiting for the response", answered);
        } else {
            answered = true;
            input_.commit(n);
            input_.consume(reader_.feed(input_.data()));
        }
    }
    transport_.clear_deadline();
    if (reader_.progress() == Progress::failed) {
        co_return Attempt{.result = std::unexpected(reader_.failure())};
    }
    if (reader_.cut()) {
        co_return Attempt{
            .result = fail(FailureKind::http_too_large,
                           fmt::format("the response body is over {} octets", body_limit_))};
    }
    // Octets after the response answer nothing that was asked.
    co_return Attempt{.result = std::move(reader_.response()),
                      .reusable = reader_.keep_alive() && input_.empty()};
}

Failure PeerConnection::why(const error_code& error, std::string doing) const {
    if (transport_.timed_out()) {
        return {FailureKind::timeout, std::move(doing)};
    }
    if (error == asio::error::operation_aborted) {
        return {FailureKind::cancelled, std::move(doing)};
    }
    if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) {
        return {FailureKind::connection_reset, doing + ": the peer closed the connection"};
    }
    return net::to_failure(error, std::move(doing));
}

PeerConnection::Attempt PeerConnection::died(const error_code& error, std::string_view doing,
                                             bool answered) const {
    Failure failure = why(error, std::string(doing));
    const bool ours =
        failure.kind == FailureKind::timeout || failure.kind == FailureKind::cancelled;
    return {.result = std::unexpected(std::move(failure)), .died_unanswered = !answered && !ours};
}

} // namespace base::http
