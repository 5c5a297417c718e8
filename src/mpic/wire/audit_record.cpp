// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/audit_record.hpp"

#include "base/core/digest.hpp"
#include "base/core/encoding.hpp"
#include "mpic/wire/audit_perspective.hpp"
#include "mpic/wire/quorum_json.hpp"
#include "mpic/wire/redaction.hpp"

#include <utility>
#include <variant>

namespace mpic::wire {
namespace {

std::string digest_of(const std::string& secret) {
    return base::hex(base::sha256(secret));
}

Json question_json(const HttpQuestion& question) {
    const auto* name = std::get_if<base::dns::Name>(&question.host);
    return Json{{"type", "http"},
                {"host", name != nullptr
                             ? name->text()
                             : std::get<base::net::IpAddress>(question.host).to_string()},
                {"path", question.path},
                {"expected-sha256", digest_of(question.expected)}};
}

Json question_json(const DnsQuestion& question) {
    return Json{{"type", "dns"},
                {"owner", question.owner.text()},
                {"record-type", base::dns::to_string(question.type)},
                {"expected-sha256", digest_of(question.expected)}};
}

Json question_json(const CaaQuestion& question) {
    Json out{{"domain", question.domain.text()}, {"wildcard", question.wildcard}};
    if (!question.policy)
        return out;
    out["issuer-domains"] = question.policy->issuer_domains;
    if (question.policy->account_uri)
        out["account-uri"] = *question.policy->account_uri;
    if (question.policy->validation_method)
        out["validation-method"] = *question.policy->validation_method;
    return out;
}

/// BR 5.4.1 (2)(2): the validation method by its section or its registered ACME label.
std::string_view validation_method(const CheckRequest& request) {
    if (!request.dcv)
        return {};
    if (request.method == "http-acme")
        return "http-01";
    if (std::holds_alternative<DnsQuestion>(*request.dcv))
        return "BR 3.2.2.4.7";
    return request.target.name() != nullptr ? "BR 3.2.2.4.18" : "BR 3.2.2.5.1";
}

/// What every record of one attempt begins with.
Json opening(std::string_view kind, const CheckRequest& request, const Attempt& attempt) {
    return Json{{"kind", kind},
                {"request-id", request.request_id},
                {"attempt-id", attempt.id},
                {"attempt", attempt.number},
                {"method", request.method},
                {"target", request.target.text()}};
}

void put_request(Json& out, const CheckRequest& request) {
    if (request.dcv) {
        out["validation-method"] = validation_method(request);
        out["dcv"] = std::visit([](const auto& one) { return question_json(one); }, *request.dcv);
    }
    if (request.caa)
        out["caa"] = question_json(*request.caa);
    if (!request.traceparent.empty())
        out["traceparent"] = request.traceparent;
}

Json part_json(const PartDecision& part, const QuorumRule& rule) {
    Json out{{"passed", part.passed},
             {"result", quorum_result(part.corroborated, rule.remotes)},
             {"rirs", rirs_json(part.rirs)}};
    if (part.primary_passed)
        out["primary-passed"] = *part.primary_passed;
    return out;
}

/// BR 5.4.1 (2)(8), per part, with the rule that it was held against.
Json quorum_json(const Corroboration& corroboration) {
    const QuorumRule& rule = corroboration.attempt.rule;
    const Decision& decision = corroboration.decision;
    Json out{{"policy", rule.policy},
             {"compliant", rule.compliant},
             {"remotes", rule.remotes},
             {"required", rule.required},
             {"minimum-remotes", rule.minimum_remotes},
             {"minimum-rirs", rule.minimum_rirs},
             {"result", quorum_result(decision.corroborated, rule.remotes)},
             {"rirs", rirs_json(decision.rirs)}};
    if (decision.dcv.asked)
        out["dcv"] = part_json(decision.dcv, rule);
    if (decision.caa.asked)
        out["caa"] = part_json(decision.caa, rule);
    return out;
}

void put_decision(Json& out, const Corroboration& corroboration) {
    out["ok"] = corroboration.decision.ok;
    out["code"] = corroboration.refusal ? corroboration.refusal->code : "ok";
    if (corroboration.refusal)
        out["error"] = corroboration.refusal->error;
    out["attempts"] = corroboration.attempts;
    if (corroboration.diagnoses.empty())
        return;
    Json codes = Json::array();
    for (const Diagnosis& diagnosis : corroboration.diagnoses)
        codes.push_back(diagnosis.code);
    out["diagnosis"] = std::move(codes);
}

void put_perspectives(Json& out, const CheckRequest& request, const Corroboration& corroboration,
                      AuditDetail detail) {
    Json reported = Json::array();
    Json pending = Json::array();
    const auto& seats = corroboration.attempt.seats;
    for (std::size_t i = 0; i < seats.size(); ++i) {
        const auto& reply = corroboration.replies.at(i);
        if (reply)
            reported.push_back(audit_perspective_json(
                request, seats[i], *reply, corroboration.decision.seats.at(i).value(), detail));
        else
            pending.push_back(seats[i].id);
    }
    out["perspectives"] = std::move(reported);
    if (!pending.empty())
        out["pending"] = std::move(pending);
}

} // namespace

std::string encode_decision_record(const CheckRequest& request, const Corroboration& corroboration,
                                   std::string_view client) {
    const auto encode = [&](AuditDetail detail) {
        Json out = opening("decision", request, corroboration.attempt);
        out["client"] = client;
        put_request(out, request);
        put_decision(out, corroboration);
        out["quorum"] = quorum_json(corroboration);
        put_perspectives(out, request, corroboration, detail);
        Redaction(request).apply(out);
        return to_line(out);
    };
    std::string record = encode(AuditDetail::evidence);
    return record.size() <= audit_record_limit ? record : encode(AuditDetail::digests);
}

std::string encode_late_record(const CheckRequest& request, const Attempt& attempt,
                               std::size_t seat, const Reply& reply, const SeatDecision& decision) {
    const auto encode = [&](AuditDetail detail) {
        Json out = opening("late", request, attempt);
        out["perspective"] =
            audit_perspective_json(request, attempt.seats.at(seat), reply, decision, detail);
        Redaction(request).apply(out);
        return to_line(out);
    };
    std::string record = encode(AuditDetail::evidence);
    return record.size() <= audit_record_limit ? record : encode(AuditDetail::digests);
}

std::string encode_start_record(std::string_view build) {
    return to_line(Json{{"kind", "start"}, {"build", build}});
}

} // namespace mpic::wire
