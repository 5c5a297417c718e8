// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a way of domain control validation is, whatever the perspectives make of it: a line for each
// alternative of DcvQuestion. Pure.

#include "base/core/clock.hpp"
#include "mpic/model/check_request.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mpic {

/// The DNS record that a question is about.
struct RecordAsked {
    base::dns::Name owner;
    base::dns::RecordType type{};
    bool operator==(const RecordAsked&) const = default;
};
/// Nothing for the methods that connect.
[[nodiscard]] std::optional<RecordAsked> record_asked(const DcvQuestion& question);
/// Whether the method connects to a host, so that it can be blocked, filtered or slow.
[[nodiscard]] bool connects(const DcvQuestion& question);
/// Whether each perspective determines a value (host names, contacts, the account) that must be the
/// primary's too: Attempt::dcv_by_selection.
[[nodiscard]] bool selects_value(const DcvQuestion& question);

/// The validation method as a record names it (BR 5.4.1 (2)(2)): its registered ACME label, or the
/// section of the Baseline Requirements. Empty without domain control.
[[nodiscard]] std::string_view validation_method(const CheckRequest& request);
/// BR 3.2.2.4.13, .14, .16 or .17.
[[nodiscard]] std::string_view contact_section(ContactKind kind, ContactSource source);

/// The end of a method: from this instant on (00:00 UTC of its day) it must not be used.
struct Sunset {
    std::string_view section;
    base::WallTime from;
};
/// Nothing for a method without a known end.
[[nodiscard]] std::optional<Sunset> sunset_of(const DcvQuestion& question);
/// Why the question must not be asked at `now`, as a sentence without a full stop; nothing while it
/// may be.
[[nodiscard]] std::optional<std::string> sunset_refusal(const DcvQuestion& question,
                                                        base::WallTime now);

} // namespace mpic
