// SPDX-License-Identifier: Apache-2.0
#include "server_session.hpp"

#include "base/core/encoding.hpp"
#include "http2_serving.hpp"
#include "request_answer.hpp"
#include "server_core.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <fmt/format.h>
#include <memory>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <tuple>

namespace base::http {
namespace {

using boost::system::error_code;

constexpr std::size_t read_size = 16 * 1024; // one TLS record

std::string certificate_sha256(X509* certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    if (X509_digest(certificate, EVP_sha256(), digest.data(), &length) != 1) {
        return {};
    }
    return hex(std::string(digest.begin(), digest.begin() + length));
}

} // namespace

Session::Session(ServerCore& core, asio::ip::tcp::socket socket, net::Endpoint peer)
    : core_(core),
      transport_(std::move(socket)),
      peer_{std::move(peer), {}, {}},
      input_(std::max(core.options.limits.head_bytes, read_size) + read_size),
      reader_(core.options.limits.head_bytes, core.options.limits.body_bytes) {
    core_.sessions.insert(this);
}

Session::~Session() {
    core_.sessions.erase(this);
}

Awaitable<void> Session::run() {
    if (core_.options.tls && !co_await handshake()) {
        co_return;
    }
    bool http2 = transport_.agreed_protocol() == "h2";
    if (core_.options.tls || co_await recognise(http2) == Step::proceed) {
        if (http2) {
            co_return co_await run_http2();
        }
        while (co_await one_request()) {
        }
    }
    co_await transport_.close_gently(linger_);
}

Awaitable<Session::Step> Session::recognise(bool& http2) {
    const auto is_beginning = [this] {
        return http2_preface.starts_with(input_.data().substr(0, http2_preface.size()));
    };
    if (const Step step = co_await first_octet(); step != Step::proceed) {
        co_return step;
    }
    input_.keep();
    transport_.set_deadline(core_.clock.steady() + core_.options.limits.head);
    while (is_beginning() && input_.data().size() < http2_preface.size()) {
        const auto [error, n] = co_await transport_.read_some(input_.prepare());
        if (error) {
            co_return Step::close;
        }
        input_.commit(n);
    }
    http2 = is_beginning();
    co_return Step::proceed;
}

Awaitable<void> Session::run_http2() {
    Http2Serving serving(core_, transport_, peer_);
    http2_ = &serving;
    co_await serving.run(input_.data());
    http2_ = nullptr;
}

void Session::drain() {
    if (http2_ != nullptr) {
        http2_->drain();
    } else if (idle_ && !transport_.has_input()) { // a request that has arrived is answered
        transport_.interrupt();
    }
}

Awaitable<bool> Session::handshake() {
    transport_.set_deadline(core_.clock.steady() + core_.options.limits.handshake);
    const auto error = co_await transport_.accept_tls(core_.options.tls());
    if (error || transport_.timed_out()) {
        core_.log.debug("tls-handshake-failed",
                        {{"peer", peer_.endpoint.to_string()},
                         {"reason", transport_.timed_out() ? "timeout" : error.message()}});
        co_return false;
    }
    read_peer_certificate();
    co_return true;
}

void Session::read_peer_certificate() {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        SSL_get1_peer_certificate(transport_.tls()), &X509_free);
    if (certificate && SSL_get_verify_result(transport_.tls()) == X509_V_OK) {
        peer_.identities = net::subject_alternative_names(certificate.get());
        peer_.certificate_sha256 = certificate_sha256(certificate.get());
    }
}

Awaitable<bool> Session::one_request() {
    reader_.next();
    if (input_.empty() && co_await first_octet() != Step::proceed) {
        co_return false;
    }
    idle_ = false;
    if (!take_input() && co_await rest() != Step::proceed) {
        co_return false;
    }
    input_.keep();
    transport_.clear_deadline(); // a handler bounds itself
    Response response;
    std::exception_ptr escaped;
    try {
        response = co_await core_.options.handler(reader_.request(), peer_);
    } catch (...) {
        escaped = std::current_exception();
    }
    if (escaped) {
        if (is_given_up(co_await asio::this_coro::cancellation_state)) {
            throw boost::system::system_error(asio::error::operation_aborted);
        }
        response = answer_fault(core_, reader_.request(), peer_, escaped);
    }
    const bool keep_alive = reader_.keep_alive() && !core_.draining
                            && ++served_ < core_.options.limits.requests_per_connection;
    co_return co_await send(std::move(response), keep_alive) && keep_alive;
}

