// SPDX-License-Identifier: Apache-2.0
#include "base/http/router.hpp"

#include <algorithm>

namespace base::http {
namespace {

/// How well `pattern` fits: 0 not at all, an exact path best, then the longest "/*".
std::size_t fit(std::string_view pattern, std::string_view path) {
    if (pattern == path) {
        return std::string_view::npos;
    }
    if (pattern.ends_with("/*")) {
        pattern.remove_suffix(1);
        return path.starts_with(pattern) ? pattern.size() : 0;
    }
    return 0;
}

Awaitable<Response> ready(Response response) {
    co_return response;
}

/// RFC 9110 §9.3.2: what GET would say, without the content.
Awaitable<Response> without_body(Awaitable<Response> get) {
    Response response = co_await std::move(get);
    response.headers.set("Content-Length", std::to_string(response.body.size()));
    response.body.clear();
    co_return response;
}

std::string allow_header(const std::vector<std::string>& methods) {
    std::string out;
    for (const std::string& method : methods) {
        out += (out.empty() ? "" : ", ") + method;
    }
    return out;
}

} // namespace

Router::Router(
    std::vector<Route> routes,
    std::function<Response(const Request&, const std::vector<std::string>& allow)> missing)
    : routes_(std::move(routes)), missing_(std::move(missing)) {}

Awaitable<Response> Router::handle(const Request& request, const Peer& peer) const {
    const std::string_view path = request.path();
    std::size_t best = 0;
    for (const Route& route : routes_) {
        best = std::max(best, fit(route.path, path));
    }
    const Route* get = nullptr;
    std::vector<std::string> allow;
    for (const Route& route : routes_) {
        if (best == 0 || fit(route.path, path) != best) {
            continue;
        }
        if (route.method == request.method) {
            return route.handler(request, peer);
        }
        if (route.method == "GET") {
            get = &route;
        }
        allow.push_back(route.method);
    }
    if (get != nullptr && request.method == "HEAD") {
        return without_body(get->handler(request, peer));
    }
    if (get != nullptr && std::ranges::find(allow, "HEAD") == allow.end()) {
        allow.emplace_back("HEAD");
    }
    std::ranges::sort(allow);
    Response response = missing_(request, allow);
    if (!allow.empty()) {
        response.headers.set("Allow", allow_header(allow)); // RFC 9110 §15.5.6
    }
    return ready(std::move(response));
}

} // namespace base::http
