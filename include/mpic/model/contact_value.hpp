// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mpic/model/check_request.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mpic {

/// The contact in the one form that contacts are compared in; nothing for a text that is not, as a
/// whole, a contact of that kind (BR Appendix A): no padding, no display name, no "mailto:".
///
/// email: an addr-spec of RFC 5322 §3.4.1 as RFC 6532 §3.2 widens it to UTF-8, without comments and
/// folding, at most 64 octets before the "@" and 254 in all; the domain's ASCII letters are folded.
/// phone: a global number of RFC 3966 §5.1.4: "+", a country code, up to 15 digits (E.164), with
/// "-", ".", "(", ")" and spaces as visual separators between them, which are dropped.
[[nodiscard]] std::optional<std::string> canonical_contact(ContactKind kind, std::string_view text);

[[nodiscard]] std::string_view to_string(ContactKind kind);     ///< "email", "phone"
[[nodiscard]] std::string_view to_string(ContactSource source); ///< "caa", "txt"
[[nodiscard]] std::optional<ContactKind> contact_kind_from(std::string_view text);
[[nodiscard]] std::optional<ContactSource> contact_source_from(std::string_view text);

} // namespace mpic
