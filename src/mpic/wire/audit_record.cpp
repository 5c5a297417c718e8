// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/audit_record.hpp"

#include "mpic/wire/audit_perspective.hpp"
#include "mpic/wire/audit_question.hpp"
#include "mpic/wire/quorum_json.hpp"

#include <cstddef>

namespace mpic::wire {
namespace {

constexpr std::size_t usual_size = 8 * 1024;
constexpr std::size_t usual_start_size = 128;

/// What every record of one attempt begins with.
void put_opening(JsonOut& out, std::string_view kind, const CheckRequest& request,
                 const Attempt& attempt) {
    out.member("kind", kind);
    out.member("request-id", request.request_id);
    out.member("attempt-id", attempt.id);
    out.member("attempt", attempt.number);
    out.member("method", request.method);
    out.member("target", request.target.text());
}

void put_part(JsonOut& out, MemberName name, const PartDecision& part, const QuorumRule& rule) {
    out.key(name);
    out.open_object();
    out.member("passed", part.passed);
    out.member("result", quorum_result(part.corroborated, rule.remotes));
    put_rirs(out, part.rirs);
    if (part.primary_passed)
        out.member("primary-passed", *part.primary_passed);
    out.close_object();
}

/// BR 5.4.1 (2)(8), per part, with the rule that it was held against.
void put_quorum(JsonOut& out, const Corroboration& corroboration) {
    const QuorumRule& rule = corroboration.attempt.rule;
    const Decision& decision = corroboration.decision;
    out.key("quorum");
    out.open_object();
    out.member("policy", rule.policy);
    out.member("compliant", rule.compliant);
    out.member("remotes", rule.remotes);
    out.member("required", rule.required);
    out.member("minimum-remotes", rule.minimum_remotes);
    out.member("minimum-rirs", rule.minimum_rirs);
    out.member("result", quorum_result(decision.corroborated, rule.remotes));
    put_rirs(out, decision.rirs);
    if (decision.dcv.asked)
        put_part(out, "dcv", decision.dcv, rule);
    if (decision.caa.asked)
        put_part(out, "caa", decision.caa, rule);
    out.close_object();
}

void put_decision(JsonOut& out, const Corroboration& corroboration) {
    out.member("ok", corroboration.decision.ok);
    out.member("code", corroboration.refusal ? std::string_view(corroboration.refusal->code)
                                             : std::string_view("ok"));
    if (corroboration.refusal)
        out.member("error", corroboration.refusal->error);
    out.member("attempts", corroboration.attempts);
    if (corroboration.diagnoses.empty())
        return;
    out.key("diagnosis");
    out.open_array();
    for (const Diagnosis& diagnosis : corroboration.diagnoses)
        out.value(diagnosis.code);
    out.close_array();
}

void put_perspectives(JsonOut& out, const CheckRequest& request, const Corroboration& corroboration,
                      AuditDetail detail) {
    std::vector<std::string> pending;
    const auto& seats = corroboration.attempt.seats;
    out.key("perspectives");
    out.open_array();
    for (std::size_t i = 0; i < seats.size(); ++i) {
        const auto& reply = corroboration.replies.at(i);
        if (reply)
            put_audit_perspective(out, request, seats[i], *reply,
                                  corroboration.decision.seats.at(i).value(), detail);
        else
            pending.push_back(seats[i].id);
    }
    out.close_array();
    if (!pending.empty())
        out.member("pending", pending);
}

/// The record as `put` writes it; with digests in place of evidence when that is too long.
template <class Put>
std::string encode(const CheckRequest& request, Put put) {
    const Redaction redaction(request);
    std::string text;
    for (const AuditDetail detail : {AuditDetail::evidence, AuditDetail::digests}) {
        JsonOut out(usual_size, redaction);
        out.open_object();
        put(out, detail);
        out.close_object();
        text = out.take();
        if (text.size() <= audit_record_limit)
            break;
    }
    return text;
}

} // namespace

std::string encode_decision_record(const CheckRequest& request, const Corroboration& corroboration,
                                   std::string_view client) {
    return encode(request, [&](JsonOut& out, AuditDetail detail) {
        put_opening(out, "decision", request, corroboration.attempt);
        out.member("client", client);
        put_audit_request(out, request);
        put_decision(out, corroboration);
        put_quorum(out, corroboration);
        put_perspectives(out, request, corroboration, detail);
    });
}

std::string encode_late_record(const CheckRequest& request, const Attempt& attempt,
                               std::size_t seat, const Reply& reply, const SeatDecision& decision) {
    return encode(request, [&](JsonOut& out, AuditDetail detail) {
        put_opening(out, "late", request, attempt);
        out.key("perspective");
        put_audit_perspective(out, request, attempt.seats.at(seat), reply, decision, detail);
    });
}

std::string encode_start_record(std::string_view build) {
    JsonOut out(usual_start_size);
    out.open_object();
    out.member("kind", "start");
    out.member("build", build);
    out.close_object();
    return out.take();
}

} // namespace mpic::wire
