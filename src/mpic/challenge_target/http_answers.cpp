// SPDX-License-Identifier: Apache-2.0
#include "mpic/challenge_target/http_answers.hpp"

#include "base/async/deadline.hpp"
#include "base/core/encoding.hpp"

namespace mpic::challenge_target {
namespace {

base::http::Response nothing_set(const HttpPlace& place) {
    base::http::Response response{.status = 404};
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
    response.body = "nothing is set for http://" + base::excerpt(place.first)
                    + base::excerpt(place.second) + "\n";
    return response;
}

/// IPv6 has one loopback address for everybody: over it a perspective is told by its User-Agent,
/// which names it ("mpicd/0.1.0 (perspective iad)").
std::string asking_perspective(const Sources& sources, const base::http::Request& request,
                               const base::http::Peer& peer) {
    auto found = perspective_at(sources, peer.endpoint.address);
    if (!found.empty() || !peer.endpoint.address.is_v6())
        return found;
    const std::string_view agent = request.headers.get("User-Agent");
    for (const auto& [address, id] : sources)
        if (agent.ends_with("(perspective " + id + ")"))
            return id;
    return {};
}

} // namespace

std::string plain_host(std::string_view host) {
    const std::size_t bracket = host.rfind(']'); // an IPv6 address has colons of its own
    const std::size_t colon = host.rfind(':');
    if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket))
        host = host.substr(0, colon);
    if (host.ends_with('.'))
        host.remove_suffix(1);
    return base::ascii_lower(host);
}

HttpAnswers::HttpAnswers(const base::Clock& clock, const Views& views, const Sources& sources,
                         RequestLog& requests)
    : clock_(clock), views_(views), sources_(sources), requests_(requests) {}

base::Awaitable<base::http::Response> HttpAnswers::respond(const base::http::Request& request,
                                                           const base::http::Peer& peer) {
    const std::string host(request.headers.get("Host"));
    const std::string path(request.path());
    const std::string perspective = asking_perspective(sources_, request, peer);
    const std::size_t question_mark = request.target.find('?');
    requests_.add(
        {clock_.wall(), perspective, peer.endpoint.address,
         HttpRequest{request.method, host, path,
                     question_mark == std::string::npos ? std::string()
                                                        : request.target.substr(question_mark + 1),
                     request.headers}});
    const HttpPlace place{plain_host(host), path};
    const HttpAnswer* answer = views_.answer_at(perspective, place);
    base::http::Response response = answer ? answer->response : nothing_set(place);
    // What is set may change while this sleeps: `answer` is not used after.
    if (answer && answer->delay.count() > 0)
        co_await base::sleep_until(base::Deadline::after(clock_.steady(), answer->delay));
    if (request.method == "HEAD") {
        response.headers.set("Content-Length", std::to_string(response.body.size()));
        response.body.clear();
    }
    co_return response;
}

} // namespace mpic::challenge_target
