// SPDX-License-Identifier: Apache-2.0
#include "http2_session.hpp"

#include "base/core/encoding.hpp"
#include "message_text.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

namespace base::http {
namespace {

/// SETTINGS and PING acknowledgements that wait for the peer to read; then it is misbehaving.
constexpr std::size_t acknowledgements_max = 256;
/// Longer values (tokens, identifiers) seldom come again: they would only push others out of the
/// peer's table, and secrets have no place there (RFC 7541 §7.1.3).
constexpr std::size_t indexed_value_max = 32;

std::uint8_t* octets(std::string_view text) {
    // nghttp2's type is not const; it only reads.
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data())); // NOLINT
}

/// RFC 9113 §8.2.2, and what is said in other ways.
bool is_connection_field(std::string_view name) {
    static constexpr std::array<std::string_view, 7> names{
        "Connection", "Content-Length",    "Host", "Keep-Alive", "Proxy-Connection",
        "Upgrade",    "Transfer-Encoding",
    };
    return std::ranges::any_of(names, [name](auto known) { return ascii_iequals(known, name); });
}

/// RFC 9113 §8.2.1.
std::string mend(std::string value) {
    std::ranges::replace_if(value, is_control, ' ');
    const auto first = value.find_first_not_of(" \t");
    return first == std::string::npos
               ? std::string()
               : value.substr(first, value.find_last_not_of(" \t") - first + 1);
}

ssize_t read_body(nghttp2_session*, std::int32_t, std::uint8_t* into, std::size_t size,
                  std::uint32_t* flags, nghttp2_data_source* source, void*) {
    auto& body = *static_cast<Http2Body*>(source->ptr);
    const std::size_t n = std::min(size, body.text.size() - body.sent);
    std::memcpy(into, body.text.data() + body.sent, n);
    body.sent += n;
    if (body.sent == body.text.size()) {
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    }
    return static_cast<ssize_t>(n);
}

} // namespace

Http2Callbacks make_http2_callbacks() {
    nghttp2_session_callbacks* made = nullptr;
    if (nghttp2_session_callbacks_new(&made) != 0) {
        throw std::bad_alloc();
    }
    return Http2Callbacks(made);
}

Http2Options make_http2_options() {
    nghttp2_option* made = nullptr;
    if (nghttp2_option_new(&made) != 0) {
        throw std::bad_alloc();
    }
    nghttp2_option_set_max_outbound_ack(made, acknowledgements_max);
    nghttp2_option_set_no_closed_streams(made, 1); // no memory for a priority tree
    return Http2Options(made);
}

ssize_t take_frames(nghttp2_session* session, std::string_view octets) {
    return nghttp2_session_mem_recv(session, reinterpret_cast<const std::uint8_t*>(octets.data()),
                                    octets.size());
}

bool append_frames(nghttp2_session* session, std::string& out, std::size_t enough) {
    while (out.size() < enough) {
        const std::uint8_t* frame = nullptr;
        const ssize_t n = nghttp2_session_mem_send(session, &frame);
        if (n < 0) {
            return false;
        }
        if (n == 0) {
            break;
        }
        out.append(reinterpret_cast<const char*>(frame), static_cast<std::size_t>(n));
    }
    return true;
}

bool is_finished(nghttp2_session* session) {
    return nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0;
}

std::string http2_error_name(std::uint32_t code) {
    return nghttp2_http2_strerror(code);
}

void Http2Head::add(std::string_view name, std::string_view value) {
    const auto index =
        value.size() <= indexed_value_max ? NGHTTP2_NV_FLAG_NONE : NGHTTP2_NV_FLAG_NO_INDEX;
    fields_.push_back(
        {octets(name), octets(value), name.size(), value.size(), static_cast<std::uint8_t>(index)});
}

void Http2Head::add_fields(const Headers& headers) {
    for (const auto& [name, value] : headers.fields()) {
        if (is_connection_field(name) || !is_token(name)) {
            continue;
        }
        const bool blank_ends = value.starts_with(' ') || value.starts_with('\t')
                                || value.ends_with(' ') || value.ends_with('\t');
        const bool flawed = blank_ends || has_control(value);
        add(name, flawed ? mended_.emplace_back(mend(std::string(value))) : value);
    }
}

nghttp2_data_provider Http2Body::provider() {
    return {.source = {.ptr = this}, .read_callback = &read_body};
}

} // namespace base::http
