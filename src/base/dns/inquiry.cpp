// SPDX-License-Identifier: Apache-2.0
#include "inquiry.hpp"

#include "query_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace base::dns {
namespace {

// A timed-out or refused query is sent again within one try at most this often.
constexpr int max_sends_per_try = 16;

/// False when TC is set (RFC 1035 §4.1.1), or when the response fills the buffer and may be cut.
bool is_complete(std::string_view response) {
    constexpr char tc = 0x02;
    constexpr std::size_t buffer = 4096;
    return response.size() > 2 && (response[2] & tc) == 0 && response.size() < buffer;
}

bool another_server_may_answer(const Failure& failure) {
    return failure.kind == FailureKind::dns_timeout
           || failure.kind == FailureKind::connection_refused || failure.kind == FailureKind::io;
}

} // namespace

Inquiry::Inquiry(std::shared_ptr<ResolverState> state, std::string query, Deadline deadline)
    : state_(std::move(state)),
      query_(std::move(query)),
      deadline_(deadline),
      alarm_(state_->loop, [this] { late(); }) {
    const std::uint64_t id = state_->random.below(0x10000);
    if (query_.size() >= asked_id_.size()) {
        asked_id_ = {query_[0], query_[1]};
        query_[0] = static_cast<char>(id >> 8);
        query_[1] = static_cast<char>(id & 0xff);
    }
    if (state_->options.mix_case) {
        asked_ = query_;
        query_ = mix_case(std::move(query_), state_->random);
    }
}

void Inquiry::start(std::function<void()> ended) {
    ended_ = std::move(ended);
    started_ = state_->clock.steady();
    ask_next(started_);
}

void Inquiry::stop() {
    if (outcome_)
        return;
    ended_ = nullptr;
    end(fail(FailureKind::cancelled, "cancelled while waiting for DNS"));
}

void Inquiry::ask_next(SteadyTime now) {
    const auto& servers = state_->servers; // none once closed
    if (next_ == servers.size()) {
        next_ = 0;
        ++round_;
    }
    if (servers.empty() || round_ == state_->options.tries) {
        if (last_.detail.empty())
            last_.detail = "the resolver was closed";
        if (sends_ > 1)
            last_.detail += fmt::format(" ({} queries in all)", sends_);
        return end(std::unexpected(std::move(last_)));
    }
    if (sends_ > 0 && deadline_.passed(now))
        return end(std::unexpected(std::move(last_)));
    server_ = servers[next_++];
    begin_try(server_->udp(), false, now);
}

void Inquiry::begin_try(std::shared_ptr<QueryChannel> channel, bool over_tcp, SteadyTime now) {
    channel_ = std::move(channel);
    over_tcp_ = over_tcp;
    sends_of_try_ = 0;
    broken_before_ = false;
    try_started_ = now;
    if (deadline_.passed(try_started_))
        return try_ended(std::unexpected(too_late()));
    alarm_.set(deadline_.within(try_started_, state_->options.try_timeout).at());
    send();
}

void Inquiry::send() {
    ++sends_of_try_;
    if (!over_tcp_)
        ++sends_;
    if (auto number = channel_->send(query_, *this))
        number_ = *number;
    else
        received(std::unexpected(std::move(number.error())));
}

void Inquiry::received(Result<std::string> response) {
    number_ = 0;
    if (!response && is_worth_another_send(response.error().kind))
        return send();
    try_ended(std::move(response));
}

/// Two things are sent again within a try: a query that failed with its port or connection, which
/// may have broken for another query's sake (newer c-ares also drops a connection that brought
/// something malformed), once; and a query that c-ares gave up before the try's time was over, as
/// its newer versions do to servers that used to be fast.
bool Inquiry::is_worth_another_send(FailureKind kind) {
    if (sends_of_try_ >= max_sends_per_try)
        return false;
    if (kind == FailureKind::connection_refused || kind == FailureKind::dns_malformed)
        return !std::exchange(broken_before_, true);
    const auto early = state_->options.try_timeout * 9 / 10;
    return kind == FailureKind::dns_timeout && state_->clock.steady() - try_started_ < early;
}

void Inquiry::late() {
    forget();
    try_ended(std::unexpected(too_late()));
}

void Inquiry::try_ended(Result<std::string>&& response) {
    if (response && !over_tcp_ && !is_settled(*response))
        return begin_try(server_->tcp(), true, state_->clock.steady());
    if (response) {
        std::ranges::copy(asked_id_, response->begin());
        return end(
            Exchange{put_question(std::move(*response), asked()), server_->server(), sends_});
    }
    last_ = std::move(response.error());
    if (!another_server_may_answer(last_))
        return end(std::unexpected(std::move(last_)));
    ask_next(state_->clock.steady());
}

/// Whether a UDP response may be taken: it is whole, and comes from somebody who saw the query.
bool Inquiry::is_settled(const std::string& response) const {
    return is_complete(response)
           && (!state_->options.mix_case || echoes_question(query_, response));
}

void Inquiry::end(Result<Exchange>&& outcome) {
    forget();
    alarm_.clear();
    channel_.reset();
    elapsed_ = state_->clock.steady() - started_;
    outcome_ = std::move(outcome);
    if (const auto ended = std::exchange(ended_, nullptr))
        ended();
}

void Inquiry::forget() {
    if (const std::uint64_t number = std::exchange(number_, 0))
        channel_->forget(number);
}

Failure Inquiry::too_late() const {
    const std::string& server = channel_->server();
    if (deadline_.passed(state_->clock.steady()))
        return {FailureKind::dns_timeout,
                fmt::format("{} did not answer within the time left", server)};
    return {FailureKind::dns_timeout, fmt::format("{} did not answer within {} ms", server,
                                                  state_->options.try_timeout.count())};
}

} // namespace base::dns
