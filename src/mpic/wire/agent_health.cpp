// SPDX-License-Identifier: Apache-2.0
#include "base/json/reader.hpp"
#include "mpic/wire/agent_protocol.hpp"

#include <nlohmann/json.hpp>

namespace mpic::wire {

namespace {

constexpr std::size_t health_limit = 4096;
constexpr std::size_t max_id = 128;

} // namespace

std::string encode_agent_health(std::string_view perspective, std::string_view build) {
    return nlohmann::ordered_json{{"perspective", perspective}, {"build", build}}.dump();
}

base::Result<std::string> decode_agent_health(std::string_view body) {
    base::json::Issues issues;
    const auto document = base::json::parse(body, {.max_bytes = health_limit}, issues);
    std::optional<std::string> perspective;
    if (document) {
        base::json::ObjectReader reader(*document, "$", issues);
        reader.require({"perspective"});
        perspective = reader.string("perspective", max_id); // other fields: a later version's
    }
    if (!perspective || !issues.empty())
        return base::fail(base::FailureKind::peer_malformed,
                          "the agent's word about itself: " + issues.to_string());
    return *std::move(perspective);
}

} // namespace mpic::wire
