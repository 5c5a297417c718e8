// SPDX-License-Identifier: Apache-2.0
#include "mpic/check/caa_evaluate.hpp"

#include "base/core/encoding.hpp"
#include "mpic/model/codes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <ranges>

namespace mpic::check {
namespace {

using base::dns::CaaProperty;
using Properties = std::vector<CaaProperty>;

/// Tags whose meaning is implemented, be it that they say nothing about a TLS certificate (RFC 8659
/// §4, RFC 9495, BR Appendix A.1): the critical flag on them changes nothing.
constexpr std::array<std::string_view, 7> known_tags{
    "issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail", "contactphone"};

/// Labels of BR 4.2.2.1.2 ("ca-tbr-<n>", n a subsection of 3.2.2.4) for methods with an ACME name.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> same_methods{{
    {"ca-tbr-7", "dns-01"},
    {"ca-tbr-19", "http-01"},
    {"ca-tbr-20", "tls-alpn-01"},
    {"ca-tbr-21", "dns-account-01"},
    {"ca-tbr-22", "dns-persist-01"},
}};

constexpr std::size_t reasons_shown = 3;

std::string show(const CaaProperty& property) {
    return base::dns::rdata_text(base::dns::RecordType::caa, base::dns::caa_rdata(property));
}

bool has_tag(const CaaProperty& property, std::string_view tag) {
    return base::ascii_iequals(property.tag, tag);
}

bool is_known(const CaaProperty& property) {
    return std::ranges::any_of(known_tags, [&](auto tag) { return has_tag(property, tag); });
}

std::string_view canonical_method(std::string_view label) {
    const auto* same =
        std::ranges::find(same_methods, label, [](auto& pair) { return pair.first; });
    return same == same_methods.end() ? label : same->second;
}

bool is_method_label(std::string_view label) {
    return !label.empty() && std::ranges::all_of(label, [](char c) {
        return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
               || (c >= 'A' && c <= 'Z');
    });
}

/// RFC 8657 §4: a comma-separated list of labels, matched by case. One malformed label spoils the
/// list: it was written to restrict, and guessing at what it meant could only widen it.
bool lists_method(std::string_view list, std::string_view method) {
    bool listed = false;
    for (bool more = true; more;) {
        const std::size_t comma = list.find(',');
        const std::string_view label = list.substr(0, comma);
        if (!is_method_label(label))
            return false;
        listed = listed || canonical_method(label) == canonical_method(method);
        more = comma != std::string_view::npos;
        list.remove_prefix(more ? comma + 1 : list.size());
    }
    return listed;
}

std::string why_not_issuer(const IssueValue& value) {
    return value.issuer.empty() ? "names nobody" : "names " + base::excerpt(value.issuer);
}

/// RFC 8657 §3: absent, any account; twice, or not ours, nobody's.
std::string why_not_account(const std::vector<std::string>& uris, const CaaPolicy& policy) {
    if (uris.empty())
        return {};
    if (uris.size() > 1)
        return "has more than one accounturi";
    if (!policy.account_uri)
        return "is bound to an account, and the request names none";
    return uris.front() == *policy.account_uri ? "" : "is bound to another account";
}

/// RFC 8657 §4.
std::string why_not_method(const std::vector<std::string>& lists, const CaaPolicy& policy) {
    if (lists.empty())
        return {};
    if (lists.size() > 1)
        return "has more than one validationmethods";
    if (!policy.validation_method)
        return "is bound to validation methods, and the request names none";
    return lists_method(lists.front(), *policy.validation_method)
               ? ""
               : "does not list the method " + base::excerpt(*policy.validation_method);
}

std::vector<std::string> parameters(const IssueValue& value, std::string_view tag) {
    std::vector<std::string> out;
    for (const auto& [name, text] : value.parameters)
        if (name == tag)
            out.push_back(text);
    return out;
}

/// Empty when the property permits, else the reason as a predicate: "names other.test". Parameters
/// other than RFC 8657's are ignored: their meaning is the issuer's alone (RFC 8659 §4.2).
std::string why_not(const CaaProperty& property, const CaaPolicy& policy) {
    const auto value = parse_issue_value(property.value);
    if (!value)
        return "is outside the grammar of RFC 8659 section 4.2 and so names nobody";
    if (value->issuer.empty() || std::ranges::none_of(policy.issuer_domains, [&](const auto& ours) {
            return base::ascii_iequals(ours, value->issuer);
        }))
        return why_not_issuer(*value);
    std::string reason = why_not_account(parameters(*value, "accounturi"), policy);
    if (reason.empty())
        reason = why_not_method(parameters(*value, "validationmethods"), policy);
    return reason;
}

/// RFC 8659 §4.3: for a wildcard, issuewild properties take the place of all issue properties.
Properties restricting(const Properties& relevant, bool wildcard) {
    const auto with = [&](std::string_view tag) {
        Properties out;
        std::ranges::copy_if(relevant, std::back_inserter(out),
                             [&](const auto& property) { return has_tag(property, tag); });
        return out;
    };
    if (wildcard) {
        if (Properties wild = with("issuewild"); !wild.empty())
            return wild;
    }
    return with("issue");
}

CaaJudgement permitted(std::string deciding_record, std::string detail) {
    return {.permits = true,
            .code = std::string(code::ok),
            .deciding_record = std::move(deciding_record),
            .detail = std::move(detail)};
}

CaaJudgement forbidden(const Properties& candidates, const CaaPolicy& policy) {
    std::vector<std::string> reasons;
    for (const auto& property : candidates | std::views::take(reasons_shown))
        reasons.push_back(show(property) + " " + why_not(property, policy));
    const std::string more = candidates.size() > reasons_shown
                                 ? fmt::format(" and {} more", candidates.size() - reasons_shown)
                                 : "";
    return {.permits = false,
            .code = std::string(code::caa_forbids),
            .deciding_record = show(candidates.front()),
            .detail =
                fmt::format("CAA does not permit {}: {}{}", base::join_and(policy.issuer_domains),
                            fmt::join(reasons, "; "), more)};
}

} // namespace

CaaJudgement judge_caa(const std::vector<CaaProperty>& relevant, bool wildcard,
                       const CaaPolicy& policy) {
    // A fixed order, so that the record and the sentence shown do not depend on that of the answer.
    Properties sorted = relevant;
    std::ranges::sort(sorted, {}, base::dns::caa_rdata);

    const auto unknown = std::ranges::find_if(
        sorted, [](const auto& property) { return property.critical() && !is_known(property); });
    if (unknown != sorted.end())
        return {.permits = false,
                .code = std::string(code::caa_critical_unknown),
                .deciding_record = show(*unknown),
                .detail = fmt::format("CAA holds the critical property {}, whose tag is not known",
                                      show(*unknown))};

    const Properties candidates = restricting(sorted, wildcard);
    if (candidates.empty())
        return permitted("", sorted.empty() ? "no CAA record restricts issuance"
                                            : "none of the CAA records restricts issuance");
    const auto granting = std::ranges::find_if(
        candidates, [&](const auto& property) { return why_not(property, policy).empty(); });
    if (granting != candidates.end())
        return permitted(show(*granting), show(*granting) + " permits issuance");
    return forbidden(candidates, policy);
}

} // namespace mpic::check
