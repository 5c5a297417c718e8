// SPDX-License-Identifier: Apache-2.0
#include "mpicd/request_output.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace mpicd {

namespace {

using Json = nlohmann::json;

std::string text(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// "ok", "body-mismatch", or "-" for what was not asked.
std::string part(const Json& perspective, const char* key) {
    const auto found = perspective.find(key);
    return found != perspective.end() && found->is_object() ? text(*found, "code") : "-";
}

std::string table(const Json& perspectives) {
    std::string out =
        fmt::format("\n  {:<12} {:<8} {:<9} {:<14} {:<22} {:<22} {:>9}\n", "perspective", "role",
                    "region", "outcome", "domain control", "caa", "ms");
    for (const auto& [id, p] : perspectives.items())
        out += fmt::format("  {:<12} {:<8} {:<9} {:<14} {:<22} {:<22} {:>9.1f}\n", id,
                           text(p, "role"), text(p, "rir"), text(p, "outcome"), part(p, "dcv"),
                           part(p, "caa"), p.value("elapsed-ms", 0.0));
    return out;
}

} // namespace

std::string answer_text(unsigned status, const Json& answer) {
    const bool ok = answer.value("ok", false);
    std::string out = ok ? "ok" : fmt::format("not ok: {}", text(answer, "code"));
    if (const auto quorum = answer.find("quorum"); quorum != answer.end())
        out += fmt::format("   quorum {}, {} required, policy {}", text(*quorum, "result"),
                           quorum->value("required", 0), text(*quorum, "policy"));
    if (status != 200)
        out += fmt::format("   (HTTP status {})", status);
    out += "\n";
    if (!ok)
        out += fmt::format("  {}\n", text(answer, "error"));
    for (const auto& selected : answer.value("selected", Json::array()))
        out += fmt::format("  found: {}\n", selected.get<std::string>());
    for (const auto& issue : answer.value("issues", Json::array()))
        out += fmt::format("  {}: {}\n", text(issue, "path"), text(issue, "message"));
    for (const auto& diagnosis : answer.value("diagnosis", Json::array()))
        out += fmt::format("  diagnosis ({}): {}\n", text(diagnosis, "code"),
                           text(diagnosis, "sentence"));
    if (const auto perspectives = answer.find("perspectives"); perspectives != answer.end())
        out += table(*perspectives);
    for (const auto& id : answer.value("pending", Json::array()))
        out += fmt::format("  {:<12} was not waited for\n", id.get<std::string>());
    return out;
}

} // namespace mpicd
