// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/agent_protocol.hpp"

#include "mpic/wire/evidence_json.hpp"
#include "mpic/wire/evidence_read.hpp"
#include "mpic/wire/question_json.hpp"
#include "mpic/wire/strict_fields.hpp"

#include <fmt/format.h>

#include <utility>

namespace mpic::wire {
namespace {

constexpr std::size_t max_id = 128;
constexpr std::int64_t max_budget_ms = 600'000;
/// Held until the answer comes, once for each perspective.
constexpr std::size_t usual_question_size = 300;
constexpr std::size_t usual_report_size = 2048;

void put_question(JsonOut& out, const CaaQuestion& question) {
    out.member("domain", question.domain.text());
    out.member("wildcard", question.wildcard);
    if (!question.policy)
        return;
    out.key("policy");
    out.open_object();
    out.member("issuer-domains", question.policy->issuer_domains);
    if (question.policy->account_uri)
        out.member("account-uri", *question.policy->account_uri);
    if (question.policy->validation_method)
        out.member("validation-method", *question.policy->validation_method);
    out.close_object();
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

/// Any problem on the way is peer_malformed. What a peer of this version wrote is read in order;
/// from a newer one there may be members that nobody asks for.
template <class T, class Read>
base::Result<T> decode(std::string_view body, std::size_t limit, Read read) {
    if (body.size() <= limit)
        if (auto out = read_in_order<T>(body, read))
            return *std::move(out);
    return read_strictly<T>(body, {.max_bytes = limit, .max_depth = 16}, 20,
                            base::FailureKind::peer_malformed, read);
}

} // namespace

std::string encode_question(const AgentQuestion& question) {
    return encode_question(question, question.perspective, question.budget);
}

std::string encode_question(const AgentQuestion& question, std::string_view perspective,
                            std::chrono::milliseconds budget) {
    JsonOut out(usual_question_size);
    out.open_object();
    out.member("attempt-id", question.attempt_id);
    out.member("perspective", perspective);
    out.member("budget-ms", budget.count());
    out.member("request-id", question.request_id);
    out.member("traceparent", question.traceparent);
    if (question.dcv) {
        out.key("dcv");
        out.open_object();
        put_dcv_question(out, *question.dcv);
        out.close_object();
    }
    if (question.caa) {
        out.key("caa");
        out.open_object();
        put_question(out, *question.caa);
        out.close_object();
    }
    out.close_object();
    return out.take();
}

base::Result<AgentQuestion> decode_question(std::string_view body) {
    return decode<AgentQuestion>(body, agent_request_limit, [](StrictFields& fields) {
        AgentQuestion out;
        out.attempt_id = fields.text("attempt-id", max_id);
        out.perspective = fields.text("perspective", max_id);
        out.budget = std::chrono::milliseconds(fields.integer("budget-ms", 1, max_budget_ms));
        out.request_id = fields.text("request-id", max_id);
        out.traceparent = fields.text("traceparent", max_id);
        out.dcv = fields.maybe("dcv", read_dcv_question);
        out.caa = fields.maybe("caa", read_caa);
        if (!out.dcv && !out.caa)
            fields.issue("dcv", "required, or caa, or both");
        return out;
    });
}

namespace {

void put_parts(JsonOut& out, const PerspectiveReport& report) {
    if (report.dcv) {
        out.key("dcv");
        out.open_object();
        put_dcv(out, *report.dcv, Detail::full);
        out.close_object();
    }
    if (report.caa) {
        out.key("caa");
        out.open_object();
        put_caa(out, *report.caa, Detail::full);
        out.close_object();
    }
}

std::string encode_whole(const PerspectiveReport& report, std::string_view attempt_id) {
    JsonOut out(usual_report_size);
    out.open_object();
    out.member("attempt-id", attempt_id);
    out.member("perspective", report.perspective);
    out.member("build", report.build);
    out.member("started", report.started);
    put_ms(out, "elapsed-ms", report.elapsed_ms);
    put_parts(out, report);
    out.close_object();
    return out.take();
}

void drop_lists(Lookups& lookups) {
    for (LookupEvidence& lookup : lookups.edit()) {
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
    JsonOut out(usual_report_size);
    out.open_object();
    put_dcv(out, report, Detail::brief);
    out.close_object();
    return out.take();
}

std::string caa_report_json(const CaaReport& report) {
    JsonOut out(usual_report_size);
    out.open_object();
    put_caa(out, report, Detail::brief);
    out.close_object();
    return out.take();
}

} // namespace mpic::wire
