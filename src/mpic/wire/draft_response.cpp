// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/draft_response.hpp"

#include "mpic/wire/caa_shown.hpp"
#include "mpic/wire/evidence_json.hpp"
#include "mpic/wire/quorum_json.hpp"

#include <cstddef>
#include <variant>

namespace mpic::wire {
namespace {

constexpr std::size_t usual_size = 8 * 1024;
constexpr std::size_t usual_error_size = 512;

void put_diagnosis(JsonOut& out, const std::vector<Diagnosis>& diagnoses) {
    out.key("diagnosis");
    out.open_array();
    for (const Diagnosis& diagnosis : diagnoses) {
        out.open_object();
        out.member("code", diagnosis.code);
        out.member("sentence", diagnosis.sentence);
        out.member("perspectives", diagnosis.perspectives);
        out.close_object();
    }
    out.close_array();
}

void put_quorum(JsonOut& out, const Corroboration& corroboration) {
    const QuorumRule& rule = corroboration.attempt.rule;
    const Decision& decision = corroboration.decision;
    out.key("quorum");
    out.open_object();
    out.member("remotes", rule.remotes);
    out.member("corroborated", decision.corroborated);
    out.member("required", rule.required);
    out.member("result", quorum_result(decision.corroborated, rule.remotes));
    put_rirs(out, decision.rirs);
    out.member("policy", rule.policy);
    out.member("compliant", rule.compliant);
    out.close_object();
}

void put_evidence(JsonOut& out, const PerspectiveReport& report) {
    put_ms(out, "elapsed-ms", report.elapsed_ms);
    if (report.dcv) {
        out.key("dcv");
        out.open_object();
        put_dcv(out, *report.dcv, Detail::brief);
        out.close_object();
    }
    if (report.caa) {
        out.key("caa");
        out.open_object();
        put_caa(out, *report.caa, Detail::brief);
        out.close_object();
    }
}

void put_evidence(JsonOut& out, const NoReport& none) {
    put_ms(out, "elapsed-ms", none.elapsed_ms);
    put_failure(out, none.failure);
}

void put_perspective(JsonOut& out, const Seat& seat, const Reply& reply,
                     const SeatDecision& decision) {
    const bool ok = decision.outcome == Outcome::corroborates;
    out.key_text(seat.id);
    out.open_object();
    out.member("ok", ok);
    out.member("success", ok);
    out.member("role", to_string(seat.role));
    out.member("rir", to_string(seat.rir));
    out.member("outcome", to_string(decision.outcome));
    std::visit([&](const auto& one) { put_evidence(out, one); }, reply);
    out.close_object();
}

/// Who answered, and who was not waited for.
void put_perspectives(JsonOut& out, const Corroboration& corroboration) {
    std::vector<std::string> pending;
    const auto& seats = corroboration.attempt.seats;
    out.key("perspectives");
    out.open_object();
    for (std::size_t i = 0; i < seats.size(); ++i) {
        const auto& decision = corroboration.decision.seats.at(i);
        const auto& reply = corroboration.replies.at(i);
        if (decision && reply)
            put_perspective(out, seats[i], *reply, *decision);
        else
            pending.push_back(seats[i].id);
    }
    out.close_object();
    if (!pending.empty())
        out.member("pending", pending);
}

} // namespace

std::string encode_draft_response(const CheckRequest& request, const Corroboration& corroboration) {
    const bool ok = corroboration.decision.ok;
    const Redaction redaction(request);
    JsonOut out(usual_size, redaction);
    out.open_object();
    out.member("ok", ok);
    out.member("success", ok);
    if (corroboration.refusal) {
        out.member("error", corroboration.refusal->error);
        out.member("code", corroboration.refusal->code);
    }
    if (!corroboration.diagnoses.empty())
        put_diagnosis(out, corroboration.diagnoses);
    if (const auto shown = caa_to_show(corroboration)) {
        out.key("caa");
        out.open_object();
        put_record_set(out, shown->node, shown->rdata);
        out.close_object();
    }
    if (const PartDecision& dcv = corroboration.decision.dcv; dcv.passed && dcv.determined)
        out.member("selected", dcv.rdata);
    put_quorum(out, corroboration);
    put_perspectives(out, corroboration);
    out.member("attempts", corroboration.attempts);
    out.member("request-id", request.request_id);
    out.close_object();
    return out.take();
}

std::string encode_error(std::string_view code, std::string_view sentence,
                         std::string_view request_id, const std::vector<base::json::Issue>& issues,
                         std::string_view incident) {
    JsonOut out(usual_error_size);
    out.open_object();
    out.member("ok", false);
    out.member("success", false);
    out.member("error", sentence);
    out.member("code", code);
    if (!issues.empty()) {
        out.key("issues");
        out.open_array();
        for (const base::json::Issue& issue : issues) {
            out.open_object();
            out.member("path", issue.path);
            out.member("message", issue.message);
            out.close_object();
        }
        out.close_array();
    }
    if (!incident.empty())
        out.member("incident", incident);
    out.member("request-id", request_id);
    out.close_object();
    return out.take();
}

} // namespace mpic::wire
