// SPDX-License-Identifier: Apache-2.0
#pragma once
// The public dialect, draft-westerbaan-secdispatch-mpic-00 with the http-acme method of its later
// revision and further methods in its style: from a JSON body to a CheckRequest. Every problem is
// found at once.

#include "base/json/reader.hpp"
#include "mpic/model/check_request.hpp"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace mpic::wire {

/// Body bytes accepted; larger ones are refused before they are read.
inline constexpr std::size_t request_body_limit = 64 * 1024;

/// `request_id` is used when the body has none. Issues carry JSON paths into the body.
[[nodiscard]] std::expected<CheckRequest, std::vector<base::json::Issue>>
decode_draft_request(std::string_view body, std::string request_id);

/// What of a body matters before the rest is judged: who may ask it, and what to call it. Empty
/// where the body has no such member or no valid one; a method is one of draft_methods().
struct DraftHead {
    std::string method;
    std::string request_id;
};
[[nodiscard]] DraftHead peek_draft_request(std::string_view body);

/// 1..128 characters of printable ASCII.
[[nodiscard]] bool valid_request_id(std::string_view text);

/// The request's methods by their names in the API: "caa", "http", "dns", "http-acme", "dns-01", ….
[[nodiscard]] const std::vector<std::string>& draft_methods();

/// The body that a client sends for `request` (mpicd request).
[[nodiscard]] std::string encode_draft_request(const CheckRequest& request);

} // namespace mpic::wire
