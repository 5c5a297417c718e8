// SPDX-License-Identifier: Apache-2.0
#include "mpic/api/public_api.hpp"

#include "base/core/encoding.hpp"
#include "mpic/api/call.hpp"
#include "mpic/api/place_under_way.hpp"
#include "mpic/api/problem.hpp"
#include "mpic/api/target_places.hpp"
#include "mpic/model/codes.hpp"
#include "mpic/model/dcv_rules.hpp"
#include "mpic/wire/draft_request.hpp"
#include "mpic/wire/draft_response.hpp"

#include <fmt/format.h>

#include <expected>
#include <optional>
#include <utility>

namespace mpic::api {
namespace {

using base::http::Peer;
using base::http::Request;
using base::http::Response;

/// RFC 9110 §8.3.1: application/json with any parameters, not compressed (§8.4).
bool is_json(const base::http::Headers& headers) {
    std::string_view type = headers.get("Content-Type");
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' ') || type.ends_with('\t'))
        type.remove_suffix(1);
    const std::string_view coding = headers.get("Content-Encoding");
    return base::ascii_iequals(type, "application/json")
           && (coding.empty() || base::ascii_iequals(coding, "identity"));
}

std::unexpected<Problem> refuse(Cause cause, std::string sentence) {
    return std::unexpected(Problem{cause, std::move(sentence)});
}

struct Admission {
    CheckRequest request;
    PlaceUnderWay place;
    TargetPlaces::Place target;
};

/// What is said in the log alone: a client learns only that it is not known.
std::string why_nobody(const Request& request, const Peer& peer) {
    const std::size_t given = request.headers.count("Authorization");
    if (given > 1)
        return "more than one Authorization field";
    if (given == 1)
        return "the credentials are no client's";
    if (peer.identities.empty())
        return peer.certificate_sha256.empty() ? "no credentials"
                                               : "the client certificate names nobody";
    std::vector<std::string> shown;
    for (const std::string& identity : peer.identities)
        shown.push_back(base::excerpt(identity, 64));
    return "the client certificate is no client's: it is for " + base::join_and(shown);
}

} // namespace

struct PublicApi::State {
    Corroborate corroborate;
    std::function<std::shared_ptr<const Clients>()> clients;
    RequestMetrics metrics;
    const base::Clock& clock;
    base::Random& random;
    base::log::Logger& log;
    PublicApiOptions options;
    base::http::Router router;
    TargetPlaces targets;
    std::size_t in_flight = 0;
    LineBounds bounds;

    [[nodiscard]] Observers observers() { return {clock, random, log, metrics, bounds}; }
    [[nodiscard]] base::Awaitable<Response> serve(const Request& request, const Peer& peer);
    [[nodiscard]] Response missing(const Request& request, const std::vector<std::string>& allow);
    [[nodiscard]] std::expected<std::shared_ptr<Client>, Problem>
    identify(const Request& request, const Peer& peer, Call& call);
    [[nodiscard]] std::expected<PlaceUnderWay, Problem>
    enter(const std::shared_ptr<Client>& client);
    [[nodiscard]] std::expected<Admission, Problem> admit(const Request& request, const Peer& peer,
                                                          Call& call);
};

std::expected<std::shared_ptr<Client>, Problem>
PublicApi::State::identify(const Request& request, const Peer& peer, Call& call) {
    if (!is_json(request.headers))
        return refuse(Refused::media_type, "The body must be application/json, uncompressed.");
    const bool ambiguous = request.headers.count("Authorization") > 1;
    auto client =
        ambiguous ? nullptr : clients()->authenticate(request.headers.get("Authorization"), peer);
    if (client)
        return client;
    metrics.authentication_failure();
    call.refused_because = why_nobody(request, peer);
    return refuse(Refused::unauthenticated,
                  "A valid bearer token or client certificate is needed.");
}

std::expected<PlaceUnderWay, Problem>
PublicApi::State::enter(const std::shared_ptr<Client>& client) {
    const std::string& id = client->options().id;
    if (const auto wait = client->take(clock.steady())) {
        Problem problem{Refused::rate, fmt::format("Client {} asks more often than it may.", id)};
        problem.retry_after = *wait;
        return std::unexpected(std::move(problem));
    }
    if (in_flight >= options.max_in_flight)
        return refuse(Refused::too_much_under_way,
                      "Too many requests are under way; try again later.");
    if (!client->enter())
        return refuse(Refused::too_much_under_way,
                      fmt::format("Client {} has too many requests under way.", id));
    return PlaceUnderWay(in_flight, metrics, client);
}

