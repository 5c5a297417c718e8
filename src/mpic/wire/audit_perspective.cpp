// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/audit_perspective.hpp"

#include "base/core/digest.hpp"
#include "base/core/encoding.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace mpic::wire {
namespace {

constexpr std::size_t longest_detail = 500;

/// In the words of BR 5.4.1 (2)(7).
std::string_view dcv_result(Verdict verdict) {
    return verdict == Verdict::passed ? "domain validation pass" : "domain validation fail";
}

/// Without a policy a perspective determines records and leaves permission to the CA. With one,
/// what the decision takes for permission is permission.
std::string_view caa_result(const CaaReport& report, bool by_permission,
                            const std::optional<Outcome>& outcome) {
    if (by_permission)
        return outcome == Outcome::corroborates ? "CAA permission" : "CAA prohibition";
    return report.finding.verdict == Verdict::undetermined ? "CAA undetermined"
                                                           : "CAA records determined";
}

std::string cut(const std::string& text, AuditDetail detail) {
    return detail == AuditDetail::evidence ? text : text.substr(0, longest_detail);
}

Json finding_json(std::string_view result, const Finding& finding, base::dns::DnssecState dnssec,
                  AuditDetail detail) {
    return Json{{"result", result},
                {"verdict", to_string(finding.verdict)},
                {"code", finding.code},
                {"detail", cut(finding.detail, detail)},
                {"dnssec", base::dns::to_string(dnssec)}};
}

/// Enough to show that DNSSEC validation is carried out (BR 4.2.2.2.7).
Json lookups_json(const std::vector<LookupEvidence>& lookups) {
    Json out = Json::array();
    for (const LookupEvidence& lookup : lookups) {
        Json one{{"name", lookup.name},
                 {"type", lookup.type},
                 {"rcode", lookup.rcode},
                 {"record-count", lookup.record_count},
                 {"dnssec", base::dns::to_string(lookup.dnssec)},
                 {"dnssec-proof", lookup.dnssec_proof},
                 {"resolver", lookup.resolver},
                 {"tries", lookup.tries}};
        if (!lookup.chain.empty())
            one["chain"] = lookup.chain;
        if (!lookup.extended_errors.empty())
            one["extended-errors"] = lookup.extended_errors;
        if (lookup.failure)
            one["failure"] = failure_json(*lookup.failure);
        out.push_back(std::move(one));
    }
    return out;
}

/// Which addresses were spoken to, and what they said.
Json hops_json(const std::vector<HopEvidence>& hops) {
    Json out = Json::array();
    for (const HopEvidence& hop : hops)
        out.push_back(Json{{"url", hop.url}, {"address", hop.address}, {"status", hop.status}});
    return out;
}

Json digest_json(const std::vector<std::string>& rdata) {
    return Json{{"count", rdata.size()}, {"sha256", record_set_digest(rdata)}};
}

Json dcv_entry(const DcvReport& report, AuditDetail detail) {
    Json out =
        finding_json(dcv_result(report.finding.verdict), report.finding, report.dnssec, detail);
    if (detail == AuditDetail::digests)
        return out;
    if (!report.hops.empty())
        out["hops"] = hops_json(report.hops);
    out["lookups"] = lookups_json(report.lookups);
    return out;
}

Json caa_entry(const CaaReport& report, std::string_view result, AuditDetail detail) {
    Json out = finding_json(result, report.finding, report.dnssec, detail);
    if (report.permits)
        out["permits"] = *report.permits;
    if (report.lookup_failure)
        out["lookup-failure"] =
            Json{{"outside-infrastructure", report.lookup_failure->outside_infrastructure},
                 {"retried", report.lookup_failure->retried},
                 {"proved-insecure", report.lookup_failure->proved_insecure},
                 {"evidence", cut(report.lookup_failure->evidence, detail)}};
    out["domain"] = cut(report.node, detail);
    if (detail == AuditDetail::digests) {
        out["records-digest"] = digest_json(report.rdata);
        return out;
    }
    out["records"] = record_set_json(report.node, report.rdata)["records"];
    if (!report.deciding_record.empty())
        out["deciding-record"] = report.deciding_record;
    out["lookups"] = lookups_json(report.lookups);
    return out;
}

void put_reply(Json& out, const CheckRequest& request, const Reply& reply,
               const PerspectiveReport& report, const SeatDecision& decision, AuditDetail detail) {
    out["started"] = report.started;
    out["elapsed-ms"] = rounded_ms(report.elapsed_ms);
    out["build"] = cut(report.build, detail);
    if (report.dcv)
        out["dcv"] = dcv_entry(*report.dcv, detail);
    if (report.caa)
        out["caa"] = caa_entry(
            *report.caa, audit_caa_result(reply, request.caa && request.caa->policy, decision.caa),
            detail);
}

void put_reply(Json& out, const CheckRequest& request, const Reply& reply, const NoReport& none,
               const SeatDecision& decision, AuditDetail detail) {
    out["elapsed-ms"] = rounded_ms(none.elapsed_ms);
    out["code"] = base::to_string(none.failure.kind);
    out["detail"] = cut(none.failure.detail, detail);
    // A perspective that did not answer is recorded all the same: the quorum's denominator counts
    // it.
    if (request.dcv)
        out["dcv"] = Json{{"result", audit_dcv_result(reply)}};
    if (request.caa)
        out["caa"] = Json{
            {"result", audit_caa_result(reply, request.caa->policy.has_value(), decision.caa)}};
}

} // namespace

Json audit_perspective_json(const CheckRequest& request, const Seat& seat, const Reply& reply,
                            const SeatDecision& decision, AuditDetail detail) {
    Json out{{"id", seat.id},
             {"role", to_string(seat.role)},
             {"rir", to_string(seat.rir)},
             {"target", request.target.text()},
             {"outcome", to_string(decision.outcome)}};
    if (decision.dcv)
        out["dcv-outcome"] = to_string(*decision.dcv);
    if (decision.caa)
        out["caa-outcome"] = to_string(*decision.caa);
    if (const auto* report = std::get_if<PerspectiveReport>(&reply);
        report != nullptr && report->perspective != seat.id)
        out["reported-as"] = cut(report->perspective, AuditDetail::digests);
    std::visit([&](const auto& one) { put_reply(out, request, reply, one, decision, detail); },
               reply);
    return out;
}

std::string_view audit_dcv_result(const Reply& reply) {
    const auto* report = std::get_if<PerspectiveReport>(&reply);
    if (report == nullptr)
        return dcv_result(Verdict::undetermined);
    return report->dcv ? dcv_result(report->dcv->finding.verdict) : std::string_view();
}

std::string_view audit_caa_result(const Reply& reply, bool by_permission,
                                  const std::optional<Outcome>& outcome) {
    const auto* report = std::get_if<PerspectiveReport>(&reply);
    if (report == nullptr)
        return caa_result({}, by_permission, outcome);
    return report->caa ? caa_result(*report->caa, by_permission, outcome) : std::string_view();
}

std::string record_set_digest(std::vector<std::string> rdata) {
    std::ranges::sort(rdata);
    const auto repeated = std::ranges::unique(rdata);
    rdata.erase(repeated.begin(), repeated.end());
    std::string all;
    for (const std::string& one : rdata)
        all += base::hex(base::sha256(one));
    return base::hex(base::sha256(all));
}

} // namespace mpic::wire
