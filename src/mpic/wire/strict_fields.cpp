// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/strict_fields.hpp"

#include "base/core/encoding.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace mpic::wire {
namespace {

constexpr std::size_t max_code = 64;
constexpr double max_ms = 1e9; // eleven days: nothing here lasts longer
constexpr std::size_t max_encoded = (max_octets + 2) / 3 * 4;

using Kind = base::json::Node::Kind;

bool is_number(base::json::Node node) {
    return node.kind() == Kind::integer || node.kind() == Kind::natural
           || node.kind() == Kind::real;
}

bool is_code(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

} // namespace

StrictFields::StrictFields(base::json::Node object, bool& trouble)
    : members_(object), trouble_(&trouble) {
    if (object.kind() != Kind::object)
        trouble = true;
}

bool StrictFields::has(std::string_view key) {
    if (scan_ != nullptr)
        return scan_->is_at(key);
    return slow_ != nullptr ? slow_->has(key) : members_->find(key).has_value();
}

bool StrictFields::scan_list(std::string_view key, Absent absent) {
    if (scan_->enter(key))
        return scan_->open('[');
    if (absent == Absent::trouble)
        *trouble_ = true;
    return false;
}

bool StrictFields::scan_on(std::size_t read) {
    if (scan_->close(']') || scan_->lost() || *trouble_)
        return false;
    *trouble_ = read == max_list;
    return !*trouble_;
}

void StrictFields::issue(std::string_view key, std::string message) {
    if (slow_ != nullptr)
        slow_->issue(key, std::move(message));
    else
        *trouble_ = true;
}

StrictFields::Found StrictFields::needed(std::string_view key) {
    auto found = find(key);
    if (!found)
        *trouble_ = true;
    return found;
}

StrictFields::Found StrictFields::needed_text(std::string_view key, std::size_t max_bytes) {
    auto found = find(key);
    if (found && found->kind() == Kind::text && found->size() <= max_bytes)
        return found;
    *trouble_ = true;
    return {};
}

std::string StrictFields::checked_text(Found found, std::size_t max_bytes) {
    if (!found)
        return {};
    if (found->kind() == Kind::text && found->size() <= max_bytes)
        return std::string(found->text());
    *trouble_ = true;
    return {};
}

std::int64_t StrictFields::checked_integer(Found found, std::int64_t min, std::int64_t max) {
    if (!found)
        return min;
    const auto number = is_number(*found) ? found->integer() : std::nullopt;
    if (number && *number >= min && *number <= max)
        return *number;
    *trouble_ = true;
    return min;
}

double StrictFields::checked_ms(Found found) {
    if (!found)
        return 0;
    if (is_number(*found) && found->number() >= 0 && found->number() <= max_ms)
        return found->number();
    *trouble_ = true;
    return 0;
}

std::vector<std::string> StrictFields::checked_texts(std::string_view key, Absent absent,
                                                     std::size_t max_bytes) {
    std::vector<std::string> out;
    if (scan_ != nullptr) {
        if (scan_list(key, absent))
            while (scan_on(out.size()))
                out.push_back(checked_text(scan_->scalar(), max_bytes));
        return out;
    }
    const Found found = absent == Absent::empty ? members_->find(key) : needed(key);
    for (auto element = first_of(found, out); element; element = element->next())
        out.push_back(checked_text(element, max_bytes));
    return out;
}

std::string StrictFields::text(std::string_view key, std::size_t max_bytes) {
    if (slow_ == nullptr)
        return checked_text(needed(key), max_bytes);
    slow_->require({key});
    return slow_->string(key, max_bytes).value_or(std::string());
}

std::string StrictFields::text_or_empty(std::string_view key) {
    if (slow_ == nullptr) {
        const auto found = find(key);
        return found ? checked_text(found, max_text) : std::string();
    }
    return slow_->string(key, max_text).value_or(std::string());
}

std::string StrictFields::code(std::string_view key) {
    std::string out = text(key, max_code);
    if (!is_code(out) && (slow_ == nullptr || slow_->has(key)))
        issue(key, "must be 1 to 64 lower-case letters, digits and hyphens");
    return out;
}

bool StrictFields::flag(std::string_view key) {
    if (slow_ == nullptr) {
        const auto found = needed(key);
        if (found && found->kind() == Kind::boolean)
            return found->boolean();
        *trouble_ = true;
        return false;
    }
    slow_->require({key});
    return slow_->boolean(key).value_or(false);
}

std::int64_t StrictFields::integer(std::string_view key, std::int64_t min, std::int64_t max) {
    if (slow_ == nullptr)
        return checked_integer(needed(key), min, max);
    slow_->require({key});
    return slow_->integer(key, min, max).value_or(min);
}

std::int64_t StrictFields::integer_or_zero(std::string_view key, std::int64_t max) {
    if (slow_ == nullptr)
        return checked_integer(find(key), 0, max);
    return slow_->integer(key, 0, max).value_or(0);
}

double StrictFields::ms(std::string_view key) {
    if (slow_ == nullptr)
        return checked_ms(needed(key));
    slow_->require({key});
    return slow_->number(key, 0, max_ms).value_or(0);
}

double StrictFields::ms_or_zero(std::string_view key) {
    if (slow_ == nullptr)
        return checked_ms(find(key));
    return slow_->number(key, 0, max_ms).value_or(0);
}

std::vector<std::string> StrictFields::strings(std::string_view key, std::size_t max_bytes) {
    if (slow_ == nullptr)
        return checked_texts(key, Absent::trouble, max_bytes);
    slow_->require({key});
    return slow_->strings(key, max_list, max_bytes).value_or(std::vector<std::string>());
}

std::vector<std::string> StrictFields::texts(std::string_view key) {
    return strings(key, max_text);
}

std::vector<std::string> StrictFields::texts_or_empty(std::string_view key) {
    if (slow_ == nullptr)
        return checked_texts(key, Absent::empty, max_text);
    return slow_->strings(key, max_list, max_text).value_or(std::vector<std::string>());
}

std::string StrictFields::octets(std::string_view key) {
    auto decoded = base::from_base64(text(key, max_encoded));
    if (!decoded)
        issue(key, "must be base64 (RFC 4648 §4)");
    return std::move(decoded).value_or(std::string());
}

std::vector<std::string> StrictFields::octet_list(std::string_view key) {
    std::vector<std::string> out = strings(key, max_encoded);
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (auto octets = base::from_base64(out[i]))
            out[i] = *std::move(octets);
        else if (slow_ != nullptr)
            issues_->add(fmt::format("{}[{}]", slow_->path_of(key), i),
                         "must be base64 (RFC 4648 §4)");
        else
            *trouble_ = true;
    }
    return out;
}

std::vector<std::string> StrictFields::encoded_list(std::string_view key) {
    return strings(key, max_encoded);
}

std::optional<std::string> StrictFields::maybe_text(std::string_view key) {
    if (slow_ != nullptr)
        return slow_->string(key, max_text);
    const auto found = find(key);
    return found ? std::optional(checked_text(found, max_text)) : std::nullopt;
}

std::optional<bool> StrictFields::maybe_flag(std::string_view key) {
    if (slow_ != nullptr)
        return slow_->boolean(key);
    return has(key) ? std::optional(flag(key)) : std::nullopt;
}

std::string StrictFields::shown(std::string_view text) {
    return base::excerpt(text, 40);
}

} // namespace mpic::wire
