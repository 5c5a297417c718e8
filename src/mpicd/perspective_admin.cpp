// SPDX-License-Identifier: Apache-2.0
#include "mpicd/perspective_admin.hpp"

#include "mpicd/perspective_unit.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <utility>

namespace mpicd {

namespace {

using base::http::Peer;
using base::http::Request;
using base::http::Response;
using Json = nlohmann::ordered_json;

base::Awaitable<Response> ready(Response response) {
    co_return response;
}

base::http::Router::Route route(std::string path, std::function<Response()> answer) {
    return {"GET", std::move(path),
            [answer = std::move(answer)](const Request&, const Peer&) { return ready(answer()); }};
}

Response missing(const Request&, const std::vector<std::string>& allow) {
    return base::http::json_response(
        allow.empty() ? 404 : 405,
        Json{{"error", "There are /healthz, /readyz and /metrics here, for GET."}}.dump());
}

base::http::ServerOptions server_options(const base::net::Endpoint& listen,
                                         const base::http::Router& router) {
    base::http::ServerOptions server;
    server.listen = listen;
    server.handler = [&router](const Request& request, const Peer& peer) {
        return router.handle(request, peer);
    };
    server.reject = plain_rejection;
    server.fault = plain_fault;
    return server;
}

} // namespace

PerspectiveAdmin::PerspectiveAdmin(base::asio::io_context& loop, const base::Clock& clock,
                                   base::log::Logger& log, const base::log::Metrics& metrics,
                                   const base::net::Endpoint& listen)
    : metrics_(metrics),
      router_({route("/healthz",
                     [] { return base::http::json_response(200, Json{{"status", "ok"}}.dump()); }),
               route("/readyz", [this] { return readiness(); }),
               route("/metrics",
                     [this] {
                         Response response;
                         response.body = metrics_.expose();
                         response.headers.set("Content-Type",
                                              "text/plain; version=0.0.4; charset=utf-8");
                         return response;
                     })},
              missing),
      server_(loop, clock, log, server_options(listen, router_)) {}

Response PerspectiveAdmin::readiness() const {
    if (!stopping_)
        return base::http::json_response(200, Json{{"status", "ready"}}.dump());
    Response response = base::http::json_response(
        503, Json{{"status", "not ready"}, {"reasons", Json::array({"the service is stopping"})}}
                 .dump());
    response.headers.set("Retry-After", "5");
    return response;
}

} // namespace mpicd
