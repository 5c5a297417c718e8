// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/draft_response.hpp"

#include "mpic/wire/caa_shown.hpp"
#include "mpic/wire/evidence_json.hpp"
#include "mpic/wire/quorum_json.hpp"
#include "mpic/wire/redaction.hpp"

#include <fmt/format.h>

#include <utility>
#include <variant>

namespace mpic::wire {
namespace {

Json diagnosis_json(const std::vector<Diagnosis>& diagnoses) {
    Json out = Json::array();
    for (const Diagnosis& diagnosis : diagnoses)
        out.push_back(Json{{"code", diagnosis.code},
                           {"sentence", diagnosis.sentence},
                           {"perspectives", diagnosis.perspectives}});
    return out;
}

Json quorum_json(const Corroboration& corroboration) {
    const QuorumRule& rule = corroboration.attempt.rule;
    const Decision& decision = corroboration.decision;
    return Json{{"remotes", rule.remotes},
                {"corroborated", decision.corroborated},
                {"required", rule.required},
                {"result", quorum_result(decision.corroborated, rule.remotes)},
                {"rirs", rirs_json(decision.rirs)},
                {"policy", rule.policy},
                {"compliant", rule.compliant}};
}

void put_evidence(Json& out, const PerspectiveReport& report) {
    out["elapsed-ms"] = rounded_ms(report.elapsed_ms);
    if (report.dcv)
        out["dcv"] = dcv_json(*report.dcv, Detail::brief);
    if (report.caa)
        out["caa"] = caa_json(*report.caa, Detail::brief);
}

void put_evidence(Json& out, const NoReport& none) {
    out["elapsed-ms"] = rounded_ms(none.elapsed_ms);
    out.update(failure_json(none.failure));
}

Json perspective_json(const Seat& seat, const Reply& reply, const SeatDecision& decision) {
    const bool ok = decision.outcome == Outcome::corroborates;
    Json out{{"ok", ok},
             {"success", ok},
             {"role", to_string(seat.role)},
             {"rir", to_string(seat.rir)},
             {"outcome", to_string(decision.outcome)}};
    std::visit([&](const auto& one) { put_evidence(out, one); }, reply);
    return out;
}

/// Who answered, and who was not waited for.
void put_perspectives(Json& out, const Corroboration& corroboration) {
    Json reported = Json::object();
    Json pending = Json::array();
    const auto& seats = corroboration.attempt.seats;
    for (std::size_t i = 0; i < seats.size(); ++i) {
        const auto& decision = corroboration.decision.seats.at(i);
        const auto& reply = corroboration.replies.at(i);
        if (decision && reply)
            reported[seats[i].id] = perspective_json(seats[i], *reply, *decision);
        else
            pending.push_back(seats[i].id);
    }
    out["perspectives"] = std::move(reported);
    if (!pending.empty())
        out["pending"] = std::move(pending);
}

} // namespace

std::string encode_draft_response(const CheckRequest& request, const Corroboration& corroboration) {
    const bool ok = corroboration.decision.ok;
    Json out{{"ok", ok}, {"success", ok}};
    if (corroboration.refusal) {
        out["error"] = corroboration.refusal->error;
        out["code"] = corroboration.refusal->code;
    }
    if (!corroboration.diagnoses.empty())
        out["diagnosis"] = diagnosis_json(corroboration.diagnoses);
    if (const auto shown = caa_to_show(corroboration))
        out["caa"] = record_set_json(shown->node, shown->rdata);
    out["quorum"] = quorum_json(corroboration);
    put_perspectives(out, corroboration);
    out["attempts"] = corroboration.attempts;
    out["request-id"] = request.request_id;
    Redaction(request).apply(out);
    return to_line(out);
}

std::string encode_error(std::string_view code, std::string_view sentence,
                         std::string_view request_id, const std::vector<base::json::Issue>& issues,
                         std::string_view incident) {
    Json out{{"ok", false}, {"success", false}, {"error", sentence}, {"code", code}};
    for (const base::json::Issue& issue : issues)
        out["issues"].push_back(Json{{"path", issue.path}, {"message", issue.message}});
    if (!incident.empty())
        out["incident"] = incident;
    out["request-id"] = request_id;
    return to_line(out);
}

} // namespace mpic::wire
