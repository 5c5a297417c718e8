// SPDX-License-Identifier: Apache-2.0
#include "mpic/coordinator/http_perspective_client.hpp"

#include <fmt/format.h>

namespace mpic::coordinator {

namespace {

using base::Failure;
using base::FailureKind;

/// Who is to blame decides the outcome: a wrong identity is the operator's configuration, silence
/// is time, everything else means that the agent cannot be used now.
Outcome outcome_of(FailureKind kind) {
    switch (kind) {
    case FailureKind::tls_identity:
        return Outcome::misconfigured;
    case FailureKind::timeout:
    case FailureKind::cancelled:
        return Outcome::timeout;
    default:
        return Outcome::unreachable;
    }
}

base::http::Request make_request(const wire::AgentQuestion& question) {
    base::http::Request request;
    request.method = "POST";
    request.target = std::string(wire::agent_check_path);
    request.headers.add("Content-Type", "application/json");
    if (!question.traceparent.empty())
        request.headers.add("traceparent", question.traceparent);
    request.body = wire::encode_question(question);
    return request;
}

/// What was asked must be answered: a report without it decides nothing. Where a policy was given,
/// a determined CAA says whether it permits (BR 4.2.2.1.1); an agent that knows of no policies does
/// not.
bool answers(const PerspectiveReport& report, const wire::AgentQuestion& question) {
    if (report.dcv.has_value() != question.dcv.has_value()
        || report.caa.has_value() != question.caa.has_value())
        return false;
    const bool policy = question.caa && question.caa->policy;
    return !policy || report.caa->permits || report.caa->finding.verdict == Verdict::undetermined;
}

} // namespace

HttpPerspectiveClient::HttpPerspectiveClient(std::string id, base::asio::io_context& loop,
                                             const base::Clock& clock,
                                             base::http::PoolOptions options)
    : id_(std::move(id)), clock_(clock), pool_(loop, clock, std::move(options)) {}

base::Awaitable<Reply> HttpPerspectiveClient::ask(wire::AgentQuestion question,
                                                  base::Deadline deadline) {
    const auto started = clock_.steady();
    question.perspective = id_;
    question.budget = std::chrono::duration_cast<base::Milliseconds>(deadline.remaining(started));
    const auto no_report = [&](Outcome outcome, Failure failure) -> Reply {
        return NoReport{outcome, std::move(failure), base::as_ms(clock_.steady() - started)};
    };
    if (question.budget.count() < 1)
        co_return no_report(Outcome::timeout,
                            {FailureKind::timeout, "no time was left to ask the agent"});

    auto response = co_await pool_.send(make_request(question), deadline);
    if (!response)
        co_return no_report(outcome_of(response.error().kind), std::move(response.error()));
    if (response->status != 200) {
        // The agent says 403 to a coordinator it does not know and 421 to another perspective's
        // question.
        const bool identity = response->status == 403 || response->status == 421;
        co_return no_report(identity ? Outcome::misconfigured : Outcome::unreachable,
                            {identity ? FailureKind::tls_identity : FailureKind::peer_malformed,
                             fmt::format("the agent answered HTTP status {}", response->status)});
    }
    auto report = wire::decode_report(response->body, question.attempt_id);
    if (!report)
        co_return no_report(Outcome::unreachable, std::move(report.error()));
    if (report->perspective != id_)
        co_return no_report(Outcome::misconfigured,
                            {FailureKind::tls_identity,
                             fmt::format("the agent reports as perspective \"{}\", not as \"{}\"",
                                         report->perspective.substr(0, 64), id_)});
    if (!answers(*report, question))
        co_return no_report(
            Outcome::unreachable,
            {FailureKind::peer_malformed, "the agent's report does not answer what was asked"});
    co_return Reply(std::move(*report));
}

} // namespace mpic::coordinator
