// SPDX-License-Identifier: Apache-2.0
// The dns method, BR 3.2.2.4.7: one record at the owner must equal the expected one.

#include "base/core/encoding.hpp"
#include "expected_record.hpp"
#include "findings.hpp"
#include "lookup.hpp"
#include "methods.hpp"
#include "mpic/model/codes.hpp"

#include <fmt/format.h>

#include <optional>
#include <ranges>
#include <utility>

namespace mpic::check {
namespace {

using base::dns::Answer;

constexpr std::size_t records_shown = 3;

std::string describe(const DnsQuestion& question) {
    return fmt::format("{} {}", base::dns::to_string(question.type), question.owner.text());
}

std::string excerpts(const Answer& answer) {
    std::vector<std::string> out;
    for (const auto& record : answer.records | std::views::take(records_shown))
        out.push_back(base::dns::rdata_text(record.type, record.rdata, 100));
    std::string text = fmt::format("{}", fmt::join(out, ", "));
    if (answer.records.size() > records_shown)
        text += fmt::format(" and {} more", answer.records.size() - records_shown);
    return text;
}

Finding absent(const DnsQuestion& question, const Answer& answer) {
    if (answer.rcode == base::dns::Rcode::nxdomain)
        return rejected(base::to_string(base::FailureKind::dns_nxdomain),
                        describe(question) + ": the name does not exist (NXDOMAIN)");
    return rejected(code::record_absent,
                    fmt::format("{}: the name has no such record", describe(question)));
}

/// One record that matches is enough. Without one, a record that cannot be read might have been it.
Finding compare(const DnsQuestion& question, const ExpectedValue& expected, const Answer& answer) {
    std::optional<base::Failure> unreadable;
    for (const auto& record : answer.records) {
        const auto equal = matches(question.type, record.rdata, expected);
        if (!equal)
            unreadable = equal.error();
        else if (*equal)
            return passed(fmt::format("{} has the expected value", describe(question)));
    }
    if (unreadable)
        return undetermined({base::FailureKind::dns_malformed,
                             fmt::format("{}: a record cannot be read: {}", describe(question),
                                         unreadable->detail)});
    return rejected(code::record_mismatch, fmt::format("{} has {} and not the expected value",
                                                       describe(question), excerpts(answer)));
}

} // namespace

base::Awaitable<DcvReport> check_method(const Vantage& vantage, DnsQuestion question,
                                        base::Deadline deadline) {
    DcvReport report;
    const auto expected = read_expected(question.type, question.expected);
    if (!expected) {
        report.finding = undetermined(expected.error());
        co_return report;
    }
    const Lookup lookup = co_await look_up(vantage, {question.owner, question.type}, deadline);
    report.lookups.push_back(to_evidence(lookup));
    report.dnssec = state_of(lookup);
    const Answer* answer = usable(lookup);
    if (answer == nullptr) {
        report.finding = undetermined(failure_of(lookup));
        co_return report;
    }
    report.seen = excerpts(*answer);
    report.finding =
        answer->records.empty() ? absent(question, *answer) : compare(question, *expected, *answer);
    co_return report;
}

} // namespace mpic::check
