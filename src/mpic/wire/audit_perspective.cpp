// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/audit_perspective.hpp"

#include "base/core/digest.hpp"
#include "base/core/encoding.hpp"
#include "mpic/wire/lookup_text.hpp"

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

std::string_view cut(std::string_view text, AuditDetail detail) {
    return detail == AuditDetail::evidence ? text : text.substr(0, longest_detail);
}

void put_finding(JsonOut& out, std::string_view result, const Finding& finding,
                 base::dns::DnssecState dnssec, AuditDetail detail) {
    out.member("result", result);
    out.member("verdict", to_string(finding.verdict));
    out.member("code", finding.code);
    out.member("detail", cut(finding.detail, detail));
    out.member("dnssec", base::dns::to_string(dnssec));
}

void put_lookup(JsonOut& out, const LookupEvidence& lookup) {
    out.open_object();
    out.member("name", lookup.name);
    out.member("type", lookup.type);
    out.member("rcode", lookup.rcode);
    out.member("record-count", lookup.record_count);
    out.member("dnssec", base::dns::to_string(lookup.dnssec));
    out.member("dnssec-proof", lookup.dnssec_proof);
    out.member("resolver", lookup.resolver);
    out.member("tries", lookup.tries);
    if (!lookup.chain.empty())
        out.member("chain", lookup.chain);
    if (!lookup.extended_errors.empty())
        out.member("extended-errors", lookup.extended_errors);
    if (lookup.failure) {
        out.key("failure");
        out.open_object();
        put_failure(out, *lookup.failure);
        out.close_object();
    }
    out.close_object();
}

/// The same of one that is there as text, which has neither what is empty nor a failure.
void put_lookup(JsonOut& out, const LookupText& lookup) {
    const auto raw = [&out](std::string_view member, std::string_view absent) {
        out.raw(member.empty() ? absent : member);
    };
    out.open_object();
    out.raw(lookup.asked);
    raw(lookup.rcode, R"("rcode":"")");
    out.raw(lookup.record_count);
    out.raw(lookup.dnssec);
    raw(lookup.dnssec_proof, R"("dnssec-proof":"")");
    raw(lookup.resolver, R"("resolver":"")");
    raw(lookup.tries, R"("tries":0)");
    if (!lookup.chain.empty())
        out.raw(lookup.chain);
    if (!lookup.extended_errors.empty())
        out.raw(lookup.extended_errors);
    out.close_object();
}

/// Enough to show that DNSSEC validation is carried out (BR 4.2.2.2.7).
void put_lookups(JsonOut& out, const Lookups& lookups) {
    out.key("lookups");
    out.open_array();
    if (out.can_repeat(lookups.text())) {
        base::json::Retrace text(lookups.text());
        static_cast<void>(
            retrace_lookups(text, [&out](const LookupText& lookup) { put_lookup(out, lookup); }));
    } else {
        for (const LookupEvidence& lookup : lookups.list())
            put_lookup(out, lookup);
    }
    out.close_array();
}

/// Which addresses were spoken to, and what they said.
void put_hops(JsonOut& out, const std::vector<HopEvidence>& hops) {
    out.key("hops");
    out.open_array();
    for (const HopEvidence& hop : hops) {
        out.open_object();
        out.member("url", hop.url);
        out.member("address", hop.address);
        out.member("status", hop.status);
        out.close_object();
    }
    out.close_array();
}

void put_digest(JsonOut& out, const std::vector<std::string>& rdata) {
    out.key("records-digest");
    out.open_object();
    out.member("count", rdata.size());
    out.member("sha256", record_set_digest(rdata));
    out.close_object();
}

void put_dcv_entry(JsonOut& out, const DcvReport& report, AuditDetail detail) {
    out.key("dcv");
    out.open_object();
    put_finding(out, dcv_result(report.finding.verdict), report.finding, report.dnssec, detail);
    if (!report.selected.empty())
        out.member("selected", report.selected);
    if (detail == AuditDetail::evidence) {
        if (!report.hops.empty())
            put_hops(out, report.hops);
        put_lookups(out, report.lookups);
    }
    out.close_object();
}

void put_caa_entry(JsonOut& out, const CaaReport& report, std::string_view result,
                   AuditDetail detail) {
    out.key("caa");
    out.open_object();
    put_finding(out, result, report.finding, report.dnssec, detail);
    if (report.permits)
        out.member("permits", *report.permits);
    if (report.lookup_failure)
        put_conditions(out, *report.lookup_failure, cut(report.lookup_failure->evidence, detail));
    out.member("domain", cut(report.node, detail));
    if (detail == AuditDetail::digests) {
        put_digest(out, report.rdata);
    } else {
        out.members_of(report.rdata, [&] { put_records(out, report.rdata); });
        if (!report.deciding_record.empty())
            out.member("deciding-record", report.deciding_record);
        put_lookups(out, report.lookups);
    }
    out.close_object();
}

void put_reply(JsonOut& out, const CheckRequest& request, const Reply& reply,
               const PerspectiveReport& report, const SeatDecision& decision, AuditDetail detail) {
    out.member("started", report.started);
    put_ms(out, "elapsed-ms", report.elapsed_ms);
    out.member("build", cut(report.build, detail));
    if (report.dcv)
        put_dcv_entry(out, *report.dcv, detail);
    if (report.caa)
        put_caa_entry(out, *report.caa,
                      audit_caa_result(reply, request.caa && request.caa->policy, decision.caa),
                      detail);
}

/// A perspective that did not answer is recorded all the same: the quorum's denominator counts it.
void put_reply(JsonOut& out, const CheckRequest& request, const Reply& reply, const NoReport& none,
               const SeatDecision& decision, AuditDetail detail) {
    const auto put_result = [&out](MemberName part, std::string_view result) {
        out.key(part);
        out.open_object();
        out.member("result", result);
        out.close_object();
    };
    put_ms(out, "elapsed-ms", none.elapsed_ms);
    out.member("code", base::to_string(none.failure.kind));
    out.member("detail", cut(none.failure.detail, detail));
    if (request.dcv)
        put_result("dcv", audit_dcv_result(reply));
    if (request.caa)
        put_result("caa", audit_caa_result(reply, request.caa->policy.has_value(), decision.caa));
}

} // namespace

void put_audit_perspective(JsonOut& out, const CheckRequest& request, const Seat& seat,
                           const Reply& reply, const SeatDecision& decision, AuditDetail detail) {
    out.open_object();
    out.member("id", seat.id);
    out.member("role", to_string(seat.role));
    out.member("rir", to_string(seat.rir));
    out.member("target", request.target.text());
    out.member("outcome", to_string(decision.outcome));
    if (decision.dcv)
        out.member("dcv-outcome", to_string(*decision.dcv));
    if (decision.caa)
        out.member("caa-outcome", to_string(*decision.caa));
    if (const auto* report = std::get_if<PerspectiveReport>(&reply);
        report != nullptr && report->perspective != seat.id)
        out.member("reported-as", cut(report->perspective, AuditDetail::digests));
    std::visit([&](const auto& one) { put_reply(out, request, reply, one, decision, detail); },
               reply);
    out.close_object();
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
