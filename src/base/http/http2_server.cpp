// SPDX-License-Identifier: Apache-2.0
#include "http2_server.hpp"

#include "base/core/encoding.hpp"
#include "message_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <new>
#include <string>
#include <system_error>
#include <utility>

namespace base::http {
namespace {

constexpr std::size_t field_lines_max = 256;
constexpr std::size_t usual_fields = 4; // of a request between programs
constexpr std::int32_t connection_window = 1 << 20;
constexpr std::int32_t least_stream_window = 65'535;
/// Frames in a row that carry nothing (PING, SETTINGS, empty DATA, WINDOW_UPDATE, …).
constexpr std::size_t trifles_max = 4096;

/// RFC 7541 §4.1: what a field counts for.
constexpr std::size_t field_overhead = 32;

} // namespace

Http2Server::Http2Server(const ServerLimits& limits, SteadyTime now)
    : limits_(limits), now_(now), settings_due_(now + limits.head), idle_since_(now) {
    const Http2Options options = make_http2_options();
    // Rapid reset (CVE-2023-44487) costs little here, as a request that is reset before it is
    // complete reaches no handler, and handlers are bounded by limits.streams in any case.
    nghttp2_option_set_stream_reset_rate_limit(options.get(), 1000 + 2 * limits.streams,
                                               std::max<std::size_t>(limits.streams, 32));
    nghttp2_option_set_no_auto_window_update(options.get(), 1);
    session_ = make_session(options.get());
    // A stream's window holds the largest body: it is never moved.
    const auto window = static_cast<std::uint32_t>(std::clamp<std::size_t>(
        limits.body_bytes + 1, least_stream_window, NGHTTP2_MAX_WINDOW_SIZE));
    const std::array<nghttp2_settings_entry, 3> settings{
        {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, static_cast<std::uint32_t>(limits.streams)},
         {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window},
         {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits.head_bytes)}}};
    if (nghttp2_submit_settings(session_.get(), NGHTTP2_FLAG_NONE, settings.data(), settings.size())
            != 0
        || nghttp2_session_set_local_window_size(session_.get(), NGHTTP2_FLAG_NONE, 0,
                                                 connection_window)
               != 0) {
        throw std::bad_alloc();
    }
}

bool Http2Server::receive(std::string_view octets, SteadyTime now) {
    now_ = now;
    const ssize_t n = take_frames(session_.get(), octets);
    // Answers that the client does not take pile up here, whatever the kind of frame.
    const bool flooded =
        nghttp2_session_get_outbound_queue_size(session_.get()) > 2000 + 4 * limits_.streams;
    if (flooded || trifles_ > trifles_max) {
        end(NGHTTP2_ENHANCE_YOUR_CALM);
        return false;
    }
    if (n == NGHTTP2_ERR_BAD_CLIENT_MAGIC || n == NGHTTP2_ERR_FLOODED
        || n == NGHTTP2_ERR_CALLBACK_FAILURE) {
        end(n == NGHTTP2_ERR_BAD_CLIENT_MAGIC ? NGHTTP2_PROTOCOL_ERROR : NGHTTP2_ENHANCE_YOUR_CALM);
    }
    return n >= 0;
}

bool Http2Server::append(std::string& out, std::size_t enough) {
    return append_frames(session_.get(), out, enough);
}

bool Http2Server::is_over() const {
    return is_finished(session_.get());
}

std::vector<Http2Server::Stream*> Http2Server::arrivals() {
    std::vector<Stream*> out = std::exchange(arrived_, {});
    std::erase_if(out, [this](Stream* stream) { // reset in the same breath: nobody was asked yet
        const bool gone = stream->gone;
        if (gone) {
            forget(*stream);
        }
        return gone;
    });
    return out;
}

void Http2Server::begin_request(std::int32_t id) {
    // Streams that were reset while their handlers run are the peer's no more, but still ours.
    if (streams_ >= limits_.streams) {
        nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, id, NGHTTP2_REFUSED_STREAM);
        return;
    }
    Stream& stream = heads_.emplace_back();
    stream.at = std::prev(heads_.end());
    stream.id = id;
    stream.since = now_;
    stream.request.headers.reserve(usual_fields);
    ++streams_;
    nghttp2_session_set_stream_user_data(session_.get(), id, &stream);
}

