// SPDX-License-Identifier: Apache-2.0
#pragma once
// The coordinator's question to an agent and the agent's report: POST /agent/v1/check over TLS 1.3
// with mutual authentication. One request carries everything that one perspective is to check.
// Unknown fields are ignored on both sides, so that agents can be upgraded one by one; missing or
// ill-typed ones are not. Only in the evidence of a report, a list, a text or a number that would
// be empty or zero because there was nothing of the kind is left out, and absent means just that.
// Times are in milliseconds, to the microsecond.

#include "base/core/result.hpp"
#include "mpic/model/check_request.hpp"
#include "mpic/model/report.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace mpic::wire {

inline constexpr std::string_view agent_check_path = "/agent/v1/check";
/// GET: whether the agent is there, and as whom.
inline constexpr std::string_view agent_health_path = "/agent/v1/health";
inline constexpr std::size_t agent_request_limit = 128 * 1024;
inline constexpr std::size_t agent_report_limit = 1024 * 1024;

struct AgentQuestion {
    std::string attempt_id;
    /// Whom the coordinator believes to ask; the agent refuses another's question.
    std::string perspective;
    /// What is left of the request's time when the question leaves, 1..600,000 ms.
    std::chrono::milliseconds budget{};
    std::string request_id;
    std::string traceparent;
    std::optional<DcvQuestion> dcv;
    std::optional<CaaQuestion> caa;
    bool operator==(const AgentQuestion&) const = default;
};

[[nodiscard]] std::string encode_question(const AgentQuestion& question);
/// The same with this perspective and this budget.
[[nodiscard]] std::string encode_question(const AgentQuestion& question,
                                          std::string_view perspective,
                                          std::chrono::milliseconds budget);
/// FailureKind::peer_malformed with every problem in the detail.
[[nodiscard]] base::Result<AgentQuestion> decode_question(std::string_view body);

/// `attempt_id` is echoed, so that an answer cannot be taken for another question's. Evidence that
/// a zone has blown up beyond agent_report_limit goes without the lists of its lookups.
[[nodiscard]] std::string encode_report(const PerspectiveReport& report,
                                        std::string_view attempt_id);
[[nodiscard]] base::Result<PerspectiveReport> decode_report(std::string_view body,
                                                            std::string_view attempt_id);

/// {"perspective":"fra","build":"mpicd 0.1.0"}
[[nodiscard]] std::string encode_agent_health(std::string_view perspective, std::string_view build);
/// The perspective's id; peer_malformed when there is none.
[[nodiscard]] base::Result<std::string> decode_agent_health(std::string_view body);

/// The evidence of one perspective as JSON text, as answers, audit records and `mpicd check --json`
/// show it.
[[nodiscard]] std::string dcv_report_json(const DcvReport& report);
[[nodiscard]] std::string caa_report_json(const CaaReport& report);

} // namespace mpic::wire
