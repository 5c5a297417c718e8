// SPDX-License-Identifier: Apache-2.0
#include "record_findings.hpp"

#include "findings.hpp"
#include "mpic/model/codes.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <ranges>
#include <vector>

namespace mpic::check {
namespace {

constexpr std::size_t records_shown = 3;
constexpr std::size_t record_octets_shown = 100;

} // namespace

std::string describe(const RecordAsked& asked) {
    return fmt::format("{} {}", base::dns::to_string(asked.type), asked.owner.text());
}

std::string excerpts(const base::dns::Answer& answer) {
    std::vector<std::string> out;
    for (const auto& record : answer.records | std::views::take(records_shown))
        out.push_back(base::dns::rdata_text(record.type, record.rdata, record_octets_shown));
    std::string text = fmt::format("{}", fmt::join(out, ", "));
    if (answer.records.size() > records_shown)
        text += fmt::format(" and {} more", answer.records.size() - records_shown);
    return text;
}

Finding absent(const RecordAsked& asked, const base::dns::Answer& answer) {
    if (answer.rcode == base::dns::Rcode::nxdomain)
        return rejected(base::to_string(base::FailureKind::dns_nxdomain),
                        describe(asked) + ": the name does not exist (NXDOMAIN)");
    return rejected(code::record_absent,
                    fmt::format("{}: the name has no such record", describe(asked)));
}

const base::dns::Answer* take(DcvReport& report, const Lookup& lookup) {
    add_evidence(lookup, report.lookups.edit());
    report.dnssec = state_of(lookup);
    const base::dns::Answer* answer = usable(lookup);
    if (answer == nullptr)
        report.finding = undetermined(failure_of(lookup));
    else
        report.seen = excerpts(*answer);
    return answer;
}

} // namespace mpic::check
