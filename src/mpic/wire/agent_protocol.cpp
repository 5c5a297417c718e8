// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/agent_protocol.hpp"

#include "base/core/encoding.hpp"
#include "mpic/wire/evidence_json.hpp"
#include "mpic/wire/evidence_read.hpp"
#include "mpic/wire/strict_fields.hpp"

#include <fmt/format.h>

#include <utility>
#include <variant>

namespace mpic::wire {
namespace {

using base::json::Issues;

constexpr std::size_t max_id = 128;
constexpr std::int64_t max_budget_ms = 600'000;

Json question_json(const HttpQuestion& question) {
    Json out{{"type", "http"}};
    if (const auto* name = std::get_if<base::dns::Name>(&question.host))
        out["host-name"] = name->text();
    else
        out["host-address"] = std::get<base::net::IpAddress>(question.host).to_string();
    out["path"] = question.path;
    out["expected-base64"] = base::base64(question.expected);
    return out;
}

Json question_json(const DnsQuestion& question) {
    return Json{{"type", "dns"},
                {"owner", question.owner.text()},
                {"record-type", base::dns::to_string(question.type)},
                {"expected-base64", base::base64(question.expected)}};
}

Json question_json(const CaaQuestion& question) {
    Json out{{"domain", question.domain.text()}, {"wildcard", question.wildcard}};
    if (!question.policy)
        return out;
    Json policy{{"issuer-domains", question.policy->issuer_domains}};
    if (question.policy->account_uri)
        policy["account-uri"] = *question.policy->account_uri;
    if (question.policy->validation_method)
        policy["validation-method"] = *question.policy->validation_method;
    out["policy"] = std::move(policy);
    return out;
}

base::dns::Name read_name(StrictFields& fields, std::string_view key) {
    auto name = base::dns::Name::parse(fields.text(key));
    if (name)
        return *std::move(name);
    fields.issue(key, name.error().detail);
    return {};
}

HttpQuestion read_http(StrictFields& fields) {
    HttpQuestion out;
    if (fields.has("host-address"))
        out.host = fields.word<base::net::IpAddress>("host-address", base::net::IpAddress::parse);
    else
        out.host = read_name(fields, "host-name");
    out.path = fields.text("path");
    if (!out.path.starts_with('/'))
        fields.issue("path", "must begin with /");
    out.expected = fields.octets("expected-base64");
    return out;
}

DnsQuestion read_dns(StrictFields& fields) {
    return {.owner = read_name(fields, "owner"),
            .type = fields.word<base::dns::RecordType>("record-type", base::dns::record_type_from),
            .expected = fields.octets("expected-base64")};
}

/// A question of a type that this agent does not know must not be answered as if nothing was asked.
DcvQuestion read_dcv(StrictFields& fields) {
    const std::string type = fields.text("type");
    DcvQuestion out;
    if (type == "http")
        out = read_http(fields);
    else if (type == "dns")
        out = read_dns(fields);
    else {
        fields.issue("type", "must be http or dns");
        return out;
    }
    if (std::visit([](const auto& question) { return question.expected.empty(); }, out))
        fields.issue("expected-base64", "must not be empty");
    return out;
}

CaaPolicy read_policy(StrictFields& fields) {
    CaaPolicy out;
    out.issuer_domains = fields.texts("issuer-domains");
    out.account_uri = fields.maybe_text("account-uri");
    out.validation_method = fields.maybe_text("validation-method");
    return out;
}

CaaQuestion read_caa(StrictFields& fields) {
    return {.domain = read_name(fields, "domain"),
            .wildcard = fields.flag("wildcard"),
            .policy = fields.maybe("policy", read_policy)};
}

/// Parses `body` and lets `read` make a value of it; any issue on the way is peer_malformed.
template <class T, class Read>
base::Result<T> decode(std::string_view body, std::size_t limit, Read read) {
    Issues issues(20);
    const auto malformed = [&] {
        return base::fail(base::FailureKind::peer_malformed, issues.to_string());
    };
    const auto document = base::json::parse(body, {.max_bytes = limit, .max_depth = 16}, issues);
    if (!document)
        return malformed();
    StrictFields fields(*document, "$", issues);
    T out = read(fields);
    if (!issues.empty())
        return malformed();
    return out;
}

} // namespace

std::string encode_question(const AgentQuestion& question) {
    Json out{{"attempt-id", question.attempt_id},
             {"perspective", question.perspective},
             {"budget-ms", question.budget.count()},
             {"request-id", question.request_id},
             {"traceparent", question.traceparent}};
    if (question.dcv)
        out["dcv"] = std::visit([](const auto& one) { return question_json(one); }, *question.dcv);
    if (question.caa)
        out["caa"] = question_json(*question.caa);
    return to_line(out);
}

base::Result<AgentQuestion> decode_question(std::string_view body) {
    return decode<AgentQuestion>(body, agent_request_limit, [](StrictFields& fields) {
        AgentQuestion out;
        out.attempt_id = fields.text("attempt-id", max_id);
        out.perspective = fields.text("perspective", max_id);
        out.budget = std::chrono::milliseconds(fields.integer("budget-ms", 1, max_budget_ms));
        out.request_id = fields.text("request-id", max_id);
        out.traceparent = fields.text("traceparent", max_id);
        out.dcv = fields.maybe("dcv", read_dcv);
        out.caa = fields.maybe("caa", read_caa);
        if (!out.dcv && !out.caa)
            fields.issue("dcv", "required, or caa, or both");
        return out;
    });
}

namespace {

std::string encode_whole(const PerspectiveReport& report, std::string_view attempt_id) {
    Json out{{"attempt-id", attempt_id},
             {"perspective", report.perspective},
             {"build", report.build},
             {"started", report.started},
             {"elapsed-ms", finite_ms(report.elapsed_ms)}};
    if (report.dcv)
        out["dcv"] = dcv_json(*report.dcv, Detail::full);
    if (report.caa)
        out["caa"] = caa_json(*report.caa, Detail::full);
    return to_line(out);
}

void drop_lists(std::vector<LookupEvidence>& lookups) {
    for (LookupEvidence& lookup : lookups) {
        lookup.records.clear();
        lookup.chain.clear();
        lookup.extended_errors.clear();
    }
}

} // namespace

std::string encode_report(const PerspectiveReport& report, std::string_view attempt_id) {
    std::string whole = encode_whole(report, attempt_id);
    if (whole.size() <= agent_report_limit)
        return whole;
    PerspectiveReport shorter = report;
    if (shorter.dcv)
        drop_lists(shorter.dcv->lookups);
    if (shorter.caa)
        drop_lists(shorter.caa->lookups);
    return encode_whole(shorter, attempt_id);
}

base::Result<PerspectiveReport> decode_report(std::string_view body, std::string_view attempt_id) {
    return decode<PerspectiveReport>(body, agent_report_limit, [&](StrictFields& fields) {
        PerspectiveReport out;
        if (fields.text("attempt-id", max_id) != attempt_id)
            fields.issue("attempt-id",
                         fmt::format("is not {}: the answer to another question", attempt_id));
        out.perspective = fields.text("perspective", max_id);
        out.build = fields.text("build");
        out.started = fields.text("started", max_id);
        out.elapsed_ms = fields.ms("elapsed-ms");
        out.dcv = fields.maybe("dcv", read_dcv_report);
        out.caa = fields.maybe("caa", read_caa_report);
        return out;
    });
}

std::string dcv_report_json(const DcvReport& report) {
    return to_line(dcv_json(report, Detail::brief));
}

std::string caa_report_json(const CaaReport& report) {
    return to_line(caa_json(report, Detail::brief));
}

} // namespace mpic::wire