std::expected<Admission, Problem> PublicApi::State::admit(const Request& request, const Peer& peer,
                                                          Call& call) {
    const auto client = identify(request, peer, call);
    if (!client)
        return std::unexpected(client.error());
    call.client = (*client)->options().id;
    wire::DraftHead head = wire::peek_draft_request(request.body);
    call.method = std::move(head.method);
    if (!head.request_id.empty())
        call.request_id = std::move(head.request_id);
    if (!call.method.empty() && !(*client)->allows(call.method))
        return refuse(Refused::method_forbidden, fmt::format("Client {} may not ask for method {}.",
                                                             call.client, call.method));
    auto place = enter(*client);
    if (!place)
        return std::unexpected(place.error());
    auto decoded = wire::decode_draft_request(request.body, call.request_id);
    if (!decoded) {
        Problem problem{Refused::malformed, summary_of(decoded.error())};
        problem.issues = std::move(decoded.error());
        return std::unexpected(std::move(problem));
    }
    call.domain = decoded->target.text();
    if (const auto ended =
            decoded->dcv ? sunset_refusal(*decoded->dcv, clock.wall()) : std::nullopt)
        return refuse(Refused::method_ended, fmt::format("Refused: {}.", *ended));
    auto target = targets.enter(Target{.host = decoded->target.host}.text());
    if (!target)
        return refuse(
            Refused::too_much_under_way,
            fmt::format("Too many requests for {} are under way; try again later.", call.domain));
    decoded->traceparent = call.traceparent;
    return Admission{*std::move(decoded), *std::move(place), *std::move(target)};
}

base::Awaitable<Response> PublicApi::State::serve(const Request& request, const Peer& peer) {
    Call call(observers(), request);
    call.peer = peer.endpoint.to_string();
    const auto admitted = admit(request, peer, call);
    if (!admitted)
        co_return call.refuse(admitted.error());
    std::optional<std::string> body;
    coordinator::Answer answer = co_await corroborate(
        admitted->request, call.client, [&admitted, &body](const Corroboration& result) {
            body = wire::encode_draft_response(admitted->request, result);
        });
    if (!answer.corroboration) {
        const auto why = answer.unavailable.value_or(coordinator::Unavailable::audit);
        co_return call.refuse(Problem{why, std::move(answer.detail)});
    }
    const Corroboration& corroboration = *answer.corroboration;
    call.ok = corroboration.decision.ok;
    call.code = corroboration.refusal ? corroboration.refusal->code : code::ok;
    metrics.decision(call.code);
    if (!body)
        body = wire::encode_draft_response(admitted->request, corroboration);
    co_return call.finish(base::http::json_response(200, *std::move(body)));
}

Response PublicApi::State::missing(const Request& request, const std::vector<std::string>& allow) {
    Call call(observers(), request);
    if (allow.empty())
        return call.refuse({Refused::no_such_path, "There is nothing at this path."});
    return call.refuse({Refused::wrong_http_method,
                        fmt::format("This path takes {} only.", base::join_and(allow))});
}

PublicApi::PublicApi(Corroborate corroborate,
                     std::function<std::shared_ptr<const Clients>()> clients,
                     const base::Clock& clock, base::Random& random, base::log::Logger& log,
                     base::log::Metrics& metrics, PublicApiOptions options)
    : state_(new State{.corroborate = std::move(corroborate),
                       .clients = std::move(clients),
                       .metrics = RequestMetrics(metrics),
                       .clock = clock,
                       .random = random,
                       .log = log,
                       .options = options,
                       .router = base::http::Router({}, {}),
                       .targets = TargetPlaces(options.max_in_flight_per_target)}) {
    State* state = state_.get();
    state->router =
        base::http::Router({{"POST", state->options.base_path + "/mpic/draft-00",
                             [state](const Request& request, const Peer& peer) {
                                 return state->serve(request, peer);
                             }}},
                           [state](const Request& request, const std::vector<std::string>& allow) {
                               return state->missing(request, allow);
                           });
}

PublicApi::~PublicApi() = default;

base::Awaitable<Response> PublicApi::handle(const Request& request, const Peer& peer) {
    return state_->router.handle(request, peer);
}

Response PublicApi::reject(base::http::Rejection rejection, std::string detail) {
    base::SystemRandom random;
    if (detail.empty())
        detail = "The request could not be read";
    if (!detail.ends_with('.'))
        detail += '.';
    return error_response({rejection, std::move(detail)}, random.hex(made_request_id_bytes));
}

Response PublicApi::fault(const std::string& incident_id) {
    Problem problem{Fault{}, "The service has a fault; its log has the incident."};
    problem.incident = incident_id;
    return error_response(problem, incident_id);
}

} // namespace mpic::api
