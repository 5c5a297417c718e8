// SPDX-License-Identifier: Apache-2.0
#pragma once
// Domain names. A Name is canonical: lower case (ASCII), A-labels, no trailing dot, 1..127 labels
// of 1..63 octets, at most 253 characters (RFC 1035 §2.3.4); the root is the empty name. Octets
// outside printable ASCII, dots and backslashes inside a label are kept and shown as \DDD (RFC 1035
// §5.1).

#include "base/core/result.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace base::dns {

class Name {
public:
    Name() = default; ///< the root

    /// Any DNS name in presentation form, one trailing dot allowed; labels may hold any octet
    /// (underscores, `*`). For names that come from a user use host_from_user().
    [[nodiscard]] static Result<Name> parse(std::string_view text);
    /// From labels as they stand on the wire, case folded. Fails over the limits.
    [[nodiscard]] static Result<Name> from_labels(const std::vector<std::string>& labels);
    /// From each label with its length before it, as on the wire but without compression and the
    /// root's zero; case folded. Fails over the limits.
    [[nodiscard]] static Result<Name> from_wire(std::string_view wire);

    [[nodiscard]] bool is_root() const { return parts_ == nullptr; }
    [[nodiscard]] std::size_t label_count() const;
    [[nodiscard]] std::vector<std::string> labels() const;
    /// As from_wire() takes it: the canonical form of RFC 4034 §6.2 without the root's zero.
    [[nodiscard]] const std::string& wire() const { return parts().wire; }
    /// One label fewer; the root's parent is the root.
    [[nodiscard]] Name parent() const;
    /// True for equal names too: "a.b" is within "b" and within "a.b"; everything is within the
    /// root.
    [[nodiscard]] bool is_within(const Name& ancestor) const;
    /// `prefix` labels in front ("_acme-challenge"); fails when the result is over 253 characters.
    [[nodiscard]] Result<Name> prefixed(std::string_view prefix) const;
    /// `suffix`, which it must be within, replaced by `other` (RFC 6672 §2.2); fails as prefixed().
    [[nodiscard]] Result<Name> substituted(const Name& suffix, const Name& other) const;
    /// Presentation form without a trailing dot; "" for the root.
    [[nodiscard]] const std::string& text() const { return parts().text; }

    bool operator==(const Name& other) const {
        return parts_ == other.parts_ || wire() == other.wire();
    }
    auto operator<=>(const Name& other) const { return text() <=> other.text(); }

private:
    struct Parts {
        std::string wire;
        std::string text;
    };
    explicit Name(std::string folded_wire);
    [[nodiscard]] const Parts& parts() const;
    std::shared_ptr<const Parts> parts_; ///< shared by copies, which are many; nothing: the root
};

/// A host name from a user: U-labels converted by UTS #46 non-transitional processing and checked
/// by IDNA2008 (RFC 5891 §5), ASCII letters folded, one trailing dot dropped; then every label must
/// be a Non-Reserved LDH label or a P-label (BR 7.1.2.7.12): no underscore, no hyphen at either
/// end, no
/// "--" in positions 3 and 4 but for valid Punycode. Not an IP address, at least two labels unless
/// `single_label` (a TLD). FailureKind::invalid says what is wrong and with which label.
[[nodiscard]] Result<Name> host_from_user(std::string_view text, bool single_label = true);

} // namespace base::dns
