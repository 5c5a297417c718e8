// SPDX-License-Identifier: Apache-2.0
#pragma once
// What both sides of an HTTP/2 connection share (RFC 9113): nghttp2's session with its options, its
// frames as octets, and header fields as it wants them. Knows no socket.

#include "base/http/message.hpp"

#include <boost/container/small_vector.hpp>
#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace base::http {

struct FreeHttp2 {
    void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
    void operator()(nghttp2_session_callbacks* callbacks) const {
        nghttp2_session_callbacks_del(callbacks);
    }
    void operator()(nghttp2_option* option) const { nghttp2_option_del(option); }
};
using Http2Session = std::unique_ptr<nghttp2_session, FreeHttp2>;
using Http2Callbacks = std::unique_ptr<nghttp2_session_callbacks, FreeHttp2>;
using Http2Options = std::unique_ptr<nghttp2_option, FreeHttp2>;

/// Throw std::bad_alloc.
[[nodiscard]] Http2Callbacks make_http2_callbacks();
[[nodiscard]] Http2Options make_http2_options();

/// The first octets of a client (RFC 9113 §3.4).
inline constexpr std::string_view http2_preface{NGHTTP2_CLIENT_MAGIC, NGHTTP2_CLIENT_MAGIC_LEN};

/// Takes what the peer sent: a negative number is nghttp2's error.
[[nodiscard]] ssize_t take_frames(nghttp2_session* session, std::string_view octets);
/// Appends frames that are ready until `out` holds about `enough` octets. False when the session
/// cannot go on.
[[nodiscard]] bool append_frames(nghttp2_session* session, std::string& out, std::size_t enough);

/// Nothing is to be read or written any more.
[[nodiscard]] bool is_finished(nghttp2_session* session);

/// The name of an error code for a person (RFC 9113 §7): "REFUSED_STREAM".
[[nodiscard]] std::string http2_error_name(std::uint32_t code);

/// The fields of one head for nghttp2, which copies them when they are submitted. What is added
/// must live until then.
class Http2Head {
public:
    void add(std::string_view name, std::string_view value);
    /// All but those that belong to HTTP/1.1's framing (RFC 9113 §8.2.2), Content-Length and Host.
    /// Control characters in values become spaces: a handler's mistake must not end its stream.
    void add_fields(const Headers& headers);
    [[nodiscard]] const nghttp2_nv* data() const { return fields_.data(); }
    [[nodiscard]] std::size_t size() const { return fields_.size(); }

private:
    static constexpr std::size_t usual_fields = 12;

    boost::container::small_vector<nghttp2_nv, usual_fields> fields_;
    std::list<std::string> mended_;
};

/// A body that is sent from the front of `text`, from `sent` on.
struct Http2Body {
    std::string_view text; ///< of the message that is sent
    std::size_t sent = 0;

    /// nghttp2's source of DATA frames. Points to this object, which must outlive the stream, or
    /// the submission of its RST_STREAM.
    [[nodiscard]] nghttp2_data_provider provider();
};

} // namespace base::http
