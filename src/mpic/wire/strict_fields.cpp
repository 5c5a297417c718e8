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

bool is_code(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

} // namespace

StrictFields::StrictFields(const base::json::Value& object, std::string path,
                           base::json::Issues& issues)
    : issues_(issues), in_(object, std::move(path), issues) {}

std::string StrictFields::text(std::string_view key, std::size_t max_bytes) {
    in_.require({key});
    return in_.string(key, max_bytes).value_or(std::string());
}

std::string StrictFields::code(std::string_view key) {
    std::string out = text(key, max_code);
    if (in_.has(key) && !is_code(out))
        in_.issue(key, "must be 1 to 64 lower-case letters, digits and hyphens");
    return out;
}

bool StrictFields::flag(std::string_view key) {
    in_.require({key});
    return in_.boolean(key).value_or(false);
}

std::int64_t StrictFields::integer(std::string_view key, std::int64_t min, std::int64_t max) {
    in_.require({key});
    return in_.integer(key, min, max).value_or(min);
}

double StrictFields::ms(std::string_view key) {
    in_.require({key});
    return in_.number(key, 0, max_ms).value_or(0);
}

std::vector<std::string> StrictFields::texts(std::string_view key) {
    in_.require({key});
    return in_.strings(key, max_list, max_text).value_or(std::vector<std::string>());
}

std::string StrictFields::octets(std::string_view key) {
    auto decoded = base::from_base64(text(key, max_encoded));
    if (!decoded)
        in_.issue(key, "must be base64 (RFC 4648 §4)");
    return std::move(decoded).value_or(std::string());
}

std::vector<std::string> StrictFields::octet_list(std::string_view key) {
    in_.require({key});
    std::vector<std::string> out;
    const auto given = in_.strings(key, max_list, max_encoded);
    if (!given)
        return out;
    out.reserve(given->size());
    for (std::size_t i = 0; i < given->size(); ++i) {
        if (auto octets = base::from_base64((*given)[i]))
            out.push_back(*std::move(octets));
        else
            issues_.add(fmt::format("{}[{}]", in_.path_of(key), i), "must be base64 (RFC 4648 §4)");
    }
    return out;
}

std::vector<std::string> StrictFields::encoded_list(std::string_view key) {
    in_.require({key});
    return in_.strings(key, max_list, max_encoded).value_or(std::vector<std::string>());
}

std::optional<std::string> StrictFields::maybe_text(std::string_view key) {
    return in_.string(key, max_text);
}

std::string StrictFields::shown(std::string_view text) {
    return base::excerpt(text, 40);
}

} // namespace mpic::wire
