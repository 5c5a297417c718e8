// SPDX-License-Identifier: Apache-2.0
// What nghttp2 calls for a server. No exception may pass through it: a failure of ours (memory)
// ends the connection.

#include "http2_server.hpp"

#include <new>

namespace base::http {

struct Http2Server::Callbacks {
    static Http2Server& self(void* user) { return *static_cast<Http2Server*>(user); }
    static Stream* stream(nghttp2_session* session, std::int32_t id) {
        return static_cast<Stream*>(nghttp2_session_get_stream_user_data(session, id));
    }
    static std::string_view text(const std::uint8_t* octets, std::size_t size) {
        return {reinterpret_cast<const char*>(octets), size};
    }
    template <class Work>
    static int guard(Work work) {
        try {
            return work();
        } catch (...) {
            return NGHTTP2_ERR_CALLBACK_FAILURE;
        }
    }

    static int begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) {
        return guard([&] {
            if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
                self(user).begin_request(frame->hd.stream_id);
            }
            return 0;
        });
    }

    static int header(nghttp2_session* session, const nghttp2_frame* frame,
                      const std::uint8_t* name, std::size_t name_size, const std::uint8_t* value,
                      std::size_t value_size, std::uint8_t, void* user) {
        return guard([&] {
            Stream* of = stream(session, frame->hd.stream_id);
            if (of == nullptr) {
                return 0; // refused
            }
            self(user).take_field(*of, text(name, name_size), text(value, value_size));
            // Well over the limit it is not worth an answer: the stream is reset.
            return of->head_octets > 4 * self(user).limits_.head_bytes
                       ? static_cast<int>(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE)
                       : 0;
        });
    }

    static int frame_recv(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
        return guard([&] {
            Http2Server& server = self(user);
            // Heads are bounded by the number of streams; many may come before the first body.
            server.trifles_ += frame->hd.type == NGHTTP2_HEADERS ? 0 : 1;
            Stream* of = stream(session, frame->hd.stream_id);
            const bool end = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
            if (frame->hd.type == NGHTTP2_SETTINGS) {
                server.settings_due_.reset();
            } else if (frame->hd.type == NGHTTP2_HEADERS && of != nullptr) {
                server.end_head(*of, end);
            } else if (frame->hd.type == NGHTTP2_DATA && of != nullptr && end) {
                server.end_request(*of);
            }
            return 0;
        });
    }

    static int data_chunk(nghttp2_session* session, std::uint8_t, std::int32_t id,
                          const std::uint8_t* octets, std::size_t size, void* user) {
        return guard([&] {
            Http2Server& server = self(user);
            if (size > 0) {
                server.trifles_ = 0;
            }
            if (Stream* of = stream(session, id)) {
                server.take_body(*of, text(octets, size));
            } else {
                server.held(size, size);
            }
            return 0;
        });
    }

    static int frame_send(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
        return guard([&] {
            if (frame->hd.type == NGHTTP2_RST_STREAM) {
                ++self(user).trifles_; // a client that is refused again and again
            }
            if (frame->hd.type != NGHTTP2_DATA && frame->hd.type != NGHTTP2_HEADERS) {
                return 0;
            }
            self(user).trifles_ = 0;
            Stream* of = stream(session, frame->hd.stream_id);
            if (of != nullptr && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
                self(user).responded(*of);
            }
            return 0;
        });
    }

    static int stream_close(nghttp2_session* session, std::int32_t id, std::uint32_t, void* user) {
        return guard([&] {
            if (Stream* of = stream(session, id)) {
                self(user).closed(*of);
            }
            return 0;
        });
    }
};

Http2Session Http2Server::make_session(const nghttp2_option* options) {
    const Http2Callbacks callbacks = make_http2_callbacks();
    nghttp2_session_callbacks* c = callbacks.get();
    nghttp2_session_callbacks_set_on_begin_headers_callback(c, &Callbacks::begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(c, &Callbacks::header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(c, &Callbacks::frame_recv);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(c, &Callbacks::data_chunk);
    nghttp2_session_callbacks_set_on_frame_send_callback(c, &Callbacks::frame_send);
    nghttp2_session_callbacks_set_on_stream_close_callback(c, &Callbacks::stream_close);
    nghttp2_session* session = nullptr;
    if (nghttp2_session_server_new2(&session, c, this, options) != 0) {
        throw std::bad_alloc();
    }
    return Http2Session(session);
}

} // namespace base::http
