// SPDX-License-Identifier: Apache-2.0
// The method dns-persist-01: a TXT record that binds the identifier to an account (BR 3.2.2.4.22,
// 3.2.2.5.8). One that fits is enough; those of other issuers are ignored.

#include "findings.hpp"
#include "lookup.hpp"
#include "methods.hpp"
#include "mpic/model/codes.hpp"
#include "persist_judge.hpp"
#include "record_findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace mpic::check {
namespace {

std::string_view why(PersistMatch best) {
    switch (best) {
    case PersistMatch::unusable:
        return "no usable value (RFC 8659 section 4.2)";
    case PersistMatch::other_issuer:
        return "no value for this issuer";
    case PersistMatch::other_account:
        return "none with the account's accounturi";
    case PersistMatch::other_policy:
        return "none with the policy asked for";
    default:
        return "";
    }
}

Finding judge_records(const PersistQuestion& question, const base::dns::Answer& answer,
                      base::WallTime now) {
    const std::string what = describe({question.owner, base::dns::RecordType::txt});
    PersistMatch best = PersistMatch::unusable;
    std::optional<base::Failure> unreadable;
    for (const auto& record : answer.records) {
        const auto text = base::dns::parse_txt(record.rdata);
        if (text)
            best = std::max(best, judge_persistent(question, *text, now));
        else
            unreadable = text.error();
    }
    if (best == PersistMatch::matches)
        return passed(fmt::format("{} binds the name to the account", what));
    if (unreadable)
        return undetermined(
            {base::FailureKind::dns_malformed,
             fmt::format("{}: a record cannot be read: {}", what, unreadable->detail)});
    if (best == PersistMatch::expired)
        return rejected(code::record_expired,
                        fmt::format("{} has the expected value, and its persistUntil has passed: "
                                    "{}",
                                    what, excerpts(answer)));
    return rejected(code::record_mismatch,
                    fmt::format("{} has {}, {}", what, excerpts(answer), why(best)));
}

} // namespace

base::Awaitable<DcvReport> check_method(const Vantage& vantage, PersistQuestion question,
                                        base::Deadline deadline) {
    DcvReport report;
    if (const auto* address = std::get_if<base::net::IpAddress>(&question.host))
        if (const auto may = vantage.addresses.may_identify(*address); !may) {
            report.finding = undetermined(may.error());
            co_return report;
        }
    const Lookup lookup =
        co_await look_up(vantage, {question.owner, base::dns::RecordType::txt}, deadline);
    const auto* answer = take(report, lookup);
    if (answer == nullptr)
        co_return report;
    report.finding = answer->records.empty()
                         ? absent({question.owner, base::dns::RecordType::txt}, *answer)
                         : judge_records(question, *answer, vantage.clock.wall());
    if (report.finding.verdict == Verdict::passed)
        report.selected.push_back(question.account_uri);
    co_return report;
}

} // namespace mpic::check
