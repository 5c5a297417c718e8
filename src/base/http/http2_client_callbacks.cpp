// SPDX-License-Identifier: Apache-2.0
// What nghttp2 calls for a client. No exception may pass through it: a failure of ours (memory)
// ends the connection.

#include "http2_client.hpp"

#include <fmt/format.h>
#include <new>

namespace base::http {

struct Http2Client::Callbacks {
    static Http2Client& self(void* user) { return *static_cast<Http2Client*>(user); }
    static Http2Call* call(nghttp2_session* session, std::int32_t id) {
        return static_cast<Http2Call*>(nghttp2_session_get_stream_user_data(session, id));
    }
    static std::string_view text(const std::uint8_t* octets, std::size_t size) {
        return {reinterpret_cast<const char*>(octets), size};
    }
    template <class Work>
    static int guard(Work work) {
        try {
            work();
            return 0;
        } catch (...) {
            return NGHTTP2_ERR_CALLBACK_FAILURE;
        }
    }

    static int header(nghttp2_session* session, const nghttp2_frame* frame,
                      const std::uint8_t* name, std::size_t name_size, const std::uint8_t* value,
                      std::size_t value_size, std::uint8_t, void* user) {
        return guard([&] {
            if (Http2Call* of = call(session, frame->hd.stream_id)) {
                self(user).take_field(*of, text(name, name_size), text(value, value_size));
            }
        });
    }

    static int frame_recv(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
        return guard([&] {
            Http2Client& client = self(user);
            const std::int32_t id = frame->hd.stream_id;
            if (frame->hd.type == NGHTTP2_GOAWAY) {
                client.goaway_ = true;
            }
            client.has_limits_ = client.has_limits_ || frame->hd.type == NGHTTP2_SETTINGS;
            Http2Call* of = id == 0 ? nullptr : call(session, id);
            if (of != nullptr && frame->hd.type == NGHTTP2_RST_STREAM) {
                of->reset_by_peer = true;
            }
            if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) {
                return;
            }
            if (of != nullptr && frame->hd.type == NGHTTP2_HEADERS) {
                client.end_head(*of);
                of = call(session, id); // unless that was its end
            }
            if (of != nullptr && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
                client.complete(*of);
            }
        });
    }

    static int begin_frame(nghttp2_session* session, const nghttp2_frame_hd* hd, void* user) {
        if (hd->type == NGHTTP2_HEADERS || hd->type == NGHTTP2_DATA) {
            if (Http2Call* of = call(session, hd->stream_id)) {
                of->answered = true;
                self(user).has_answered_ = true;
            }
        }
        return 0;
    }

    static int data_chunk(nghttp2_session* session, std::uint8_t, std::int32_t id,
                          const std::uint8_t* octets, std::size_t size, void* user) {
        return guard([&] {
            if (Http2Call* of = call(session, id)) {
                self(user).take_body(*of, text(octets, size));
            }
        });
    }

    /// The library found it wrong, and resets the stream or the connection.
    static int invalid_frame(nghttp2_session* session, const nghttp2_frame* frame, int error,
                             void* user) {
        return guard([&] {
            Http2Client& client = self(user);
            if (Http2Call* of = call(session, frame->hd.stream_id)) {
                of->flaw = {FailureKind::http_malformed,
                            fmt::format("malformed response: {}", nghttp2_strerror(error))};
            } else {
                client.complaint_ = nghttp2_strerror(error);
            }
        });
    }

    static int frame_send(nghttp2_session*, const nghttp2_frame* frame, void* user) {
        return guard([&] {
            Http2Client& client = self(user);
            if (frame->hd.type == NGHTTP2_GOAWAY && frame->goaway.error_code != NGHTTP2_NO_ERROR
                && client.complaint_.empty()) {
                const std::string why(
                    text(frame->goaway.opaque_data, frame->goaway.opaque_data_len));
                client.complaint_ = why.empty() ? http2_error_name(frame->goaway.error_code) : why;
            }
        });
    }

    static int frame_not_send(nghttp2_session* session, const nghttp2_frame* frame, int, void*) {
        Http2Call* of = call(session, frame->hd.stream_id);
        if (of != nullptr && frame->hd.type == NGHTTP2_HEADERS) {
            of->not_sent = true;
        }
        return 0;
    }

    static int stream_close(nghttp2_session* session, std::int32_t id, std::uint32_t code,
                            void* user) {
        return guard([&] {
            if (Http2Call* of = call(session, id)) {
                self(user).closed(*of, code);
            }
        });
    }
};

Http2Session Http2Client::make_session(const nghttp2_option* options) {
    const Http2Callbacks callbacks = make_http2_callbacks();
    nghttp2_session_callbacks* c = callbacks.get();
    nghttp2_session_callbacks_set_on_begin_frame_callback(c, &Callbacks::begin_frame);
    nghttp2_session_callbacks_set_on_header_callback(c, &Callbacks::header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(c, &Callbacks::frame_recv);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(c, &Callbacks::data_chunk);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(c, &Callbacks::invalid_frame);
    nghttp2_session_callbacks_set_on_frame_send_callback(c, &Callbacks::frame_send);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(c, &Callbacks::frame_not_send);
    nghttp2_session_callbacks_set_on_stream_close_callback(c, &Callbacks::stream_close);
    nghttp2_session* session = nullptr;
    if (nghttp2_session_client_new2(&session, c, this, options) != 0) {
        throw std::bad_alloc();
    }
    return Http2Session(session);
}

} // namespace base::http
