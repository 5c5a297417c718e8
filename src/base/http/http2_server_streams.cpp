// SPDX-License-Identifier: Apache-2.0
// What becomes of a stream once its request is there: its response, its times, its end.

#include "http2_server.hpp"

#include <algorithm>
#include <utility>

namespace base::http {
namespace {

/// For what was refused to come to its end by itself.
constexpr Milliseconds unread_wait{1000};

} // namespace

void Http2Server::respond(Stream& stream, Response response, std::string_view date,
                          SteadyTime now) {
    now_ = now;
    if (stream.gone) {
        forget(stream);
        return;
    }
    const bool bodiless = response.status == 204 || response.status == 304;
    const bool to_head = stream.request.method == "HEAD";
    const std::string status = std::to_string(response.status);
    const bool has_body = !to_head && !bodiless && !response.body.empty();
    Http2Head head;
    head.add(":status", status);
    head.add_fields(response.headers);
    head.add("date", date);
    std::string length;
    if (!has_body && (to_head || !bodiless)) { // a body says by itself how long it is
        length = to_head && response.body.empty() && response.headers.count("Content-Length") == 1
                     ? std::string(response.headers.get("Content-Length"))
                     : std::to_string(response.body.size());
        head.add("content-length", length);
    }
    stream.response = std::move(response.body);
    stream.body.text = stream.response;
    nghttp2_data_provider source = stream.body.provider();
    const int submitted = nghttp2_submit_response(session_.get(), stream.id, head.data(),
                                                  head.size(), has_body ? &source : nullptr);
    held(0, stream.request.body.size());
    stream.request = {};
    move_to(responding_, stream, Phase::responding);
    if (submitted != 0) {
        cut(stream, NGHTTP2_INTERNAL_ERROR);
    }
}

/// Whoever still sends what was refused is told in the end that it need not (RFC 9113 §8.1), but
/// not at once: some clients drop a response that a RST_STREAM follows on its heels.
void Http2Server::responded(Stream& stream) {
    if (!stream.complete && stream.phase == Phase::responding) {
        move_to(unread_, stream, Phase::unread);
    }
}

void Http2Server::closed(Stream& stream) {
    if (stream.phase == Phase::handling) {
        stream.gone = true; // what the handler does must be complete; its answer is dropped
    } else {
        forget(stream);
    }
}

void Http2Server::cut(Stream& stream, std::uint32_t code) {
    nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream.id, code);
    move_to(cut_, stream, Phase::cut); // its body may be read until that is sent
}

void Http2Server::move_to(Streams& list, Stream& stream, Phase phase) {
    list.splice(list.end(), list_of(stream.phase), stream.at);
    stream.phase = phase;
    stream.since = now_;
}

void Http2Server::forget(Stream& stream) {
    held(0, stream.request.body.size());
    list_of(stream.phase).erase(stream.at);
    if (--streams_ == 0) {
        idle_since_ = now_;
    }
}

Http2Server::Streams& Http2Server::list_of(Phase phase) {
    switch (phase) {
    case Phase::head:
        return heads_;
    case Phase::body:
        return bodies_;
    case Phase::handling:
        return handling_;
    case Phase::responding:
        return responding_;
    case Phase::unread:
        return unread_;
    case Phase::cut:
        break;
    }
    return cut_;
}

void Http2Server::held(std::size_t more, std::size_t less) {
    held_octets_ += more;
    held_octets_ -= less;
    owed_ += more;
    if (owed_ > 0 && held_octets_ <= held_max() && session_) {
        nghttp2_session_consume_connection(session_.get(), std::exchange(owed_, 0));
    }
}

void Http2Server::expire(SteadyTime now) {
    now_ = now;
    if ((settings_due_ && *settings_due_ <= now)
        || (!heads_.empty() && heads_.front().since + limits_.head <= now)) {
        end(NGHTTP2_ENHANCE_YOUR_CALM); // frames of one head follow each other: no way around it
        return;
    }
    while (!bodies_.empty() && bodies_.front().since + limits_.body <= now) {
        reject(bodies_.front(), Rejection::timeout, "the request's body did not arrive in time");
    }
    while (!responding_.empty() && responding_.front().since + limits_.write <= now) {
        cut(responding_.front(), NGHTTP2_CANCEL);
    }
    while (!unread_.empty() && unread_.front().since + unread_wait <= now) {
        cut(unread_.front(), NGHTTP2_NO_ERROR);
    }
    if (streams_ == 0 && idle_since_ + limits_.idle <= now) {
        end(NGHTTP2_NO_ERROR);
    }
}

SteadyTime Http2Server::next_look() const {
    SteadyTime next = settings_due_.value_or(SteadyTime::max());
    const auto look = [&next](const Streams& list, Milliseconds limit) {
        if (!list.empty()) {
            next = std::min(next, list.front().since + limit);
        }
    };
    look(heads_, limits_.head);
    look(bodies_, limits_.body);
    look(responding_, limits_.write);
    look(unread_, unread_wait);
    return streams_ == 0 ? std::min(next, idle_since_ + limits_.idle) : next;
}

void Http2Server::shut_down() {
    if (!std::exchange(shutting_down_, true)) {
        nghttp2_submit_shutdown_notice(session_.get());
    }
}

void Http2Server::end(std::uint32_t code) {
    shutting_down_ = true;
    nghttp2_session_terminate_session(session_.get(), code);
}

} // namespace base::http
