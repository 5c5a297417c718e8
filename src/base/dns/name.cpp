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

/// The label in presentation form. Octets with a meaning there become \DDD (RFC 1035 §5.1).
void append_escaped(std::string& out, std::string_view label) {
    for (const char c : label) {
        if (c > 0x20 && c < 0x7f && c != '.' && c != '\\')
            out += c;
        else
            fmt::format_to(std::back_inserter(out), "\\{:03}", static_cast<std::uint8_t>(c));
    }
}

std::unexpected<Failure> refuse(std::string_view text, std::string_view why) {
    return fail(FailureKind::invalid,
                fmt::format("\"{}\" is not a domain name: {}", excerpt(text), why));
}

Result<void> check_labels(const std::vector<std::string>& labels) {
    std::size_t wire = 1;
    for (const std::string& label : labels) {
        if (label.empty())
            return fail(FailureKind::invalid, "a label is empty");
        if (label.size() > max_label_octets)
            return fail(FailureKind::invalid,
                        fmt::format("the label \"{}\" has {} octets, and 63 are allowed",
                                    excerpt(label), label.size()));
        wire += label.size() + 1;
    }
    if (wire > max_wire_octets)
        return fail(FailureKind::invalid,
                    fmt::format("{} characters long, and 253 are allowed", wire - 2));
    return {};
}

} // namespace

Name::Name(std::vector<std::string> labels) {
    if (labels.empty())
        return;
    std::string text;
    for (const std::string& label : labels) {
        if (!text.empty())
            text += '.';
        append_escaped(text, label);
    }
    parts_ = std::make_shared<const Parts>(Parts{std::move(labels), std::move(text)});
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
    std::vector<std::string> labels(1);
    for (std::string_view rest = text; !rest.empty();) {
        const char c = rest.front();
        rest.remove_prefix(1);
        if (c == '.') {
            if (rest.empty() && !labels.back().empty())
                break; // the final dot
            labels.emplace_back();
        } else if (c != '\\') {
            labels.back() += c;
        } else if (const auto octet = take_escape(rest)) {
            labels.back() += *octet;
        } else {
            return refuse(text, "a backslash is not followed by a character or three digits");
        }
    }
    auto name = from_labels(labels);
    return name ? std::move(name) : refuse(text, name.error().detail);
}

Result<Name> Name::from_labels(const std::vector<std::string>& labels) {
    if (auto checked = check_labels(labels); !checked)
        return std::unexpected(std::move(checked.error()));
    std::vector<std::string> folded;
    folded.reserve(labels.size());
    std::ranges::transform(labels, std::back_inserter(folded), ascii_lower); // RFC 4343 §3
    return Name(std::move(folded));
}

Name Name::parent() const {
    return is_root() ? Name()
                     : Name(std::vector<std::string>(labels().begin() + 1, labels().end()));
}

bool Name::is_within(const Name& ancestor) const {
    const auto& above = ancestor.labels();
    return label_count() >= above.size()
           && std::equal(above.rbegin(), above.rend(), labels().rbegin());
}

Result<Name> Name::prefixed(std::string_view prefix) const {
    auto front = parse(prefix);
    if (!front)
        return front;
    std::vector<std::string> all = front->labels();
    all.insert(all.end(), labels().begin(), labels().end());
    auto name = from_labels(all);
    return name ? std::move(name)
                : refuse(fmt::format("{}.{}", prefix, text()), name.error().detail);
}

} // namespace base::dns