void Http2Server::take_field(Stream& stream, std::string_view name, std::string_view value) {
    stream.head_octets += name.size() + value.size() + field_overhead;
    if (stream.phase != Phase::head || stream.rejection) {
        return; // a trailer field (RFC 9110 §6.5.1), or past the limit
    }
    Request& request = stream.request;
    if (stream.head_octets > limits_.head_bytes || request.headers.size() >= field_lines_max) {
        stream.rejection = Rejection::head_too_large;
        stream.detail = stream.head_octets > limits_.head_bytes
                            ? over_limit("head is", limits_.head_bytes)
                            : fmt::format("more than {} header fields", field_lines_max);
    } else if (name == ":method") {
        request.method = value;
    } else if (name == ":path") {
        request.target = value;
    } else if (name == ":authority") {
        stream.has_authority = true;
        ++stream.hosts;
        request.headers.add("Host", value); // the first: pseudo-fields come first
    } else if (name == "host" && stream.has_authority) {
        if (!ascii_iequals(value, request.headers.get("Host"))) { // RFC 9113 §8.3.1
            stream.rejection = Rejection::malformed;
            stream.detail = "Host differs from :authority";
        }
    } else if (!name.starts_with(':')) {
        look_at(stream, name, value);
        request.headers.add(name, value);
    }
}

/// What is of meaning here among the fields that go to the handler.
void Http2Server::look_at(Stream& stream, std::string_view name, std::string_view value) const {
    if (name == "host") {
        ++stream.hosts;
    } else if (name == "content-length") {
        std::size_t length = 0;
        const auto [end, flaw] = std::from_chars(value.data(), value.data() + value.size(), length);
        stream.is_too_long = flaw != std::errc() || length > limits_.body_bytes;
    } else if (name == "expect") {
        stream.expects_continue = ascii_iequals(value, "100-continue");
    }
}

void Http2Server::end_head(Stream& stream, bool end_of_stream) {
    if (stream.phase != Phase::head) { // trailers
        if (end_of_stream) {
            end_request(stream);
        }
        return;
    }
    stream.complete = end_of_stream;
    if (stream.request.method == "CONNECT" || stream.request.target.empty()) {
        reject(stream, Rejection::malformed, "the request target has no path");
    } else if (stream.hosts > 1) {
        reject(stream, Rejection::malformed, "a request has exactly one Host (RFC 9112 §3.2)");
    } else if (stream.rejection) {
        arrive(stream);
    } else if (end_of_stream) {
        arrive(stream);
    } else if (stream.is_too_long) {
        reject(stream, Rejection::body_too_large, over_limit("body is", limits_.body_bytes));
    } else {
        move_to(bodies_, stream, Phase::body);
        if (stream.expects_continue) {
            Http2Head head;
            head.add(":status", "100");
            nghttp2_submit_headers(session_.get(), NGHTTP2_FLAG_NONE, stream.id, nullptr,
                                   head.data(), head.size(), nullptr);
        }
    }
}

void Http2Server::take_body(Stream& stream, std::string_view octets) {
    if (stream.phase != Phase::body) {
        held(octets.size(), octets.size()); // dropped
        return;
    }
    held(octets.size(), 0);
    stream.request.body.append(octets);
    if (stream.request.body.size() > limits_.body_bytes) {
        reject(stream, Rejection::body_too_large, over_limit("body is", limits_.body_bytes));
    }
}

void Http2Server::end_request(Stream& stream) {
    stream.complete = true;
    if (stream.phase == Phase::body) {
        arrive(stream);
    }
}

void Http2Server::reject(Stream& stream, Rejection why, std::string detail) {
    stream.rejection = why;
    stream.detail = std::move(detail);
    arrive(stream);
}

void Http2Server::arrive(Stream& stream) {
    trifles_ = 0;
    move_to(handling_, stream, Phase::handling);
    arrived_.push_back(&stream);
    if (++served_ == limits_.requests_per_connection) {
        shut_down();
    }
}

} // namespace base::http