/// Between two requests: whatever ends the wait is no error and gets no answer.
Awaitable<Session::Step> Session::first_octet() {
    if (core_.draining) {
        co_return Step::close;
    }
    idle_ = true;
    input_.rest();
    transport_.set_deadline(core_.clock.steady() + core_.options.limits.idle);
    error_code error = asio::error::would_block;
    std::size_t n = 0;
    while (error == asio::error::would_block) {
        error = co_await transport_.wait_for_input();
        if (!error) {
            std::tie(error, n) = transport_.try_read(asio::buffer(core_.scratch));
        }
    }
    idle_ = false;
    if (error) {
        co_return Step::close;
    }
    input_.lend({core_.scratch.data(), n});
    co_return Step::proceed;
}

bool Session::take_input() {
    input_.consume(reader_.feed(input_.data()));
    in_body_ = reader_.progress() == ReadProgress::head && !input_.empty();
    if (in_body_) {
        input_.consume(reader_.feed(input_.data()));
    }
    return reader_.progress() == ReadProgress::done;
}

Awaitable<Session::Step> Session::rest() {
    input_.keep();
    if (!in_body_ && reader_.progress() != ReadProgress::head) {
        if (const Step step = co_await head(); step != Step::proceed) {
            co_return step;
        }
    }
    co_return reader_.progress() == ReadProgress::done ? Step::proceed : co_await body();
}

Awaitable<Session::Step> Session::head() {
    transport_.set_deadline(core_.clock.steady() + core_.options.limits.head);
    while (true) {
        input_.consume(reader_.feed(input_.data()));
        switch (reader_.progress()) {
        case ReadProgress::head:
        case ReadProgress::done:
            co_return Step::proceed;
        case ReadProgress::failed:
            co_return co_await reject(reader_.rejection(), reader_.detail());
        case ReadProgress::need_more:
            break;
        }
        if (const Step step = co_await read_more("head"); step != Step::proceed) {
            co_return step;
        }
    }
}

Awaitable<Session::Step> Session::body() {
    transport_.set_deadline(core_.clock.steady() + core_.options.limits.body);
    if (!in_body_ && reader_.expects_continue() && input_.empty()) {
        static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        const auto [error, n] = co_await transport_.write(asio::buffer(go_on));
        if (error) {
            co_return Step::close;
        }
    }
    while (true) {
        input_.consume(reader_.feed(input_.data()));
        if (reader_.progress() == ReadProgress::done) {
            co_return Step::proceed;
        }
        if (reader_.progress() == ReadProgress::failed) {
            co_return co_await reject(reader_.rejection(), reader_.detail());
        }
        if (const Step step = co_await read_more("body"); step != Step::proceed) {
            co_return step;
        }
    }
}

Awaitable<Session::Step> Session::read_more(std::string_view part) {
    if (input_.full()) { // chunk extensions or trailers without end
        co_return co_await reject(Rejection::malformed, "a line of the body's framing is too long");
    }
    const auto [error, n] = co_await transport_.read_some(input_.prepare());
    if (transport_.timed_out()) {
        co_return co_await reject(Rejection::timeout,
                                  fmt::format("the request's {} did not arrive in time", part));
    }
    if (error) {
        co_return Step::close;
    }
    input_.commit(n);
    co_return Step::proceed;
}

Awaitable<Session::Step> Session::reject(Rejection why, std::string detail) {
    linger_ = true;
    co_await send(core_.options.reject(why, std::move(detail)), false);
    co_return Step::answered;
}

Awaitable<bool> Session::send(Response response, bool keep_alive) {
    std::string text;
    const Request& request = reader_.request();
    append_response(text, response,
                    {.keep_alive = keep_alive,
                     .http10 = reader_.http10(),
                     .to_head = request.method == "HEAD",
                     .date = core_.date()});
    transport_.clear_deadline();
    // Head and body in one write: one segment and one TLS record where they fit.
    auto [error, n] = transport_.try_write(asio::buffer(text));
    if (error == asio::error::would_block || (!error && n < text.size())) {
        transport_.set_deadline(core_.clock.steady() + core_.options.limits.write);
        std::tie(error, n) = co_await transport_.write(asio::buffer(text) + n);
    }
    if (error || transport_.timed_out()) {
        transport_.close();
        co_return false;
    }
    co_return true;
}

} // namespace base::http
