// SPDX-License-Identifier: Apache-2.0
#include "base/http/client.hpp"

#include "base/core/encoding.hpp"
#include "base/net/connect.hpp"
#include "input_buffer.hpp"
#include "message_text.hpp"
#include "response_reader.hpp"
#include "transport.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <openssl/ssl.h>

namespace base::http {
namespace {

using boost::system::error_code;

/// One exchange on one connection; writes what it learns into `out_` as it goes.
class Conversation {
public:
    Conversation(Exchange& out, const ExchangeOptions& options, const Clock& clock,
                 SteadyTime start, asio::ip::tcp::socket socket)
        : out_(out),
          options_(options),
          clock_(clock),
          start_(start),
          transport_(std::move(socket)),
          reader_(options.head_limit, options.body_limit),
          input_(std::max(options.head_limit, read_size) + read_size) {}

    Awaitable<void> run(const net::TlsContext& tls, const std::string& text, Deadline deadline) {
        transport_.set_deadline(deadline.at());
        if (options_.tls_server_name && !co_await handshake(tls)) {
            co_return;
        }
        if (co_await send(text)) {
            co_await receive();
        }
        if (reader_.has_head()) {
            out_.response = std::move(reader_.response());
            out_.body_cut = reader_.cut();
        }
    }

private:
    static constexpr std::size_t read_size = 16 * 1024;

    Awaitable<bool> handshake(const net::TlsContext& tls) {
        out_.phase = ExchangePhase::tls;
        const error_code error =
            co_await transport_.connect_tls(tls, *options_.tls_server_name, Protocol::http1);
        if (error || transport_.timed_out()) {
            failed(error);
            // Whatever it was, a peer that does not get through the handshake does not speak TLS to
            // us.
            if (out_.failure->kind != FailureKind::timeout
                && out_.failure->kind != FailureKind::cancelled) {
                out_.failure->kind = FailureKind::tls_failed;
            }
            co_return false;
        }
        out_.times.tls_done = elapsed();
        out_.tls_version = SSL_get_version(transport_.tls());
        co_return true;
    }

    Awaitable<bool> send(const std::string& text) {
        out_.phase = ExchangePhase::send;
        const auto [error, n] = co_await transport_.write(asio::buffer(text));
        if (error || transport_.timed_out()) {
            failed(error);
            co_return false;
        }
        out_.phase = ExchangePhase::head;
        co_return true;
    }

    Awaitable<void> receive() {
        using Progress = ResponseReader::Progress;
        while (reader_.progress() == Progress::head || reader_.progress() == Progress::body) {
            if (input_.full()) {
                out_.failure = {FailureKind::http_malformed,
                                "a line of the response's chunk framing is too long, from "
                                    + options_.to.to_string()};
                co_return;
            }
            const auto [error, n] = co_await transport_.read_some(input_.prepare());
            if (error && ended(error)) {
                reader_.end_of_input();
            } else if (error || transport_.timed_out()) {
                failed(error);
                co_return;
            } else {
                took(n);
            }
        }
        if (reader_.progress() == Progress::failed) {
            out_.failure = reader_.failure();
            out_.failure->detail += ", from " + options_.to.to_string();
            co_return;
        }
        out_.phase = ExchangePhase::done;
        out_.times.finished = elapsed();
    }

    void took(std::size_t n) {
        if (out_.times.first_byte == SteadyTime::duration::zero()) {
            out_.times.first_byte = elapsed();
        }
        input_.commit(n);
        input_.consume(reader_.feed(input_.data()));
        if (reader_.has_head()) {
            out_.phase = ExchangePhase::body;
        }
    }

    /// The peer closed. Without close_notify too: the certificate is not validated, so that TLS is
    /// no protection against truncation here, and many servers send none.
    static bool ended(const error_code& error) {
        return error == asio::error::eof || error == asio::ssl::error::stream_truncated;
    }

    void failed(const error_code& error) {
        const std::string doing =
            fmt::format("exchange with {}, {}", options_.to.to_string(), to_string(out_.phase));
        if (transport_.timed_out()) {
            out_.failure = {FailureKind::timeout, doing + ": no answer in time"};
        } else if (error == asio::error::operation_aborted) {
            out_.failure = {FailureKind::cancelled, doing + ": cancelled"};
        } else {
            out_.failure = net::to_failure(error, doing);
        }
    }

    [[nodiscard]] SteadyTime::duration elapsed() const {
        return std::max(clock_.steady() - start_, SteadyTime::duration(1)); // zero: not reached
    }

    Exchange& out_;
    const ExchangeOptions& options_;
    const Clock& clock_;
    SteadyTime start_;
    Transport transport_;
    ResponseReader reader_;
    InputBuffer input_;
};

} // namespace

std::string_view to_string(ExchangePhase phase) {
    switch (phase) {
    case ExchangePhase::connect:
        return "connect";
    case ExchangePhase::tls:
        return "tls";
    case ExchangePhase::send:
        return "send";
    case ExchangePhase::head:
        return "head";
    case ExchangePhase::body:
        return "body";
    case ExchangePhase::done:
        return "done";
    }
    return "unknown";
}

DirectExchanger::DirectExchanger(const Clock& clock, net::TlsContext tls)
    : clock_(clock), tls_(std::move(tls)) {}

Awaitable<Exchange> DirectExchanger::exchange(ExchangeOptions options, Request request,
                                              Deadline deadline) {
    Exchange out;
    const SteadyTime start = clock_.steady();
    std::string text;
    if (auto sendable = append_request(text, request, false); !sendable) {
        out.failure = sendable.error();
        co_return out;
    }
    auto socket = co_await net::connect(options.to, options.source,
                                        deadline.within(start, options.connect_timeout));
    if (!socket) {
        out.failure = socket.error();
        co_return out;
    }
    out.times.connected = std::max(clock_.steady() - start, SteadyTime::duration(1));
    Conversation conversation(out, options, clock_, start, std::move(*socket));
    co_await conversation.run(tls_, text, deadline);
    co_return out;
}

} // namespace base::http
