// SPDX-License-Identifier: Apache-2.0
#include "mpic/api/admin_api.hpp"

#include "base/core/encoding.hpp"
#include "mpic/api/errors_document.hpp"
#include "mpic/api/inventory.hpp"
#include "mpic/api/problem.hpp"
#include "mpic/model/codes.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <string_view>
#include <utility>

namespace mpic::api {
namespace {

using base::http::json_response;
using base::http::Peer;
using base::http::Request;
using base::http::Response;
using Json = nlohmann::ordered_json;
using Sources = std::shared_ptr<const AdminSources>; // shared by the routes of one router

constexpr std::string_view errors_path = "/errors/";

Response text_response(std::string_view type, std::string body) {
    Response response{.status = 200, .reason = {}, .headers = {}, .body = std::move(body)};
    response.headers.set("Content-Type", type);
    return response;
}

Response problem(Refused refused, std::string sentence) {
    base::SystemRandom random;
    return error_response({refused, std::move(sentence)}, random.hex(16));
}

Response health() {
    return json_response(200, Json{{"status", "ok"}}.dump());
}

Response readiness(const AdminSources& sources) {
    const std::vector<std::string> reasons = sources.not_ready();
    if (reasons.empty())
        return json_response(200, Json{{"status", "ready"}}.dump());
    Response response =
        json_response(503, Json{{"status", "not ready"}, {"reasons", reasons}}.dump());
    response.headers.set("Retry-After", "5");
    return response;
}

Response inventory(const AdminSources& sources) {
    return json_response(200, inventory_json(sources.roster(), sources.policy(),
                                             sources.clock.wall(), sources.build));
}

std::string_view group_name(CodeGroup group) {
    switch (group) {
    case CodeGroup::finding:
        return "finding";
    case CodeGroup::failure:
        return "failure";
    case CodeGroup::decision:
        return "decision";
    case CodeGroup::diagnosis:
        return "diagnosis";
    case CodeGroup::api:
        break;
    }
    return "api";
}

Response all_errors() {
    Json codes = Json::array();
    for (const Code& code : all_codes())
        codes.push_back(Json{{"code", code.name},
                             {"group", group_name(code.group)},
                             {"meaning", code.meaning},
                             {"path", std::string(errors_path) + std::string(code.name)}});
    return json_response(200, Json{{"codes", std::move(codes)}}.dump());
}

Response one_error(const Request& request) {
    const std::string_view code = request.path().substr(errors_path.size());
    const std::string_view section = error_section(code);
    if (section.empty())
        return problem(
            Refused::no_such_path,
            fmt::format("There is no code \"{}\"; /errors lists them.", base::excerpt(code, 64)));
    return text_response("text/markdown; charset=utf-8", std::string(section));
}

Response missing(const Request& /*request*/, const std::vector<std::string>& allow) {
    if (!allow.empty())
        return problem(Refused::wrong_http_method,
                       fmt::format("This path takes {} only.", base::join_and(allow)));
    return problem(Refused::no_such_path, "There is nothing at this path; try /healthz, /readyz, "
                                          "/metrics, /perspectives or /errors.");
}

base::Awaitable<Response> ready(Response response) {
    co_return response;
}

base::http::Router::Route route(std::string path, std::function<Response(const Request&)> answer) {
    return {"GET", std::move(path),
            [answer = std::move(answer)](const Request& request, const Peer&) {
                return ready(answer(request));
            }};
}

} // namespace

base::http::Router make_admin_router(AdminSources sources) {
    const Sources shared = std::make_shared<const AdminSources>(std::move(sources));
    return base::http::Router(
        {route("/healthz", [](const Request&) { return health(); }),
         route("/readyz", [shared](const Request&) { return readiness(*shared); }),
         route("/metrics",
               [shared](const Request&) {
                   return text_response("text/plain; version=0.0.4; charset=utf-8",
                                        shared->metrics.expose());
               }),
         route("/perspectives", [shared](const Request&) { return inventory(*shared); }),
         route("/errors", [](const Request&) { return all_errors(); }),
         route("/errors/*", [](const Request& request) { return one_error(request); })},
        missing);
}

} // namespace mpic::api
