// SPDX-License-Identifier: Apache-2.0
// Reads audit records back. Only what a decision depends on: evidence stays where it is.

#include "base/core/encoding.hpp"
#include "mpic/wire/audit_perspective.hpp"
#include "mpic/wire/audit_record.hpp"
#include "mpic/wire/strict_fields.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace mpic::wire {
namespace {

constexpr std::size_t longest_record = 1 << 20;
constexpr std::int64_t most_perspectives = 1000;
constexpr std::int64_t most_records = 1LL << 53;

template <class T>
std::optional<T> maybe_word(StrictFields& fields, std::string_view key,
                            std::optional<T> (*read)(std::string_view)) {
    return fields.has(key) ? std::optional(fields.word<T>(key, read)) : std::nullopt;
}

std::string read_result(StrictFields& fields) {
    return fields.text("result");
}

/// A set that stands in full and one that stands as a digest must compare as equal.
std::vector<std::string> read_record_set(StrictFields& fields) {
    if (const auto digest = fields.maybe<std::string>(
            "records-digest", [](StrictFields& in) { return in.text("sha256"); }))
        return {*digest};
    std::vector<std::string> rdata = fields.encoded_list("records");
    for (std::string& one : rdata)
        if (auto octets = base::from_base64(one))
            one = *std::move(octets);
    return {record_set_digest(std::move(rdata))};
}

DcvReport read_dcv(StrictFields& fields) {
    DcvReport out;
    out.finding.verdict = fields.word<Verdict>("verdict", verdict_from);
    out.finding.code = fields.text("code");
    if (fields.has("selected"))
        out.selected = fields.texts("selected");
    return out;
}

LookupFailureConditions read_conditions(StrictFields& fields) {
    return {.outside_infrastructure = fields.flag("outside-infrastructure"),
            .retried = fields.flag("retried"),
            .proved_insecure = fields.flag("proved-insecure"),
            .evidence = {}};
}

CaaReport read_caa(StrictFields& fields) {
    CaaReport out;
    out.finding.verdict = fields.word<Verdict>("verdict", verdict_from);
    out.finding.code = fields.text("code");
    out.permits = fields.maybe_flag("permits");
    out.node = fields.text("domain");
    out.rdata = read_record_set(fields);
    out.lookup_failure = fields.maybe("lookup-failure", read_conditions);
    return out;
}

Reply read_reply(StrictFields& fields, const AuditSeat& read) {
    if (!fields.has("started")) { // what every report has, and what stands for none has not
        if (read.recorded.outcome < Outcome::timeout)
            fields.issue("outcome", "needs a report, and this is none");
        return NoReport{read.recorded.outcome,
                        {base::failure_kind_from(fields.text("code")), std::string()},
                        0};
    }
    PerspectiveReport report;
    report.perspective = fields.maybe_text("reported-as").value_or(read.seat.id);
    report.dcv = fields.maybe("dcv", read_dcv);
    report.caa = fields.maybe("caa", read_caa);
    return report;
}

AuditSeat read_seat(StrictFields& fields) {
    AuditSeat out;
    out.seat.id = fields.text("id");
    out.seat.role = fields.word<Role>("role", role_from);
    out.seat.rir = fields.word<Rir>("rir", rir_from);
    out.recorded.outcome = fields.word<Outcome>("outcome", outcome_from);
    out.recorded.dcv = maybe_word<Outcome>(fields, "dcv-outcome", outcome_from);
    out.recorded.caa = maybe_word<Outcome>(fields, "caa-outcome", outcome_from);
    out.dcv_result = fields.maybe("dcv", read_result).value_or(std::string());
    out.caa_result = fields.maybe("caa", read_result).value_or(std::string());
    out.reply = read_reply(fields, out);
    return out;
}

RirSet read_rirs(StrictFields& fields) {
    RirSet out;
    for (const std::string& name : fields.texts("rirs")) {
        if (const auto rir = rir_from(name))
            out.insert(*rir);
        else
            fields.issue("rirs", "not a regional Internet registry: " + base::excerpt(name, 40));
    }
    return out;
}

AuditPart read_part(StrictFields& fields) {
    AuditPart out;
    out.passed = fields.flag("passed");
    out.result = fields.text("result");
    out.rirs = read_rirs(fields);
    out.primary_passed = fields.maybe_flag("primary-passed");
    return out;
}

struct Quorum {
    QuorumRule rule;
    std::string result;
    RirSet rirs;
    std::optional<AuditPart> dcv;
    std::optional<AuditPart> caa;
};

Quorum read_quorum(StrictFields& fields) {
    const auto count = [&fields](std::string_view key) {
        return static_cast<int>(fields.integer(key, 0, most_perspectives));
    };
    Quorum out;
    out.rule.policy = fields.text("policy");
    out.rule.compliant = fields.flag("compliant");
    out.rule.remotes = count("remotes");
    out.rule.required = count("required");
    out.rule.minimum_remotes = count("minimum-remotes");
    out.rule.minimum_rirs = count("minimum-rirs");
    out.result = fields.text("result");
    out.rirs = read_rirs(fields);
    out.dcv = fields.maybe("dcv", read_part);
    out.caa = fields.maybe("caa", read_part);
    return out;
}

AuditDecision read_decision(StrictFields& fields) {
    AuditDecision out;
    out.attempt.id = fields.text("attempt-id");
    out.attempt.number = static_cast<int>(fields.integer("attempt", 1, most_perspectives));
    out.attempt.asks_dcv = fields.has("dcv");
    out.attempt.asks_caa = fields.has("caa");
    out.attempt.caa_by_permission =
        fields.maybe<bool>("caa", [](StrictFields& caa) { return caa.has("issuer-domains"); })
            .value_or(false);
    out.attempt.dcv_by_selection =
        fields
            .maybe<bool>(
                "dcv",
                [](StrictFields& dcv) { return dcv.maybe_flag("by-selection").value_or(false); })
            .value_or(false);
    if (!out.attempt.asks_dcv && !out.attempt.asks_caa)
        fields.issue("dcv", "required, or caa, or both");
    out.ok = fields.flag("ok");
    out.code = fields.text("code");
    if (auto quorum = fields.maybe("quorum", read_quorum)) {
        out.attempt.rule = std::move(quorum->rule);
        out.result = std::move(quorum->result);
        out.rirs = std::move(quorum->rirs);
        out.dcv = std::move(quorum->dcv);
        out.caa = std::move(quorum->caa);
    } else {
        fields.issue("quorum", "required");
    }
    out.seats = fields.list("perspectives", read_seat);
    for (const AuditSeat& seat : out.seats)
        out.attempt.seats.push_back(seat.seat);
    if (fields.has("pending"))
        out.pending = fields.texts("pending");
    return out;
}

AuditLate read_late(StrictFields& fields) {
    AuditLate out;
    out.attempt_id = fields.text("attempt-id");
    if (auto seat = fields.maybe("perspective", read_seat))
        out.seat = *std::move(seat);
    else
        fields.issue("perspective", "required");
    return out;
}

AuditMark read_mark(StrictFields& fields, std::string kind) {
    AuditMark out{.kind = std::move(kind), .reason = {}};
    if (out.kind == "start")
        return out;
    out.reason = fields.text("reason");
    if (fields.has("refused-records"))
        out.refused_records = fields.integer("refused-records", 0, most_records);
    return out;
}

AuditRecord read_record(StrictFields& fields) {
    std::string kind = fields.text("kind");
    if (kind == "decision")
        return read_decision(fields);
    if (kind == "late")
        return read_late(fields);
    if (kind != "repair" && kind != "start")
        fields.issue("kind", "not a known kind of record: " + base::excerpt(kind, 40));
    return read_mark(fields, std::move(kind));
}

} // namespace

base::Result<AuditRecord> decode_audit_record(std::string_view record) {
    return read_strictly<AuditRecord>(record, {.max_bytes = longest_record, .max_depth = 16}, 10,
                                      base::FailureKind::invalid, read_record);
}

} // namespace mpic::wire
