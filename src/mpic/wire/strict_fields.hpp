// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reads an object of the agent protocol: members that must be there, each under a bound. What is
// missing or ill-typed becomes an issue and a default value; unknown members are ignored.

#include "base/core/result.hpp"
#include "base/json/reader.hpp"
#include "base/json/tree.hpp"

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

/// Reads either from a Tree, where the first trouble of any kind only says that there is some, or
/// from a Value, where every problem becomes an issue; see read_strictly().
class StrictFields {
public:
    StrictFields(base::json::Node object, bool& trouble);
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
        if (has(key))
            issue(key, "not a known value: " + shown(given));
        return T{};
    }
    /// An optional text.
    [[nodiscard]] std::optional<std::string> maybe_text(std::string_view key);
    [[nodiscard]] std::optional<bool> maybe_flag(std::string_view key);

    /// An optional object.
    template <class T>
    [[nodiscard]] std::optional<T> maybe(std::string_view key, T (*read)(StrictFields& fields)) {
        if (!slow_) {
            const auto found = find(key);
            if (!found)
                return std::nullopt;
            StrictFields fields(*found, *trouble_);
            return read(fields);
        }
        const base::json::Value* value = slow_->member(key);
        if (value == nullptr)
            return std::nullopt;
        StrictFields fields(*value, slow_->path_of(key), *issues_);
        return read(fields);
    }
    template <class T>
    [[nodiscard]] std::vector<T> list(std::string_view key, T (*read)(StrictFields& fields)) {
        std::vector<T> out;
        if (!slow_) {
            each_element(key, out, [&](base::json::Node element) {
                StrictFields fields(element, *trouble_);
                out.push_back(read(fields));
            });
            return out;
        }
        slow_->require({key});
        slow_->array(key, max_list, [&](const base::json::Value& element, const std::string& path) {
            StrictFields fields(element, path, *issues_);
            out.push_back(read(fields));
        });
        return out;
    }
    void issue(std::string_view key, std::string message);
    [[nodiscard]] bool has(std::string_view key) const;

private:
    [[nodiscard]] static std::string shown(std::string_view text);
    [[nodiscard]] std::optional<base::json::Node> find(std::string_view key) const;
    /// A member that must be there; without it, or when `sound` denies it, there is trouble.
    template <class Sound>
    [[nodiscard]] std::optional<base::json::Node> need(std::string_view key, Sound sound) {
        const auto found = find(key);
        if (found && sound(*found))
            return found;
        *trouble_ = true;
        return std::nullopt;
    }
    /// `each` with every element of an array that must be there. `out`, which it fills, gets the
    /// room.
    template <class T, class Each>
    void each_element(std::string_view key, std::vector<T>& out, Each each) {
        const auto array = need(key, [](base::json::Node node) {
            return node.kind() == base::json::Node::Kind::array && node.size() <= max_list;
        });
        if (!array)
            return;
        out.reserve(array->size());
        for (auto element = array->first(); element; element = element->next())
            each(*element);
    }
    [[nodiscard]] std::vector<std::string> strings(std::string_view key, std::size_t max_bytes);

    std::optional<base::json::Node> object_; ///< when read from a Tree
    bool* trouble_ = nullptr;
    std::optional<base::json::ObjectReader> slow_; ///< when read from a Value
    base::json::Issues* issues_ = nullptr;
};

/// `read` makes a value of the object that `text` holds. With problems, all of them in words. The
/// text is read once when it is right, as nearly all are; only for the words a second time.
template <class T, class Read>
[[nodiscard]] base::Result<T>
read_strictly(std::string_view text, const base::json::ParseOptions& options,
              std::size_t max_issues, base::FailureKind kind, Read read) {
    if (const auto tree = base::json::Tree::parse(text, options)) {
        bool trouble = false;
        StrictFields fields(tree->root(), trouble);
        T out = read(fields);
        if (!trouble)
            return out;
    }
    base::json::Issues issues(max_issues);
    if (const auto document = base::json::parse(text, options, issues)) {
        StrictFields fields(*document, "$", issues);
        T out = read(fields);
        if (issues.empty())
            return out;
    }
    return base::fail(kind, issues.to_string());
}

} // namespace mpic::wire
