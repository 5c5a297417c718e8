// SPDX-License-Identifier: Apache-2.0
#include "http2_client.hpp"

#include "message_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <new>
#include <utility>

namespace base::http {
namespace {

constexpr std::size_t head_limit = 16 * 1024;
constexpr std::size_t field_overhead = 32; // RFC 7541 §4.1
constexpr int interim_responses_max = 5;
constexpr std::size_t usual_fields = 4; // of a response
constexpr std::uint32_t stream_window = 256 * 1024;
constexpr std::int32_t connection_window = 4 << 20;
/// Requests under way on one connection, whatever the peer allows.
constexpr std::size_t calls_max = 16'384;
constexpr std::size_t reserve_max = 64 * 1024;

} // namespace

Http2Client::Http2Client(Options options) : options_(std::move(options)) {
    const Http2Options library = make_http2_options();
    session_ = make_session(library.get());
    const std::array<nghttp2_settings_entry, 4> settings{
        {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
         {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 0},
         {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, stream_window},
         {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, head_limit}}};
    if (nghttp2_submit_settings(session_.get(), NGHTTP2_FLAG_NONE, settings.data(), settings.size())
            != 0
        || nghttp2_session_set_local_window_size(session_.get(), NGHTTP2_FLAG_NONE, 0,
                                                 connection_window)
               != 0) {
        throw std::bad_alloc();
    }
}

Http2Client::~Http2Client() = default;

std::size_t Http2Client::room() const {
    return std::min<std::size_t>(
        calls_max, nghttp2_session_get_remote_settings(session_.get(),
                                                       NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS));
}

bool Http2Client::has_room() const {
    return !is_leaving() && calls_.size() < room();
}

double Http2Client::load() const {
    return static_cast<double>(calls_.size())
           / static_cast<double>(std::max<std::size_t>(room(), 1));
}

bool Http2Client::is_leaving() const {
    return goaway_ || ended_by_us_ || nghttp2_session_check_request_allowed(session_.get()) == 0;
}

Result<void> Http2Client::submit(Http2Call& call) {
    const Request& request = *call.request;
    if (auto sendable = check_request(request); !sendable) {
        return sendable;
    }
    const std::string_view host = request.headers.get("Host");
    const bool has_body = !request.body.empty();
    Http2Head head;
    head.add(":method", request.method);
    head.add(":scheme", options_.scheme);
    head.add(":authority", host.empty() ? std::string_view(options_.authority) : host);
    head.add(":path", request.target);
    head.add_fields(request.headers);
    // A body says by its stream's end how long it is, and every field costs both sides.
    if (!has_body && (request.method == "POST" || request.method == "PUT")) { // RFC 9110 §8.6
        head.add("content-length", "0");
    }
    call.result = Response{};
    call.body = {.text = request.body};
    nghttp2_data_provider source = call.body.provider();
    const std::int32_t id = nghttp2_submit_request(
        session_.get(), nullptr, head.data(), head.size(), has_body ? &source : nullptr, &call);
    if (id < 0) {
        return fail(FailureKind::io,
                    fmt::format("a request to {}: {}", options_.peer, nghttp2_strerror(id)));
    }
    call.stream = id;
    call.index = calls_.size();
    calls_.push_back(&call);
    return {};
}

void Http2Client::withdraw(Http2Call& call) {
    if (call.stream == 0) {
        std::erase(ended_, &call);
        return;
    }
    const std::int32_t id = call.stream;
    finish(call);
    ended_.pop_back();
    nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
}

bool Http2Client::receive(std::string_view octets) {
    const ssize_t n = take_frames(session_.get(), octets);
    if (n < 0) {
        complaint_ = nghttp2_strerror(static_cast<int>(n));
        nghttp2_session_terminate_session(session_.get(), NGHTTP2_PROTOCOL_ERROR);
    }
    return n >= 0;
}

bool Http2Client::append(std::string& out, std::size_t enough) {
    return append_frames(session_.get(), out, enough);
}

bool Http2Client::is_over() const {
    return is_finished(session_.get());
}

Http2Call* Http2Client::next_ended() {
    if (ended_.empty()) {
        return nullptr;
    }
    Http2Call* first = ended_.front();
    ended_.pop_front();
    return first;
}

void Http2Client::lose(const Failure& why) {
    while (!calls_.empty()) {
        Http2Call& call = *calls_.back();
        call.unanswered = !call.answered && complaint_.empty();
        fail_call(call, call.flaw.value_or(why));
    }
}

void Http2Client::ping() {
    nghttp2_submit_ping(session_.get(), NGHTTP2_FLAG_NONE, nullptr);
}

void Http2Client::end() {
    ended_by_us_ = true;
    nghttp2_session_terminate_session(session_.get(), NGHTTP2_NO_ERROR);
}

void Http2Client::take_field(Http2Call& call, std::string_view name, std::string_view value) {
    if (call.head_done || call.flaw) {
        return; // a trailer field (RFC 9110 §6.5.1)
    }
    call.head_octets += name.size() + value.size() + field_overhead;
    if (call.head_octets > head_limit) {
        call.flaw = {FailureKind::http_too_large,
                     fmt::format("the response head is over its limit of {} octets", head_limit)};
    } else if (name == ":status") {
        call.result = Response{};
        call.result->headers.reserve(usual_fields);
        std::from_chars(value.data(), value.data() + value.size(), call.result->status);
    } else {
        call.result->headers.add(name, value);
    }
}

void Http2Client::end_head(Http2Call& call) {
    if (call.flaw) {
        refuse(call, call.flaw->kind, call.flaw->detail);
    } else if (call.head_done) {
        return;
    } else if (call.result->status >= 200) {
        call.head_done = true;
    } else if (++call.interim > interim_responses_max) {
        refuse(call, FailureKind::http_malformed, "more than 5 interim responses");
    }
}

void Http2Client::take_body(Http2Call& call, std::string_view octets) {
    std::string& body = call.result->body;
    if (body.size() + octets.size() > options_.body_limit) {
        refuse(call, FailureKind::http_too_large,
               fmt::format("the response body is over {} octets", options_.body_limit));
        return;
    }
    if (body.empty()) {
        std::size_t length = 0;
        const auto stated = call.result->headers.get("content-length");
        std::from_chars(stated.data(), stated.data() + stated.size(), length);
        body.reserve(std::min({length, options_.body_limit, reserve_max}));
    }
    body.append(octets);
}

void Http2Client::complete(Http2Call& call) {
    const std::int32_t id = call.stream;
    finish(call);
    // RFC 9113 §8.1: answered before it had read the request, whose rest nobody needs.
    if (nghttp2_session_get_stream_local_close(session_.get(), id) == 0) {
        nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR);
    }
}

