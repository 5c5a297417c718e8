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

std::vector<Name> nodes(const Name& domain) {
    std::vector<Name> out;
    out.reserve(domain.label_count());
    for (Name node = domain; !node.is_root(); node = node.parent())
        out.push_back(node);
    return out;
}

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

base::Awaitable<void> judge_nodes(const Vantage& vantage, Climb& climb, std::size_t first,
                                  base::Deadline deadline) {
    for (std::size_t node = first; node < climb.lookups.size() && !climb.decided(); ++node) {
        Lookup& lookup = climb.lookups[node];
        if (usable(lookup) == nullptr)
            co_await further_tries(vantage, lookup, deadline);
        const auto* answer = usable(lookup);
        if (answer == nullptr) {
            co_await settle_failure(vantage, climb, node, deadline);
            continue;
        }
        climb.dnssec = base::dns::weakest(climb.dnssec, answer->dnssec);
        if (!answer->records.empty())
            climb.found = node;
    }
}

base::Awaitable<void> climb_from(const Vantage& vantage, Climb& climb, Name domain,
                                 base::Deadline deadline) {
    const std::vector<Name> all = nodes(domain);
    climb.lookups.reserve(std::min(side_by_side, all.size()));
    for (std::size_t first = 0; first < all.size() && !climb.decided(); first += side_by_side) {
        std::vector<base::dns::Question> questions;
        questions.reserve(side_by_side);
        for (std::size_t i = first; i < std::min(first + side_by_side, all.size()); ++i)
            questions.push_back({all[i], RecordType::caa});
        for (Lookup& lookup : co_await first_tries(vantage, std::move(questions), deadline))
            climb.lookups.push_back(std::move(lookup));
        co_await judge_nodes(vantage, climb, first, deadline);
    }
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
                      : fmt::format("{} CAA records at {}", report.rdata.size(), report.node));
}

void judge_set(CaaReport& report, const CaaQuestion& question) {
    const auto properties = parse_all(report);
    if (!properties) {
        report.finding = undetermined(properties.error());
        report.node.clear();
        report.rdata.clear();
        return;
    }
    report.finding = determined(report);
    if (!question.policy)
        return;
    const CaaJudgement judgement = judge_caa(*properties, question.wildcard, *question.policy);
    report.permits = judgement.permits;
    report.deciding_record = judgement.deciding_record;
    const std::string where = report.node.empty() ? "" : fmt::format(" (at {})", report.node);
    report.finding = {judgement.permits ? Verdict::passed : Verdict::rejected, judgement.code,
                      judgement.detail + where};
}

CaaReport to_report(const CaaQuestion& question, const Climb& climb) {
    CaaReport report;
    Lookups::List& lookups = report.lookups.edit();
    lookups.reserve(climb.lookups.size());
    for (const Lookup& lookup : climb.lookups)
        lookups.push_back(to_evidence(lookup));
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
    else
        co_await climb_from(vantage, climb, question.domain, deadline);
    if (climb.lookups.empty())
        climb.dnssec = DnssecState::indeterminate;
    co_return to_report(question, climb);
}

} // namespace mpic::check
