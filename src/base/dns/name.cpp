// SPDX-License-Identifier: Apache-2.0
#include "base/dns/name.hpp"

#include "base/core/encoding.hpp"
#include "escape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

namespace base::dns {
namespace {

constexpr std::size_t max_label_octets = 63; // RFC 1035 §2.3.4
constexpr std::size_t max_wire_octets = 255; // every label with its length, and the root's zero
constexpr std::size_t max_text_octets =
    1024; // 255 octets as \DDD, and nothing longer is worth reading

bool is_plain(char c) {
    return c > 0x20 && c < 0x7f && c != '.' && c != '\\';
}

/// The label in presentation form. Octets with a meaning there become \DDD (RFC 1035 §5.1).
void append_escaped(std::string& out, std::string_view label) {
    if (std::ranges::all_of(label, is_plain)) {
        out += label;
        return;
    }
    for (const char c : label) {
        if (is_plain(c))
            out += c;
        else
            fmt::format_to(std::back_inserter(out), "\\{:03}", static_cast<std::uint8_t>(c));
    }
}

/// Takes the first label off a name on the wire, which has been checked.
std::string_view take_label(std::string_view& wire) {
    const std::size_t length = static_cast<std::uint8_t>(wire.front());
    const std::string_view label = wire.substr(1, length);
    wire.remove_prefix(length + 1);
    return label;
}

std::unexpected<Failure> refuse(std::string_view text, std::string_view why) {
    return fail(FailureKind::invalid,
                fmt::format("\"{}\" is not a domain name: {}", excerpt(text), why));
}

Result<void> check_label(std::string_view label) {
    if (label.empty())
        return fail(FailureKind::invalid, "a label is empty");
    if (label.size() > max_label_octets)
        return fail(FailureKind::invalid,
                    fmt::format("the label \"{}\" has {} octets, and 63 are allowed",
                                excerpt(label), label.size()));
    return {};
}

Result<void> check_length(std::size_t wire) {
    if (wire >= max_wire_octets)
        return fail(FailureKind::invalid,
                    fmt::format("{} characters long, and 253 are allowed", wire - 1));
    return {};
}

/// RFC 4343 §3. The length octets are below the letters.
std::string folded(std::string wire) {
    static_assert(max_label_octets < 'A');
    for (char& c : wire)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c | 0x20);
    return wire;
}

/// Labels on their way to the wire, one after another.
class WireLabels {
public:
    explicit WireLabels(std::size_t octets) {
        wire_.reserve(octets + 1);
        wire_ += '\0';
    }
    /// To the last label.
    void append(std::string_view octets) { wire_ += octets; }
    [[nodiscard]] std::string_view last() const { return std::string_view(wire_).substr(at_ + 1); }
    /// Begins another label.
    void next() {
        end();
        at_ = wire_.size();
        wire_ += '\0';
    }
    /// Or what is wrong with the first label that is none, or with all together.
    Result<std::string> take() && {
        end();
        if (sound_)
            sound_ = check_length(wire_.size());
        if (!sound_)
            return std::unexpected(std::move(sound_.error()));
        return std::move(wire_);
    }

private:
    void end() {
        if (sound_)
            sound_ = check_label(last());
        wire_[at_] = static_cast<char>(last().size());
    }

    std::string wire_;
    std::size_t at_ = 0; ///< of the last label's length
    Result<void> sound_;
};

} // namespace

Name::Name(std::string folded_wire) {
    if (folded_wire.empty())
        return;
    std::string text;
    text.reserve(folded_wire.size());
    for (std::string_view rest = folded_wire; !rest.empty();) {
        if (!text.empty())
            text += '.';
        append_escaped(text, take_label(rest));
    }
    parts_ = std::make_shared<const Parts>(Parts{std::move(folded_wire), std::move(text)});
}

const Name::Parts& Name::parts() const {
    static const Parts root;
    return parts_ ? *parts_ : root;
}

Result<Name> Name::parse(std::string_view text) {
    if (text.empty() || text == ".")
        return Name();
    if (text.size() > max_text_octets)
        return refuse(text, fmt::format("{} octets long", text.size()));
    WireLabels labels(text.size());
    for (std::string_view rest = text; !rest.empty();) {
        const auto plain = std::ranges::find_if(rest, [](char c) { return c == '.' || c == '\\'; });
        labels.append({rest.begin(), plain});
        rest = {plain, rest.end()};
        if (rest.empty() || (rest == "." && !labels.last().empty()))
            break; // perhaps before the final dot
        const char c = rest.front();
        rest.remove_prefix(1);
        if (c == '.')
            labels.next();
        else if (const auto octet = take_escape(rest))
            labels.append({&*octet, 1});
        else
            return refuse(text, "a backslash is not followed by a character or three digits");
    }
    auto wire = std::move(labels).take();
    if (wire)
        return Name(folded(*std::move(wire)));
    return refuse(text, wire.error().detail);
}

Result<Name> Name::from_labels(const std::vector<std::string>& labels) {
    std::string wire;
    for (const std::string& label : labels) {
        if (auto checked = check_label(label); !checked)
            return std::unexpected(std::move(checked.error()));
        wire += static_cast<char>(label.size());
        wire += label;
    }
    if (auto checked = check_length(wire.size()); !checked)
        return std::unexpected(std::move(checked.error()));
    return Name(folded(std::move(wire)));
}

Result<Name> Name::from_wire(std::string_view wire) {
    for (std::size_t at = 0; at < wire.size();) {
        const std::size_t length = static_cast<std::uint8_t>(wire[at]);
        if (length == 0 || length > max_label_octets || length >= wire.size() - at)
            return fail(FailureKind::invalid, fmt::format("no label of {} octets fits", length));
        at += length + 1;
    }
    if (auto checked = check_length(wire.size()); !checked)
        return std::unexpected(std::move(checked.error()));
    return Name(folded(std::string(wire)));
}

std::vector<std::string> Name::labels() const {
    std::vector<std::string> out;
    for (std::string_view rest = wire(); !rest.empty();)
        out.emplace_back(take_label(rest));
    return out;
}

std::size_t Name::label_count() const {
    std::size_t count = 0;
    for (std::string_view rest = wire(); !rest.empty(); ++count)
        take_label(rest);
    return count;
}

Name Name::parent() const {
    if (is_root())
        return {};
    std::string_view rest = wire();
    take_label(rest);
    return Name(std::string(rest));
}

bool Name::is_within(const Name& ancestor) const {
    const std::string_view above = ancestor.wire();
    std::string_view rest = wire();
    while (rest.size() > above.size())
        take_label(rest);
    return rest == above;
}

Result<Name> Name::prefixed(std::string_view prefix) const {
    auto front = parse(prefix);
    if (!front)
        return front;
    auto name = from_wire(front->wire() + wire());
    return name ? std::move(name)
                : refuse(fmt::format("{}.{}", prefix, text()), name.error().detail);
}

Result<Name> Name::substituted(const Name& suffix, const Name& other) const {
    return from_wire(wire().substr(0, wire().size() - suffix.wire().size()) + other.wire());
}

} // namespace base::dns
