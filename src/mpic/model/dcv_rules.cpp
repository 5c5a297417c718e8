// SPDX-License-Identifier: Apache-2.0
#include "mpic/model/dcv_rules.hpp"

#include "base/core/time_text.hpp"
#include "base/dns/reverse_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <variant>

namespace mpic {
namespace {

using base::dns::RecordType;
using std::chrono::sys_days;
using std::chrono::year;

// What is the same for every method but one stands in the template.
template <class Question>
std::optional<RecordAsked> record_of(const Question& /*question*/) {
    return std::nullopt;
}
std::optional<RecordAsked> record_of(const DnsQuestion& question) {
    return RecordAsked{question.owner, question.type};
}
std::optional<RecordAsked> record_of(const PersistQuestion& question) {
    return RecordAsked{question.owner, RecordType::txt};
}
std::optional<RecordAsked> record_of(const ReverseQuestion& question) {
    return RecordAsked{base::dns::reverse_name(question.address), RecordType::ptr};
}
std::optional<RecordAsked> record_of(const ContactQuestion& question) {
    return RecordAsked{question.owner,
                       question.source == ContactSource::caa ? RecordType::caa : RecordType::txt};
}

constexpr Sunset reverse_sunset{"BR 3.2.2.5.3", sys_days(year(2027) / 3 / 15)};
constexpr base::WallTime phone_end = sys_days(year(2027) / 3 / 15);
constexpr base::WallTime email_end = sys_days(year(2028) / 3 / 15);

template <class Question>
std::optional<Sunset> end_of(const Question& /*question*/) {
    return std::nullopt;
}
std::optional<Sunset> end_of(const ReverseQuestion& /*question*/) {
    return reverse_sunset;
}
std::optional<Sunset> end_of(const ContactQuestion& question) {
    return Sunset{contact_section(question.kind, question.source),
                  question.kind == ContactKind::phone ? phone_end : email_end};
}

struct MethodName {
    std::string_view method;
    std::string_view for_name;    ///< of a domain name
    std::string_view for_address; ///< of an IP address
};
constexpr std::array<MethodName, 8> method_names{{
    {"http", "BR 3.2.2.4.18", "BR 3.2.2.5.1"},
    {"website-change", "BR 3.2.2.4.18", "BR 3.2.2.5.1"},
    {"http-acme", "http-01", "http-01"},
    {"dns", "BR 3.2.2.4.7", ""},
    {"dns-01", "dns-01", ""},
    {"tls-alpn-01", "tls-alpn-01", "tls-alpn-01"},
    {"dns-account-01", "BR 3.2.2.4.21", ""},
    {"dns-persist-01", "BR 3.2.2.4.22", "BR 3.2.2.5.8"},
}};

} // namespace

std::optional<RecordAsked> record_asked(const DcvQuestion& question) {
    return std::visit([](const auto& one) { return record_of(one); }, question);
}

bool connects(const DcvQuestion& question) {
    return std::holds_alternative<HttpQuestion>(question)
           || std::holds_alternative<TlsAlpnQuestion>(question);
}

bool selects_value(const DcvQuestion& question) {
    return std::holds_alternative<PersistQuestion>(question)
           || std::holds_alternative<ReverseQuestion>(question)
           || std::holds_alternative<ContactQuestion>(question);
}

std::string_view contact_section(ContactKind kind, ContactSource source) {
    const bool caa = source == ContactSource::caa;
    if (kind == ContactKind::email)
        return caa ? "BR 3.2.2.4.13" : "BR 3.2.2.4.14";
    return caa ? "BR 3.2.2.4.17" : "BR 3.2.2.4.16";
}

std::string_view validation_method(const CheckRequest& request) {
    if (!request.dcv)
        return {};
    if (const auto* contact = std::get_if<ContactQuestion>(&*request.dcv))
        return contact_section(contact->kind, contact->source);
    if (std::holds_alternative<ReverseQuestion>(*request.dcv))
        return reverse_sunset.section;
    const auto* row = std::ranges::find(method_names, request.method, &MethodName::method);
    if (row == method_names.end())
        return {};
    return request.target.name() != nullptr ? row->for_name : row->for_address;
}

std::optional<Sunset> sunset_of(const DcvQuestion& question) {
    return std::visit([](const auto& one) { return end_of(one); }, question);
}

std::optional<std::string> sunset_refusal(const DcvQuestion& question, base::WallTime now) {
    const auto sunset = sunset_of(question);
    if (!sunset || now < sunset->from)
        return std::nullopt;
    return fmt::format("the method of {} must not be used since {}, and what it validated before "
                       "must not be relied upon",
                       sunset->section, base::iso_date(sunset->from));
}

} // namespace mpic
