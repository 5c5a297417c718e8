// SPDX-License-Identifier: Apache-2.0
#pragma once
// DNS lookups as evidence: how each one went, and those of a report together.

#include "base/core/result.hpp"
#include "base/dns/resolver.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpic {

/// One name on the way of a lookup's aliases.
struct LinkEvidence {
    std::string name;
    base::dns::DnssecState dnssec = base::dns::DnssecState::indeterminate;
    std::string dnssec_proof;
    bool operator==(const LinkEvidence&) const = default;
};

/// One DNS lookup as it went.
struct LookupEvidence {
    std::string name;
    std::string type;
    std::string rcode;                ///< "NOERROR"; empty when no response came
    std::vector<std::string> records; ///< presentation form, escaped, the first 20
    std::size_t record_count = 0;
    std::vector<std::string> chain; ///< alias targets in order
    base::dns::DnssecState dnssec = base::dns::DnssecState::indeterminate;
    std::string dnssec_proof;
    /// With aliases, and where the state was settled beyond AD: the name asked for and each alias
    /// target; after a failure, up to the name that fails.
    std::vector<LinkEvidence> links;
    std::vector<std::string> extended_errors; ///< RFC 8914, in words
    std::string resolver;
    int tries = 0;
    double elapsed_ms = 0;
    std::optional<base::Failure> failure;
    bool operator==(const LookupEvidence&) const = default;
};

/// The lookups of one report, in order. Who made them has a list. What an agent reported may be
/// kept as the text it came in, already checked: answers repeat it, and the list is made of it when
/// somebody asks what is in it, as refusals do. Compares by what the lookups are.
///
/// Invariant: a text holds at least one lookup; and the list, once made, says the same.
/// list() of a text that is asked for the first time writes, so one thread only may hold it.
class Lookups {
public:
    using List = std::vector<LookupEvidence>;

    Lookups() = default;
    Lookups(List list) : list_(std::move(list)) {}                             // NOLINT: it is one
    Lookups(std::initializer_list<LookupEvidence> lookups) : list_(lookups) {} // NOLINT: likewise
    /// `read` makes the list of any text that it is given here; it never fails.
    Lookups(std::string text, List (*read)(std::string_view text))
        : text_(std::move(text)), read_(read) {}

    [[nodiscard]] const List& list() const {
        if (list_.empty() && !text_.empty())
            list_ = read_(text_);
        return list_;
    }
    /// To change it: from here on there is no text.
    [[nodiscard]] List& edit() {
        static_cast<void>(list());
        text_.clear();
        return list_;
    }
    /// The text as it came; empty when there is none.
    [[nodiscard]] std::string_view text() const { return text_; }

    bool operator==(const Lookups& other) const { return list() == other.list(); }

private:
    mutable List list_;
    std::string text_;
    List (*read_)(std::string_view text) = nullptr;
};

} // namespace mpic
