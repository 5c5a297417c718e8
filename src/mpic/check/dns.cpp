// SPDX-License-Identifier: Apache-2.0
// The methods dns, dns-01 and dns-account-01 (BR 3.2.2.4.7, .21): one record at the owner must
// equal the expected one.

#include "expected_record.hpp"
#include "findings.hpp"
#include "lookup.hpp"
#include "methods.hpp"
#include "mpic/model/codes.hpp"
#include "record_findings.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace mpic::check {
namespace {

using base::dns::Answer;

/// One record that matches is enough. Without one, a record that cannot be read might have been it.
Finding compare(const RecordAsked& question, const ExpectedValue& expected, const Answer& answer) {
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
    const Answer* answer = take(report, lookup);
    if (answer == nullptr)
        co_return report;
    const RecordAsked asked{question.owner, question.type};
    report.finding =
        answer->records.empty() ? absent(asked, *answer) : compare(asked, *expected, *answer);
    co_return report;
}

} // namespace mpic::check
