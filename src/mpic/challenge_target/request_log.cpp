// SPDX-License-Identifier: Apache-2.0
#include "mpic/challenge_target/request_log.hpp"

#include "base/core/time_text.hpp"

#include <nlohmann/json.hpp>

namespace mpic::challenge_target {
namespace {

using Json = nlohmann::ordered_json;

void describe(Json& out, const DnsRequest& request) {
    out["protocol"] = "dns";
    out["transport"] = request.tcp ? "tcp" : "udp";
    out["name"] = request.name;
    out["type"] = request.type;
}

void describe(Json& out, const HttpRequest& request) {
    out["protocol"] = "http";
    out["method"] = request.method;
    out["host"] = request.host;
    out["path"] = request.path;
    out["query"] = request.query;
    Json headers = Json::object();
    for (const auto& [name, value] : request.headers.fields()) {
        if (const auto known = headers.find(name); known != headers.end())
            known->get_ref<std::string&>().append(", ").append(value); // RFC 9110 §5.3
        else
            headers[std::string(name)] = value;
    }
    out["headers"] = std::move(headers);
}

void describe(Json& out, const TlsRequest& request) {
    out["protocol"] = "tls";
    out["server-name"] = request.server_name;
    out["chosen"] = request.protocol;
}

} // namespace

void RequestLog::add(LoggedRequest request) {
    if (requests_.size() == max_entries) {
        requests_.pop_front();
        ++dropped_;
    }
    requests_.push_back(std::move(request));
}

void RequestLog::clear() {
    requests_.clear();
    dropped_ = 0;
}

std::string RequestLog::to_json() const {
    Json requests = Json::array();
    for (const LoggedRequest& request : requests_) {
        Json entry{{"time", base::rfc3339(request.time)},
                   {"perspective", request.perspective},
                   {"source", request.source.to_string()}};
        std::visit([&entry](const auto& what) { describe(entry, what); }, request.what);
        requests.push_back(std::move(entry));
    }
    const Json document{{"requests", std::move(requests)}, {"dropped", dropped_}};
    // Header values may hold any octets; JSON may not.
    return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace mpic::challenge_target
