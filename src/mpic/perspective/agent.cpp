// SPDX-License-Identifier: Apache-2.0
#include "mpic/perspective/agent.hpp"

#include "base/async/task_set.hpp"
#include "base/core/time_text.hpp"
#include "mpic/check/check.hpp"
#include "mpic/wire/agent_protocol.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace mpic::perspective {

namespace {

using Accepted = std::expected<wire::AgentQuestion, base::http::Response>;

Accepted refuse(unsigned status, std::string_view sentence) {
    return std::unexpected(
        base::http::json_response(status, nlohmann::json{{"error", sentence}}.dump()));
}

/// The report has to be back before the coordinator stops waiting: a tenth of the budget, at most a
/// second, is for the way. The budget was counted when the question left, so this covers the way
/// here too, and a lost packet.
base::Deadline checking_deadline(base::SteadyTime now, base::Milliseconds budget) {
    return base::Deadline::after(now, budget - std::min(budget / 10, base::Milliseconds{1000}));
}

using Part = std::variant<DcvReport, CaaReport>;

base::Awaitable<Part> run_dcv(const check::Vantage& vantage, DcvQuestion question,
                              base::Deadline deadline) {
    co_return co_await check::check_dcv(vantage, std::move(question), deadline);
}

base::Awaitable<Part> run_caa(const check::Vantage& vantage, CaaQuestion question,
                              base::Deadline deadline) {
    co_return co_await check::check_caa(vantage, std::move(question), deadline);
}

void put(PerspectiveReport& report, DcvReport part) {
    report.dcv = std::move(part);
}
void put(PerspectiveReport& report, CaaReport part) {
    report.caa = std::move(part);
}

} // namespace

/// Keeps the count right on every way out of a check.
class Agent::InFlight {
public:
    explicit InFlight(std::size_t& count) : count_(count) { ++count_; }
    ~InFlight() { --count_; }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;

private:
    std::size_t& count_;
};

Agent::Agent(const check::Vantage& vantage, const base::Clock& clock, base::log::Logger& log,
             AgentOptions options, AgentMeters* meters)
    : vantage_(vantage), clock_(clock), log_(log), options_(std::move(options)), meters_(meters) {}

Accepted Agent::accept(const base::http::Request& request, const base::http::Peer& peer) {
    if (!is_coordinator(peer)) {
        if (const auto withheld = refusals_.admit(clock_.steady()))
            log_.warn("coordinator-refused",
                      {{"peer", peer.endpoint.to_string()},
                       {"reason", "no coordinator of this perspective is named in its certificate"},
                       {"certificate", fmt::format("{}", fmt::join(peer.identities, " "))},
                       {"withheld", *withheld}});
        return refuse(403, "this certificate is not one of this perspective's coordinators");
    }
    if (request.path() == wire::agent_health_path && request.method == "GET")
        return std::unexpected(base::http::json_response(
            200, wire::encode_agent_health(options_.perspective, options_.build)));
    if (request.path() != wire::agent_check_path)
        return refuse(404, "unknown path");
    if (request.method != "POST") {
        auto refusal = refuse(405, "only POST is answered here");
        refusal.error().headers.add("Allow", "POST"); // RFC 9110 §15.5.6
        return refusal;
    }
    auto question = wire::decode_question(request.body);
    if (!question)
        return refuse(400, question.error().detail);
    if (question->perspective != options_.perspective) {
        log_.warn("question-for-another",
                  {{"asked", question->perspective}, {"we-are", options_.perspective}});
        return refuse(421, fmt::format("this is perspective {}", options_.perspective));
    }
    if (in_flight_ >= options_.max_in_flight) {
        auto refusal = refuse(503, "too many questions under way");
        refusal.error().headers.add("Retry-After", "1");
        return refusal;
    }
    return *std::move(question);
}

bool Agent::is_coordinator(const base::http::Peer& peer) const {
    return std::ranges::any_of(peer.identities, [&](const std::string& identity) {
        return std::ranges::find(options_.coordinators, identity) != options_.coordinators.end();
    });
}

/// In one coroutine: every question comes this way.
base::Awaitable<base::http::Response> Agent::handle(const base::http::Request& request,
                                                    const base::http::Peer& peer) {
    const bool is_question = request.path() == wire::agent_check_path; // and no probe
    AgentMeters::Question meter(is_question ? meters_ : nullptr, clock_);
    auto question = accept(request, peer);
    if (!question) {
        meter.answered(question.error());
        co_return std::move(question.error());
    }
    const InFlight counted(in_flight_);
    PerspectiveReport report;
    report.perspective = options_.perspective;
    report.build = options_.build;
    report.started = base::rfc3339(clock_.wall());

    const auto deadline =
        checking_deadline(meter.started(), std::min(question->budget, options_.max_budget));
    if (question->dcv && question->caa) {
        std::vector<base::Awaitable<Part>> checks;
        checks.push_back(run_dcv(vantage_, std::move(*question->dcv), deadline));
        checks.push_back(run_caa(vantage_, std::move(*question->caa), deadline));
        for (auto& part : co_await base::gather(std::move(checks)))
            std::visit([&](auto&& finished) { put(report, std::move(finished)); }, std::move(part));
    } else if (question->dcv) {
        report.dcv = co_await check::check_dcv(vantage_, std::move(*question->dcv), deadline);
    } else if (question->caa) {
        report.caa = co_await check::check_caa(vantage_, std::move(*question->caa), deadline);
    }

    report.elapsed_ms = base::as_ms(clock_.steady() - meter.started());
    log_checked(*question, report);
    auto response =
        base::http::json_response(200, wire::encode_report(report, question->attempt_id));
    meter.answered(response);
    co_return response;
}

void Agent::log_checked(const wire::AgentQuestion& question, const PerspectiveReport& report) {
    log_.info("checked", {{"request-id", question.request_id},
                          {"attempt", question.attempt_id},
                          {"traceparent", question.traceparent},
                          {"dcv", report.dcv ? report.dcv->finding.code : "-"},
                          {"caa", report.caa ? report.caa->finding.code : "-"},
                          {"elapsed-ms", report.elapsed_ms}});
}

} // namespace mpic::perspective
