// SPDX-License-Identifier: Apache-2.0
// The method ip-reverse: the host names that an address's PTR records give (BR 3.2.2.5.3). The name
// chosen among them is then validated by a method of its own.

#include "base/dns/reverse_name.hpp"
#include "findings.hpp"
#include "lookup.hpp"
#include "methods.hpp"
#include "mpic/model/codes.hpp"
#include "record_findings.hpp"
#include "selection.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mpic::check {
namespace {

using base::dns::Name;

/// A name that could stand in a certificate: not one of the reverse zones themselves (BR 4.2.2),
/// nor an onion name, which no perspective can check.
bool is_usable(const Name& name) {
    static const Name arpa = Name::parse("arpa").value();
    static const Name onion = Name::parse("onion").value();
    return base::dns::host_from_user(name.text(), false) && !name.is_within(arpa)
           && !name.is_within(onion);
}

struct HostNames {
    std::vector<std::string> usable;
    std::optional<base::Failure> unreadable;
};

HostNames host_names(const base::dns::Answer& answer) {
    HostNames out;
    for (const auto& record : answer.records) {
        const auto name = base::dns::parse_name_rdata(record.rdata);
        if (!name)
            out.unreadable = name.error();
        else if (is_usable(*name))
            out.usable.push_back(name->text());
    }
    return out;
}

/// Without an expected name the set must be whole: what cannot be read might belong to it.
void judge(DcvReport& report, const ReverseQuestion& question, const RecordAsked& asked,
           const base::dns::Answer& answer) {
    if (answer.records.empty()) {
        report.finding = absent(asked, answer);
        return;
    }
    HostNames names = host_names(answer);
    const auto expected =
        question.expected ? std::optional(question.expected->text()) : std::nullopt;
    if (!names.usable.empty())
        select(report, std::move(names.usable), expected, describe(asked));
    else
        report.finding =
            rejected(code::record_mismatch, fmt::format("{} has {}, which is no host name",
                                                        describe(asked), excerpts(answer)));
    const bool settled = expected && report.finding.verdict == Verdict::passed;
    if (names.unreadable && !settled) {
        report.selected.clear();
        report.finding = undetermined({base::FailureKind::dns_malformed,
                                       fmt::format("{}: a record cannot be read: {}",
                                                   describe(asked), names.unreadable->detail)});
    }
}

} // namespace

base::Awaitable<DcvReport> check_method(const Vantage& vantage, ReverseQuestion question,
                                        base::Deadline deadline) {
    DcvReport report;
    if (const auto may = vantage.addresses.may_identify(question.address); !may) {
        report.finding = undetermined(may.error());
        co_return report;
    }
    const RecordAsked asked{base::dns::reverse_name(question.address), base::dns::RecordType::ptr};
    const Lookup lookup = co_await look_up(vantage, {asked.owner, asked.type}, deadline);
    if (const auto* answer = take(report, lookup))
        judge(report, question, asked, *answer);
    co_return report;
}

} // namespace mpic::check
