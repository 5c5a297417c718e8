// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything that is answered instead of a decision, and the one map from it to an HTTP status and
// a code.

#include "base/http/server.hpp"
#include "base/json/reader.hpp"
#include "mpic/coordinator/coordinator.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mpic::api {

/// Why this module itself refuses a request.
enum class Refused {
    no_such_path,
    wrong_http_method,
    media_type,
    unauthenticated,
    method_forbidden,
    rate,
    too_much_under_way,
    malformed, ///< with issues
    method_ended,
};

struct Fault {};

using Cause = std::variant<Refused, base::http::Rejection, coordinator::Unavailable, Fault>;

struct ErrorStatus {
    unsigned status;
    std::string_view code;
    std::optional<std::chrono::seconds> retry_after; ///< unless something better is known
};
[[nodiscard]] ErrorStatus status_of(const Cause& cause);

struct Problem {
    Cause cause;
    std::string sentence;
    std::vector<base::json::Issue> issues = {};
    std::string incident = {};
    std::optional<std::chrono::nanoseconds> retry_after = {};
};

/// The one shape of every error answer. Retry-After is in whole seconds, at least one.
[[nodiscard]] base::http::Response error_response(const Problem& problem,
                                                  std::string_view request_id);

/// What keeps an answer from being stored on its way, or taken for a page: it is for one program.
void add_security_headers(base::http::Response& response);

/// "The request has 2 problems. $.domain: required. $.x: unknown field."
[[nodiscard]] std::string summary_of(const std::vector<base::json::Issue>& issues);

} // namespace mpic::api
