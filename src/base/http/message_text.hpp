// SPDX-License-Identifier: Apache-2.0
#pragma once
// Messages as octets (RFC 9112). Framing fields (Content-Length, Transfer-Encoding, Connection) are
// written here and nowhere else. Pure.

#include "base/core/clock.hpp"
#include "base/core/result.hpp"
#include "base/http/message.hpp"

#include <string>
#include <string_view>

namespace base::http {

/// A field name or method (RFC 9110 §5.6.2).
[[nodiscard]] bool is_token(std::string_view text);
/// What has no place in a field's value.
[[nodiscard]] bool is_control(char c);
[[nodiscard]] bool has_control(std::string_view text);
/// invalid when the method, target or a field could break the framing.
[[nodiscard]] Result<void> check_request(const Request& request);

/// Appends head and body. invalid when the method, target or a field could break the framing.
[[nodiscard]] Result<void> append_request(std::string& out, const Request& request,
                                          bool keep_alive);

struct ResponseFraming {
    bool keep_alive = true;
    bool http10 = false;   ///< the request's version: 1.0 must be told of keep-alive
    bool to_head = false;  ///< answers HEAD: a Content-Length, and no body
    std::string_view date; ///< RFC 9110 §6.6.1
};

/// Appends the head, and the body where the status and the method have one. Control characters in
/// field values become spaces: a handler's mistake must not split a response.
void append_response(std::string& out, const Response& response, const ResponseFraming& framing);

/// over_limit("body is", 65536): "the request's body is over its limit of 65536 octets".
[[nodiscard]] std::string over_limit(std::string_view what, std::size_t octets);

/// IMF-fixdate, RFC 9110 §5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::string http_date(WallTime at);

/// RFC 9110 §15; "Status" for a code it does not name.
[[nodiscard]] std::string_view standard_reason(unsigned status);

} // namespace base::http
