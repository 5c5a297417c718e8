// SPDX-License-Identifier: Apache-2.0
// The method contact: the email addresses or phone numbers that a domain publishes for validation
// (BR 3.2.2.4.13, .14, .16, .17).
#include "mpic/wire/draft_fields.hpp"

#include "mpic/model/contact_value.hpp"
#include "mpic/model/dcv_rules.hpp"

#include <fmt/format.h>

#include <utility>

namespace mpic::wire {
namespace {

using base::json::ObjectReader;

constexpr std::size_t max_contact = 254;

/// The contact that is expected, in canonical form; empty when none is.
std::optional<std::string> read_contact(ObjectReader& body, std::optional<ContactKind> kind) {
    const auto text = body.string("expected", max_contact);
    if (!text)
        return body.has("expected") ? std::nullopt : std::optional(std::string());
    if (!kind)
        return std::nullopt;
    auto contact = canonical_contact(*kind, *text);
    if (!contact)
        body.issue("expected", *kind == ContactKind::email
                                   ? "must be an email address (RFC 6532 §3.2)"
                                   : "must be a global phone number (RFC 3966 §5.1.4), as in "
                                     "+33 1 23 45 67 89");
    return contact;
}

/// "ca-tbr-13" of "BR 3.2.2.4.13" (BR 4.2.2.1.2).
std::string caa_label(ContactKind kind, ContactSource source) {
    const std::string_view section = contact_section(kind, source);
    return fmt::format("ca-tbr-{}", section.substr(section.rfind('.') + 1));
}

std::optional<base::dns::Name> owner_of(ObjectReader& body, const base::dns::Name& domain,
                                        ContactKind kind, ContactSource source) {
    if (source == ContactSource::caa)
        return domain;
    return read_prefixed(body, "domain", fmt::format("_validation-contact{}", to_string(kind)),
                         domain);
}

} // namespace

void read_contact_method(ObjectReader& body, Draft& draft) {
    constexpr TargetRules rules{
        .key = "domain",
        .no_address = "an IP address publishes no contact: contact needs a domain name",
        .no_wildcard = {},
    };
    read_target(body, rules, draft);
    body.require({"kind", "source"});
    const auto kind_word = body.word("kind", {"email", "phone"});
    const auto source_word = body.word("source", {"caa", "txt"});
    const auto kind = kind_word ? contact_kind_from(*kind_word) : std::nullopt;
    const auto source = source_word ? contact_source_from(*source_word) : std::nullopt;
    auto expected = read_contact(body, kind);
    read_caa_question(body, "caa", rules, draft);
    if (!kind || !source)
        return;
    set_validation_method(body, caa_label(*kind, *source), draft);
    if (!draft.target || !expected)
        return;
    if (auto owner = owner_of(body, *draft.target->name(), *kind, *source))
        draft.dcv = ContactQuestion{.owner = *std::move(owner),
                                    .kind = *kind,
                                    .source = *source,
                                    .expected = *std::move(expected)};
}

} // namespace mpic::wire
