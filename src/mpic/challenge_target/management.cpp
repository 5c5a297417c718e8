// SPDX-License-Identifier: Apache-2.0
#include "mpic/challenge_target/management.hpp"

#include "base/core/encoding.hpp"
#include "mpic/challenge_target/management_body.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <optional>

namespace mpic::challenge_target {
namespace {

using base::http::Peer;
using base::http::Request;
using base::http::Response;
using Json = nlohmann::ordered_json;

std::string dump(const Json& document) {
    return document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

base::Awaitable<Response> ready(Response response) {
    co_return response;
}

Response done() {
    return base::http::json_response(200, dump({{"ok", true}}));
}

Response refused(const base::json::Issues& issues) {
    Json list = Json::array();
    for (const base::json::Issue& issue : issues.list())
        list.push_back({{"path", issue.path}, {"message", issue.message}});
    return base::http::json_response(
        400, dump({{"ok", false}, {"error", issues.to_string()}, {"issues", std::move(list)}}));
}

Response full() {
    return management_error(
        507,
        fmt::format("{} names and paths are set, which is all there is room for: DELETE / first",
                    Views::max_entries));
}

Response put_dns(Views& views, const std::vector<std::string>& known, const Request& request) {
    base::json::Issues issues;
    const auto change = read_dns_change(request.body, known, issues);
    if (!change)
        return refused(issues);
    const auto* records = std::get_if<RecordsChange>(&change->what);
    const bool set =
        records ? views.set(change->perspectives, change->name, records->type, records->rdata)
                : views.set(change->perspectives, change->name, std::get<Behaviour>(change->what));
    return set ? done() : full();
}

Response put_http(Views& views, const std::vector<std::string>& known, const Request& request) {
    base::json::Issues issues;
    const auto change = read_http_change(request.body, known, issues);
    if (!change)
        return refused(issues);
    return views.answer(change->perspectives, change->place, change->answer) ? done() : full();
}

Response put_tls(Views& views, const std::vector<std::string>& known, const Request& request) {
    base::json::Issues issues;
    const auto change = read_tls_change(request.body, known, issues);
    if (!change)
        return refused(issues);
    return views.answer(change->perspectives, change->server_name, change->answer) ? done()
                                                                                   : full();
}

Response introduction(const std::vector<std::string>& known) {
    const Json calls = {
        {{"call", "PUT /dns"},
         {"body",
          R"({"name": "www.mpic.test", "type": "TXT", "values": ["text"], "perspectives": ["iad"]})"},
         {"effect", "sets the RRset, for all perspectives when none are named; a value set for one "
                    "perspective hides the one set for all, and no values mean no such record"}},
        {{"call", "PUT /dns"},
         {"body",
          R"({"name": "www.mpic.test", "rcode": "SERVFAIL", "drop": false, "delay-ms": 0})"},
         {"effect", "that RCODE, silence or delay for every type at the name; NOERROR ends it"}},
        {{"call", "PUT /http"},
         {"body",
          R"({"host": "www.mpic.test", "path": "/x", "status": 200, "headers": {}, "body": "text", "delay-ms": 0})"},
         {"effect", "what the HTTP server answers; other paths get 404"}},
        {{"call", "PUT /tls"},
         {"body",
          R"({"host": "www.mpic.test", "key-authorization": "token.thumbprint", "perspectives": ["iad"]})"},
         {"effect", "the certificate that the TLS server shows for acme-tls/1; other names get the "
                    "alert no_application_protocol"}},
        {{"call", "GET /requests"},
         {"effect", "every DNS query, HTTP request and TLS handshake seen"}},
        {{"call", "DELETE /"}, {"effect", "back to the start"}},
    };
    return base::http::json_response(
        200,
        dump({{"ok", true},
              {"what",
               "This is the management API of mpicd's challenge-test target, which answers DNS, "
               "HTTP and TLS challenges for mpic.test, to each perspective what you tell it to."},
              {"perspectives", known},
              {"calls", calls}}));
}

Response missing(const Request& request, const std::vector<std::string>& allow) {
    if (!allow.empty())
        return management_error(405,
                                fmt::format("{} is not possible here; {} would be",
                                            base::excerpt(request.method), base::join_and(allow)));
    return management_error(404, "no such call; GET / lists them");
}

} // namespace

Response management_error(unsigned status, const std::string& sentence) {
    return base::http::json_response(status, dump({{"ok", false}, {"error", sentence}}));
}

base::http::Router make_management_router(Views& views, RequestLog& requests,
                                          std::vector<std::string> known) {
    // None of these lambdas is a coroutine: what they return no longer needs them.
    return base::http::Router(
        {
            {"GET", "/",
             [known](const Request&, const Peer&) { return ready(introduction(known)); }},
            {"PUT", "/dns",
             [&views, known](const Request& request, const Peer&) {
                 return ready(put_dns(views, known, request));
             }},
            {"PUT", "/http",
             [&views, known](const Request& request, const Peer&) {
                 return ready(put_http(views, known, request));
             }},
            {"PUT", "/tls",
             [&views, known](const Request& request, const Peer&) {
                 return ready(put_tls(views, known, request));
             }},
            {"GET", "/requests",
             [&requests](const Request&, const Peer&) {
                 return ready(base::http::json_response(200, requests.to_json() + "\n"));
             }},
            {"DELETE", "/",
             [&views, &requests](const Request&, const Peer&) {
                 views.reset();
                 requests.clear();
                 return ready(done());
             }},
        },
        missing);
}

} // namespace mpic::challenge_target
