// SPDX-License-Identifier: Apache-2.0
#include "peer_connection.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace base::http {
namespace {

using boost::system::error_code;

constexpr Milliseconds write_limit{20'000};
constexpr double nearly_full = 0.75;

std::string authority_of(const PoolOptions& options) {
    const auto literal = net::IpAddress::parse(options.host);
    const std::string host = literal ? literal->to_host() : options.host;
    const std::uint16_t usual = options.tls ? 443 : 80;
    return options.port == usual ? host : fmt::format("{}:{}", host, options.port);
}

} // namespace

PeerConnection::PeerConnection(asio::io_context& loop, const Clock& clock,
                               const PoolOptions& options, PeerAddresses& addresses, Owner& owner)
    : clock_(clock), options_(options), addresses_(addresses), owner_(owner), alarm_(loop, [this] {
          look_at_the_clock();
      }) {}

Awaitable<Failure> PeerConnection::run() {
    if (auto opened = co_await open(); !opened) {
        state_ = State::over;
        co_return std::move(opened.error());
    }
    const std::string authority = authority_of(options_);
    protocol_.emplace(Http2Client::Options{.scheme = options_.tls ? "https" : "http",
                                           .authority = authority,
                                           .peer = authority,
                                           .body_limit = options_.body_limit});
    Http2Speaker& speaker = *this;
    link_.emplace(*transport_, speaker, write_limit);
    heard_at_ = idle_since_ = clock_.steady();
    alarm_.set(idle_since_ + options_.idle_timeout);
    state_ = State::ready;
    owner_.has_room(); // its first requests go out with the preface
    const error_code error = co_await link_->run();
    state_ = State::over;
    alarm_.clear();
    Failure failure = why_over(error);
    protocol_->lose(failure);
    deliver();
    co_await transport_->close_gently(false);
    co_return failure;
}

Failure PeerConnection::why_over(const error_code& error) const {
    const std::string doing = "asking " + authority_of(options_);
    if (silent_) {
        return {FailureKind::timeout,
                fmt::format("{}: no sign of life for {} ms", doing,
                            (options_.ping_after + options_.ping_timeout).count())};
    }
    if (!protocol_->complaint().empty()) {
        return {FailureKind::http_malformed,
                fmt::format("{}: not HTTP/2: {}", doing, protocol_->complaint())};
    }
    if (!error) {
        return {FailureKind::connection_reset, doing + ": the peer takes no more requests"};
    }
    return why(error, doing);
}

bool PeerConnection::can_take() const {
    // A peer that does not read gets no more to read.
    return state_ == State::ready && !link_->is_blocked() && protocol_->has_room();
}

bool PeerConnection::is_nearly_full() const {
    return !protocol_->has_limits() ? false : protocol_->load() >= nearly_full;
}

Result<void> PeerConnection::submit(Http2Call& call) {
    if (auto submitted = protocol_->submit(call); !submitted) {
        return submitted;
    }
    if (protocol_->calls() == 1) {
        busy_since_ = clock_.steady();
        alarm_.set(busy_since_ + options_.ping_after);
    }
    link_->send_soon();
    return {};
}

void PeerConnection::withdraw(Http2Call& call) {
    protocol_->withdraw(call);
    if (protocol_->calls() == 0) {
        rest();
    }
    link_->send_soon();
}

void PeerConnection::close_if_idle() {
    if (state_ == State::ready && protocol_->calls() == 0) {
        protocol_->end();
        link_->send_soon();
    }
}

bool PeerConnection::heard(std::string_view octets) {
    heard_at_ = clock_.steady();
    asked_at_.reset();
    const bool understood = protocol_->receive(octets);
    deliver();
    owner_.has_room();
    link_->send_soon();
    return understood;
}

bool PeerConnection::append(std::string& out, std::size_t enough) {
    const bool able = protocol_->append(out, enough);
    deliver();
    if (out.empty()) {
        owner_.has_room(); // nothing stands before further requests
    }
    return able;
}

void PeerConnection::deliver() {
    Http2Call* call = protocol_->next_ended();
    const bool is_busy = protocol_->calls() > 0;
    if (call == nullptr && is_busy) {
        return;
    }
    if (!is_busy && call != nullptr) {
        rest();
    }
    for (; call != nullptr; call = protocol_->next_ended()) {
        owner_.ended(*this, *call);
    }
    if (protocol_->is_leaving()) {
        close_if_idle();
    }
}

void PeerConnection::rest() {
    idle_since_ = clock_.steady();
    alarm_.set(idle_since_ + options_.idle_timeout);
}

void PeerConnection::look_at_the_clock() {
    const SteadyTime now = clock_.steady();
    if (protocol_->calls() == 0) {
        if (now >= idle_since_ + options_.idle_timeout) {
            close_if_idle();
        }
        alarm_.set(idle_since_ + options_.idle_timeout);
        return;
    }
    const SteadyTime ask_at = std::max(heard_at_, busy_since_) + options_.ping_after;
    if (asked_at_ && now >= *asked_at_ + options_.ping_timeout) {
        silent_ = true;
        link_->stop();
    } else if (asked_at_) {
        alarm_.set(*asked_at_ + options_.ping_timeout);
    } else if (now >= ask_at) {
        asked_at_ = now;
        protocol_->ping();
        link_->send_soon();
        alarm_.set(now + options_.ping_timeout);
    } else {
        alarm_.set(ask_at);
    }
}

} // namespace base::http
