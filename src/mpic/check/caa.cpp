// SPDX-License-Identifier: Apache-2.0
// The CAA climb of RFC 8659 §3: from the name to its top-level domain, the root left out; aliases
// are chased at each node, but the parents of their targets are not climbed. All nodes are asked
// side by side and judged from the leaf, so that what happens above the deciding node has no say.

#include "base/core/encoding.hpp"
#include "caa_failure.hpp"
#include "findings.hpp"
#include "lookup.hpp"
#include "mpic/check/caa_evaluate.hpp"
#include "mpic/check/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace mpic::check {
namespace {

using base::dns::DnssecState;
using base::dns::Name;
using base::dns::RecordType;

/// A name may have 127 labels; a burst of that many queries would trip rate limits on the way.
constexpr std::size_t side_by_side = 8;

struct Climb {
    /// Whether a failed lookup may count as permission. Only where permission is asked for: a set
    /// that could not be looked up is no determined empty set (BR 4.2.2.1).
    bool failure_may_permit = false;
    std::vector<Lookup> lookups;                       ///< from the leaf upwards
    std::optional<std::size_t> found;                  ///< the node with the relevant RRset
    std::optional<base::Failure> failure;              ///< of the node that decides
    std::optional<LookupFailureConditions> conditions; ///< of the last failure that mattered
    DnssecState dnssec = DnssecState::secure;          ///< of what the outcome rests on

    [[nodiscard]] bool decided() const { return found || failure; }
};

/// A node whose lookup failed counts as empty when the setting and all three conditions allow it.
base::Awaitable<void> settle_failure(const Vantage& vantage, Climb& climb, std::size_t node,
                                     base::Deadline deadline) {
    climb.conditions = co_await examine_failure(vantage, climb.lookups, node, deadline);
    if (climb.failure_may_permit && climb.conditions->all()) {
        climb.dnssec = base::dns::weakest(climb.dnssec, DnssecState::insecure);
        co_return;
    }
    climb.dnssec = base::dns::weakest(climb.dnssec, state_of(climb.lookups[node]));
    climb.failure = failure_of(climb.lookups[node]);
}

void judge_answer(Climb& climb, std::size_t node, const base::dns::Answer& answer) {
    climb.dnssec = base::dns::weakest(climb.dnssec, answer.dnssec);
    if (!answer.records.empty())
        climb.found = node;
}

base::Awaitable<void> judge_failure(const Vantage& vantage, Climb& climb, std::size_t node,
                                    base::Deadline deadline) {
    co_await further_tries(vantage, climb.lookups[node], deadline);
    if (const auto* answer = usable(climb.lookups[node]))
        judge_answer(climb, node, *answer);
    else
        co_await settle_failure(vantage, climb, node, deadline);
}

/// The next nodes upwards, side by side, and `node` the one above them; the root is not among them.
std::vector<base::dns::Question> questions_from(Name& node) {
    std::vector<base::dns::Question> out;
    out.reserve(std::min(side_by_side, node.label_count()));
    for (; !node.is_root() && out.size() < side_by_side; node = node.parent())
        out.push_back({node, RecordType::caa});
    return out;
}

/// RFC 4034 §6.3: as left-justified unsigned octets, duplicates dropped.
std::vector<std::string> canonical_rdata(const base::dns::Answer& answer) {
    std::vector<std::string> out;
    for (const auto& record : answer.records)
        out.push_back(record.rdata);
    std::ranges::sort(out);
    const auto repeated = std::ranges::unique(out);
    out.erase(repeated.begin(), repeated.end());
    return out;
}

base::Result<std::vector<base::dns::CaaProperty>> parse_all(const CaaReport& report) {
    std::vector<base::dns::CaaProperty> out;
    for (const std::string& rdata : report.rdata) {
        auto property = base::dns::parse_caa(rdata);
        if (!property)
            return base::fail(base::FailureKind::dns_malformed,
                              fmt::format("CAA {}: the record with RDATA {} cannot be read: {}",
                                          report.node, base::excerpt(rdata),
                                          property.error().detail));
        out.push_back(std::move(*property));
    }
    return out;
}

Finding determined(const CaaReport& report) {
    return passed(report.node.empty()
                      ? "no CAA records on the way to the top-level domain"
                      : std::to_string(report.rdata.size()) + " CAA records at " + report.node);
}

void judge_set(CaaReport& report, const CaaQuestion& question) {
    const auto properties = parse_all(report);
    if (!properties) {
        report.finding = undetermined(properties.error());
        report.node.clear();
        report.rdata.clear();
        return;
    }
    if (!question.policy) {
        report.finding = determined(report);
        return;
    }
    const CaaJudgement judgement = judge_caa(*properties, question.wildcard, *question.policy);
    report.permits = judgement.permits;
    report.deciding_record = judgement.deciding_record;
    const std::string where = report.node.empty() ? "" : " (at " + report.node + ")";
    report.finding = {judgement.permits ? Verdict::passed : Verdict::rejected, judgement.code,
                      judgement.detail + where};
}

CaaReport to_report(const CaaQuestion& question, const Climb& climb) {
    CaaReport report;
    Lookups::List& lookups = report.lookups.edit();
    lookups.reserve(climb.lookups.size());
    for (const Lookup& lookup : climb.lookups)
        add_evidence(lookup, lookups);
    report.lookup_failure = climb.conditions;
    report.dnssec = climb.dnssec;
    if (climb.failure) {
        report.finding = undetermined(*climb.failure);
        return report;
    }
    if (climb.found) {
        const Lookup& relevant = climb.lookups[*climb.found];
        report.node = relevant.question.name.text();
        report.rdata = canonical_rdata(*usable(relevant));
    }
    judge_set(report, question);
    return report;
}

} // namespace

base::Awaitable<CaaReport> check_caa(const Vantage& vantage, CaaQuestion question,
                                     base::Deadline deadline) {
    Climb climb;
    climb.failure_may_permit =
        question.policy.has_value() && vantage.settings.permit_proved_lookup_failure;
    // The root has no node to climb from; without this line, silence would be permission.
    if (question.domain.is_root())
        climb.failure = base::Failure{base::FailureKind::invalid, "the root has no CAA climb"};
    std::size_t judged = 0;
    for (Name node = question.domain; !node.is_root() && !climb.decided();) {
        co_await first_tries(vantage, questions_from(node), deadline, climb.lookups);
        for (; judged < climb.lookups.size() && !climb.decided(); ++judged) {
            if (const auto* answer = usable(climb.lookups[judged]))
                judge_answer(climb, judged, *answer);
            else
                co_await judge_failure(vantage, climb, judged, deadline);
        }
    }
    if (climb.lookups.empty())
        climb.dnssec = DnssecState::indeterminate;
    co_return to_report(question, climb);
}

} // namespace mpic::check
