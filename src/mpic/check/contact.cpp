// SPDX-License-Identifier: Apache-2.0
// The method contact: the email addresses or phone numbers that a domain publishes for validation,
// as CAA properties (BR 3.2.2.4.13, .17, Appendix A.1) or in TXT records (.14, .16, Appendix A.2).
// What is sent there, and what comes back, is the CA's business.

#include "base/core/encoding.hpp"
#include "findings.hpp"
#include "lookup.hpp"
#include "methods.hpp"
#include "mpic/check/check.hpp"
#include "mpic/model/codes.hpp"
#include "mpic/model/contact_value.hpp"
#include "record_findings.hpp"
#include "selection.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpic::check {
namespace {

using base::dns::RecordType;

constexpr std::size_t values_shown = 100;

std::string_view caa_tag(ContactKind kind) {
    return kind == ContactKind::email ? "contactemail" : "contactphone";
}

/// What was published as a contact, whatever its form.
struct Published {
    std::string what; ///< where, for a person
    std::vector<std::string> values;
};

/// Those of the right form count, as a whole; one that has not is as good as none (Appendix A).
void judge(DcvReport& report, const ContactQuestion& question, const Published& published) {
    std::vector<std::string> usable;
    for (const std::string& value : published.values)
        if (auto contact = canonical_contact(question.kind, value))
            usable.push_back(*std::move(contact));
    const auto expected =
        question.expected.empty() ? std::nullopt : std::optional(question.expected);
    if (!usable.empty())
        select(report, std::move(usable), expected, published.what);
    else if (!published.values.empty())
        report.finding =
            rejected(code::contact_unusable,
                     fmt::format("{} has \"{}\", which as a whole is no {}", published.what,
                                 base::excerpt(published.values.front(), values_shown),
                                 question.kind == ContactKind::email ? "email address"
                                                                     : "global phone number"));
    else
        report.finding =
            rejected(code::record_absent, fmt::format("{}: there is none", published.what));
}

base::Awaitable<DcvReport> from_caa(const Vantage& vantage, ContactQuestion question,
                                    base::Deadline deadline) {
    CaaReport caa = co_await check_caa(vantage, CaaQuestion{.domain = question.owner}, deadline);
    DcvReport report;
    report.lookups = std::move(caa.lookups);
    report.dnssec = caa.dnssec;
    if (caa.finding.verdict != Verdict::passed) {
        report.finding = std::move(caa.finding);
        co_return report;
    }
    Published published;
    published.what = fmt::format("CAA {} {}", caa_tag(question.kind),
                                 caa.node.empty() ? question.owner.text() : caa.node);
    std::vector<std::string> shown;
    for (const std::string& rdata : caa.rdata) {
        const auto property = base::dns::parse_caa(rdata); // check_caa() has read every one of them
        if (!property || !base::ascii_iequals(property->tag, caa_tag(question.kind)))
            continue;
        published.values.push_back(property->value);
        if (shown.size() < 3)
            shown.push_back(base::dns::rdata_text(RecordType::caa, rdata, values_shown));
    }
    report.seen = fmt::format("{}", fmt::join(shown, ", "));
    judge(report, question, published);
    co_return report;
}

base::Awaitable<DcvReport> from_txt(const Vantage& vantage, ContactQuestion question,
                                    base::Deadline deadline) {
    DcvReport report;
    const RecordAsked asked{question.owner, RecordType::txt};
    const Lookup lookup = co_await look_up(vantage, {asked.owner, asked.type}, deadline);
    const auto* answer = take(report, lookup);
    if (answer == nullptr)
        co_return report;
    if (answer->records.empty()) {
        report.finding = absent(asked, *answer);
        co_return report;
    }
    Published published{describe(asked), {}};
    for (const auto& record : answer->records) {
        auto text = base::dns::parse_txt(record.rdata);
        if (!text) {
            report.finding = undetermined({base::FailureKind::dns_malformed,
                                           fmt::format("{}: a record cannot be read: {}",
                                                       describe(asked), text.error().detail)});
            co_return report;
        }
        published.values.push_back(*std::move(text));
    }
    judge(report, question, published);
    co_return report;
}

} // namespace

base::Awaitable<DcvReport> check_method(const Vantage& vantage, ContactQuestion question,
                                        base::Deadline deadline) {
    return question.source == ContactSource::caa ? from_caa(vantage, std::move(question), deadline)
                                                 : from_txt(vantage, std::move(question), deadline);
}

} // namespace mpic::check
