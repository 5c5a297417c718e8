// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reads an object of the agent protocol: members that must be there, each under a bound. What is
// missing or ill-typed becomes an issue and a default value; unknown members are ignored.

#include "base/json/reader.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpic::wire {

inline constexpr std::size_t max_list = 4096;
inline constexpr std::size_t max_text = 8192;
/// RDATA and expected bodies: what one DNS message can hold, or one request.
inline constexpr std::size_t max_octets = 65535;

class StrictFields {
public:
    StrictFields(const base::json::Value& object, std::string path, base::json::Issues& issues);

    [[nodiscard]] std::string text(std::string_view key, std::size_t max_bytes = max_text);
    /// 1..64 of lower-case letters, digits and hyphens.
    [[nodiscard]] std::string code(std::string_view key);
    [[nodiscard]] bool flag(std::string_view key);
    [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t min, std::int64_t max);
    [[nodiscard]] double ms(std::string_view key);
    [[nodiscard]] std::vector<std::string> texts(std::string_view key);
    /// Octets, from base64.
    [[nodiscard]] std::string octets(std::string_view key);
    [[nodiscard]] std::vector<std::string> octet_list(std::string_view key);
    /// The texts of such a list as they stand, also where they are not base64.
    [[nodiscard]] std::vector<std::string> encoded_list(std::string_view key);

    /// A text that `read` turns into a value; nothing it knows is an issue.
    template <class T, class Read>
    [[nodiscard]] T word(std::string_view key, Read read) {
        const std::string given = text(key);
        if (auto value = read(given))
            return *std::move(value);
        if (in_.has(key))
            in_.issue(key, "not a known value: " + shown(given));
        return T{};
    }
    /// An optional text.
    [[nodiscard]] std::optional<std::string> maybe_text(std::string_view key);
    [[nodiscard]] std::optional<bool> maybe_flag(std::string_view key) { return in_.boolean(key); }

    /// An optional object.
    template <class T>
    [[nodiscard]] std::optional<T> maybe(std::string_view key, T (*read)(StrictFields& fields)) {
        const base::json::Value* value = in_.member(key);
        if (value == nullptr)
            return std::nullopt;
        StrictFields fields(*value, in_.path_of(key), issues_);
        return read(fields);
    }
    template <class T>
    [[nodiscard]] std::vector<T> list(std::string_view key, T (*read)(StrictFields& fields)) {
        std::vector<T> out;
        in_.require({key});
        in_.array(key, max_list, [&](const base::json::Value& element, const std::string& path) {
            StrictFields fields(element, path, issues_);
            out.push_back(read(fields));
        });
        return out;
    }
    void issue(std::string_view key, std::string message) { in_.issue(key, std::move(message)); }
    [[nodiscard]] bool has(std::string_view key) const { return in_.has(key); }

private:
    [[nodiscard]] static std::string shown(std::string_view text);
    base::json::Issues& issues_;
    base::json::ObjectReader in_;
};

} // namespace mpic::wire
