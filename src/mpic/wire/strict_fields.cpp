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
    : object_(object), trouble_(&trouble) {
    if (object.kind() != Kind::object)
        trouble = true;
}

StrictFields::StrictFields(const base::json::Value& object, std::string path,
                           base::json::Issues& issues)
    : issues_(&issues) {
    slow_.emplace(object, std::move(path), issues);
}

std::optional<base::json::Node> StrictFields::find(std::string_view key) const {
    return object_->find(key);
}

bool StrictFields::has(std::string_view key) const {
    return slow_ ? slow_->has(key) : find(key).has_value();
}

void StrictFields::issue(std::string_view key, std::string message) {
    if (slow_)
        slow_->issue(key, std::move(message));
    else
        *trouble_ = true;
}

std::string StrictFields::text(std::string_view key, std::size_t max_bytes) {
    if (!slow_) {
        const auto found = need(key, [max_bytes](base::json::Node node) {
            return node.kind() == Kind::text && node.text().size() <= max_bytes;
        });
        return found ? std::string(found->text()) : std::string();
    }
    slow_->require({key});
    return slow_->string(key, max_bytes).value_or(std::string());
}

std::string StrictFields::code(std::string_view key) {
    std::string out = text(key, max_code);
    if (has(key) && !is_code(out))
        issue(key, "must be 1 to 64 lower-case letters, digits and hyphens");
    return out;
}

bool StrictFields::flag(std::string_view key) {
    if (!slow_) {
        const auto found =
            need(key, [](base::json::Node node) { return node.kind() == Kind::boolean; });
        return found && found->boolean();
    }
    slow_->require({key});
    return slow_->boolean(key).value_or(false);
}

std::int64_t StrictFields::integer(std::string_view key, std::int64_t min, std::int64_t max) {
    if (!slow_) {
        const auto found = need(key, [min, max](base::json::Node node) {
            const auto number = node.integer();
            return number && *number >= min && *number <= max;
        });
        return found ? *found->integer() : min;
    }
    slow_->require({key});
    return slow_->integer(key, min, max).value_or(min);
}

double StrictFields::ms(std::string_view key) {
    if (!slow_) {
        const auto found = need(key, [](base::json::Node node) {
            return is_number(node) && node.number() >= 0 && node.number() <= max_ms;
        });
        return found ? found->number() : 0;
    }
    slow_->require({key});
    return slow_->number(key, 0, max_ms).value_or(0);
}

std::vector<std::string> StrictFields::strings(std::string_view key, std::size_t max_bytes) {
    if (slow_) {
        slow_->require({key});
        return slow_->strings(key, max_list, max_bytes).value_or(std::vector<std::string>());
    }
    std::vector<std::string> out;
    each_element(key, out, [&](base::json::Node element) {
        if (element.kind() == Kind::text && element.text().size() <= max_bytes)
            out.emplace_back(element.text());
        else
            *trouble_ = true;
    });
    return out;
}

std::vector<std::string> StrictFields::texts(std::string_view key) {
    return strings(key, max_text);
}

std::string StrictFields::octets(std::string_view key) {
    auto decoded = base::from_base64(text(key, max_encoded));
    if (!decoded)
        issue(key, "must be base64 (RFC 4648 §4)");
    return std::move(decoded).value_or(std::string());
}

std::vector<std::string> StrictFields::octet_list(std::string_view key) {
    const auto given = strings(key, max_encoded);
    std::vector<std::string> out;
    out.reserve(given.size());
    for (std::size_t i = 0; i < given.size(); ++i) {
        if (auto octets = base::from_base64(given[i]))
            out.push_back(*std::move(octets));
        else if (slow_)
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
    if (slow_)
        return slow_->string(key, max_text);
    if (!has(key))
        return std::nullopt;
    return text(key);
}

std::optional<bool> StrictFields::maybe_flag(std::string_view key) {
    if (slow_)
        return slow_->boolean(key);
    if (!has(key))
        return std::nullopt;
    return flag(key);
}

std::string StrictFields::shown(std::string_view text) {
    return base::excerpt(text, 40);
}

} // namespace mpic::wire
