// SPDX-License-Identifier: Apache-2.0
#include "mpic/api/problem.hpp"

#include "mpic/model/codes.hpp"
#include "mpic/wire/draft_response.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mpic::api {
namespace {

using base::http::Rejection;
using coordinator::Unavailable;
using std::chrono::seconds;

ErrorStatus status_for(Refused refused) {
    switch (refused) {
    case Refused::no_such_path:
        return {404, code::not_found, {}};
    case Refused::wrong_http_method:
        return {405, code::method_not_allowed, {}};
    case Refused::media_type:
        return {415, code::unsupported_media_type, {}};
    case Refused::unauthenticated:
        return {401, code::unauthorized, {}};
    case Refused::method_forbidden:
        return {403, code::forbidden, {}};
    case Refused::rate:
        return {429, code::rate_limited, seconds(1)};
    case Refused::too_much_under_way:
        return {503, code::overloaded, seconds(1)};
    case Refused::method_ended:
        return {400, code::method_sunset, {}};
    case Refused::malformed:
        break;
    }
    return {400, code::invalid_request, {}};
}

ErrorStatus status_for(Rejection rejection) {
    switch (rejection) {
    case Rejection::head_too_large:
        return {431, code::headers_too_large, {}};
    case Rejection::body_too_large:
        return {413, code::payload_too_large, {}};
    case Rejection::timeout:
        return {408, code::request_timeout, {}};
    case Rejection::version_unsupported:
        return {505, code::invalid_request, {}};
    case Rejection::malformed:
        break;
    }
    return {400, code::invalid_request, {}};
}

ErrorStatus status_for(Unavailable unavailable) {
    switch (unavailable) {
    case Unavailable::compliance: // ends when somebody changes the roster
        return {503, code::not_compliant, seconds(60)};
    case Unavailable::audit:
        break;
    }
    return {503, code::audit_unavailable, seconds(5)};
}

ErrorStatus status_for(Fault /*fault*/) {
    return {500, code::internal_error, {}};
}

} // namespace

ErrorStatus status_of(const Cause& cause) {
    return std::visit([](auto one) { return status_for(one); }, cause);
}

base::http::Response error_response(const Problem& problem, std::string_view request_id) {
    const ErrorStatus status = status_of(problem.cause);
    base::http::Response response = base::http::json_response(
        status.status, wire::encode_error(status.code, problem.sentence, request_id, problem.issues,
                                          problem.incident));
    std::optional<seconds> wait = status.retry_after;
    if (problem.retry_after)
        wait = std::max(seconds(1), std::chrono::ceil<seconds>(*problem.retry_after));
    if (wait)
        response.headers.set("Retry-After", std::to_string(wait->count()));
    if (status.status == 401)
        response.headers.set("WWW-Authenticate", "Bearer realm=\"mpic\""); // RFC 6750 §3
    response.headers.set("X-Request-Id", std::string(request_id));
    add_security_headers(response);
    return response;
}

void add_security_headers(base::http::Response& response) {
    response.headers.set("Cache-Control", "no-store");
    response.headers.set("X-Content-Type-Options", "nosniff");
}

std::string summary_of(const std::vector<base::json::Issue>& issues) {
    constexpr std::size_t shown = 3;
    std::string out = issues.size() == 1
                          ? "The request has a problem."
                          : fmt::format("The request has {} problems.", issues.size());
    for (std::size_t i = 0; i < std::min(shown, issues.size()); ++i)
        out += fmt::format(" {}: {}{}", issues[i].path, issues[i].message,
                           issues[i].message.ends_with('?') ? "" : ".");
    if (issues.size() > shown)
        out += " The issues have them all.";
    return out;
}

} // namespace mpic::api
