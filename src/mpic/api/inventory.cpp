// SPDX-License-Identifier: Apache-2.0
#include "mpic/api/inventory.hpp"

#include "base/core/time_text.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace mpic::api {
namespace {

using Json = nlohmann::ordered_json;

void put_place(Json& out, const Place& place) {
    out["rir"] = to_string(place.rir);
    out["latitude"] = place.at.latitude;
    out["longitude"] = place.at.longitude;
}

Json perspective_json(const Perspective& perspective) {
    Json out{{"id", perspective.id}, {"role", to_string(perspective.role)}};
    put_place(out, perspective.place);
    Json resolver{{"id", perspective.resolver.id}};
    put_place(resolver, perspective.resolver.place);
    out["resolver"] = std::move(resolver);
    out["url"] = perspective.url;
    out["identity"] = perspective.identity;
    return out;
}

Json phase_json(const DatedCompliance& phase, bool cabf) {
    return Json{{"from", base::rfc3339(phase.from)},
                {"phase", phase.phase},
                {"compliant", cabf && phase.breaches.empty()},
                {"breaches", phase.breaches}};
}

} // namespace

std::string inventory_json(const Roster& roster, const QuorumPolicy& policy, base::WallTime now,
                           std::string_view build) {
    Json schedule = Json::array();
    for (const DatedCompliance& phase : compliance_schedule(roster, policy, now))
        schedule.push_back(phase_json(phase, policy.is_cabf()));
    Json perspectives = Json::array();
    for (const Perspective& perspective : roster.perspectives)
        perspectives.push_back(perspective_json(perspective));
    const Json out{{"time", base::rfc3339(now)},
                   {"build", build},
                   {"policy", policy.name()},
                   {"compliant", !schedule.empty() && schedule.front()["compliant"].get<bool>()},
                   {"minimum-remotes", policy.minimum_remotes(now)},
                   {"warnings", roster_warnings(roster, policy, now)},
                   {"compliance", std::move(schedule)},
                   {"perspectives", std::move(perspectives)}};
    return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace mpic::api