void Http2Client::closed(Http2Call& call, std::uint32_t code) {
    if (call.flaw) {
        fail_call(call, *call.flaw);
        return;
    }
    call.unprocessed = call.not_sent || code == NGHTTP2_REFUSED_STREAM;
    if (!call.unprocessed && !call.reset_by_peer && code != NGHTTP2_NO_ERROR) {
        fail_call(call,
                  {FailureKind::http_malformed, "malformed response: " + http2_error_name(code)});
    } else if (call.unprocessed && !is_leaving()) {
        fail_call(call, {FailureKind::overloaded, options_.peer + " takes no more requests now"});
    } else {
        fail_call(call, {FailureKind::connection_reset,
                         fmt::format("{} ended the request's stream: {}", options_.peer,
                                     http2_error_name(code))});
    }
}

void Http2Client::refuse(Http2Call& call, FailureKind kind, std::string detail) {
    const std::int32_t id = call.stream;
    fail_call(call, {kind, std::move(detail)});
    nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
}

void Http2Client::fail_call(Http2Call& call, Failure why) {
    call.result = std::unexpected(std::move(why));
    finish(call);
}

void Http2Client::finish(Http2Call& call) {
    nghttp2_session_set_stream_user_data(session_.get(), call.stream, nullptr);
    call.stream = 0;
    calls_[call.index] = calls_.back();
    calls_[call.index]->index = call.index;
    calls_.pop_back();
    ended_.push_back(&call);
}

} // namespace base::http
