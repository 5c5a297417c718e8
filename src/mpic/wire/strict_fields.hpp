// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reads an object of the agent protocol: members under a bound each. What is missing or ill-typed
// becomes an issue and a default value; unknown members are ignored. Where a member may be absent,
// that is the same as an empty one.

#include "base/core/result.hpp"
#include "base/json/reader.hpp"
#include "base/json/retrace.hpp"
#include "base/json/scan.hpp"
#include "base/json/tree.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpic::wire {

inline constexpr std::size_t max_list = 4096;
inline constexpr std::size_t max_text = 8192;
/// Of records, and of tries.
inline constexpr std::uint32_t max_count = 1'000'000;
/// RDATA and expected bodies: what one DNS message can hold, or one request.
inline constexpr std::size_t max_octets = 65535;

/// Reads by a Scan or from a Tree, where the first trouble of any kind only says that there is
/// some, or from a Value, where every problem becomes an issue; see read_strictly(). Quickest when
/// members are asked for in the order in which they are written; a Scan knows no other.
class StrictFields {
public:
    /// The scan is inside the object.
    StrictFields(base::json::Scan& scan, bool& trouble) : scan_(&scan), trouble_(&trouble) {}
    StrictFields(base::json::Node object, bool& trouble);
    /// `object` outlives it.
    StrictFields(base::json::ObjectReader& object, base::json::Issues& issues)
        : slow_(&object), issues_(&issues) {}

    [[nodiscard]] std::string text(std::string_view key, std::size_t max_bytes = max_text);
    [[nodiscard]] std::string text_or_empty(std::string_view key);
    /// 1..64 of lower-case letters, digits and hyphens.
    [[nodiscard]] std::string code(std::string_view key);
    [[nodiscard]] bool flag(std::string_view key);
    [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t min, std::int64_t max);
    [[nodiscard]] std::int64_t integer_or_zero(std::string_view key, std::int64_t max);
    [[nodiscard]] double ms(std::string_view key);
    [[nodiscard]] double ms_or_zero(std::string_view key);
    [[nodiscard]] std::vector<std::string> texts(std::string_view key);
    [[nodiscard]] std::vector<std::string> texts_or_empty(std::string_view key);
    /// Octets, from base64.
    [[nodiscard]] std::string octets(std::string_view key);
    [[nodiscard]] std::vector<std::string> octet_list(std::string_view key);
    /// The texts of such a list as they stand, also where they are not base64.
    [[nodiscard]] std::vector<std::string> encoded_list(std::string_view key);

    /// A text that `read` turns into a value; nothing it knows is an issue.
    template <class T, class Read>
    [[nodiscard]] T word(std::string_view key, Read read) {
        if (slow_ == nullptr) {
            if (const auto found = needed_text(key, max_text))
                if (auto value = read(found->text()))
                    return *std::move(value);
            *trouble_ = true;
            return T{};
        }
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
        if (scan_ != nullptr)
            return scan_->enter(key) ? std::optional<T>(scanned(read)) : std::nullopt;
        if (slow_ == nullptr) {
            const auto found = members_->find(key);
            if (!found)
                return std::nullopt;
            StrictFields fields(*found, *trouble_);
            return read(fields);
        }
        const base::json::Value* value = slow_->member(key);
        if (value == nullptr)
            return std::nullopt;
        base::json::ObjectReader object(*value, slow_->path_of(key), *issues_);
        StrictFields fields(object, *issues_);
        return read(fields);
    }
    template <class T>
    [[nodiscard]] std::vector<T> list(std::string_view key, T (*read)(StrictFields& fields)) {
        if (slow_ != nullptr) {
            slow_->require({key});
            return list_or_empty(key, read);
        }
        return elements(key, Absent::trouble, read);
    }
    template <class T>
    [[nodiscard]] std::vector<T> list_or_empty(std::string_view key,
                                               T (*read)(StrictFields& fields)) {
        if (slow_ == nullptr)
            return elements(key, Absent::empty, read);
        std::vector<T> out;
        slow_->array(key, max_list, [&](const base::json::Value& element, const std::string& path) {
            base::json::ObjectReader object(element, path, *issues_);
            StrictFields fields(object, *issues_);
            out.push_back(read(fields));
        });
        return out;
    }
    /// In a scan: the next member, key and value, as it stands, if `retrace` goes over it; then it
    /// has been read. Otherwise empty.
    [[nodiscard]] std::string_view retraced(bool (*retrace)(base::json::Retrace& in)) {
        return scan_ != nullptr ? scan_->retraced(retrace) : std::string_view();
    }
    void issue(std::string_view key, std::string message);
    [[nodiscard]] bool has(std::string_view key);

private:
    using Found = base::json::MaybeNode;
    enum class Absent { trouble, empty };

    [[nodiscard]] static std::string shown(std::string_view text);
    /// These look in a scan or a tree. A scan shows texts, numbers and truth so, not what holds
    /// others.
    [[nodiscard]] Found find(std::string_view key) {
        return scan_ == nullptr ? members_->find(key) : scan_->scalar_member(key);
    }
    /// A member without which there is trouble.
    [[nodiscard]] Found needed(std::string_view key);
    /// Of those, a text that is not too long; else there is trouble.
    [[nodiscard]] Found needed_text(std::string_view key, std::size_t max_bytes);
    [[nodiscard]] std::string checked_text(Found found, std::size_t max_bytes);
    [[nodiscard]] std::int64_t checked_integer(Found found, std::int64_t min, std::int64_t max);
    [[nodiscard]] double checked_ms(Found found);
    [[nodiscard]] std::vector<std::string> checked_texts(std::string_view key, Absent absent,
                                                         std::size_t max_bytes);
    [[nodiscard]] std::vector<std::string> strings(std::string_view key, std::size_t max_bytes);
    /// In a scan: goes into a list, if it is there.
    [[nodiscard]] bool scan_list(std::string_view key, Absent absent);
    /// Whether another element follows the `read` ones; otherwise it is out of the list.
    [[nodiscard]] bool scan_on(std::size_t read);
    /// In a scan: the value, which is an object.
    template <class T>
    [[nodiscard]] T scanned(T (*read)(StrictFields& fields)) {
        const bool object = scan_->open('{');
        StrictFields fields(*scan_, *trouble_);
        T out = read(fields);
        if (!object || !scan_->close('}')) // or there is a member that nobody asked for here
            *trouble_ = true;
        return out;
    }
    /// The first element of a list, if it is one and has one; `out` gets room for all. There is
    /// trouble if it is none, or too long.
    template <class T>
    [[nodiscard]] Found first_of(Found list, std::vector<T>& out) {
        if (!list)
            return {};
        if (list->kind() != base::json::Node::Kind::array || list->size() > max_list) {
            *trouble_ = true;
            return {};
        }
        out.reserve(list->size());
        return list->first();
    }
    template <class T>
    [[nodiscard]] std::vector<T> elements(std::string_view key, Absent absent,
                                          T (*read)(StrictFields& fields)) {
        std::vector<T> out;
        if (scan_ != nullptr) {
            if (scan_list(key, absent))
                for (out.reserve(few_elements); scan_on(out.size());)
                    out.push_back(scanned(read));
            return out;
        }
        const Found found = absent == Absent::empty ? members_->find(key) : needed(key);
        for (auto element = first_of(found, out); element; element = element->next()) {
            StrictFields fields(*element, *trouble_);
            out.push_back(read(fields));
        }
        return out;
    }

    /// For so many there is room in a list, of which a scan does not know how long it is.
    static constexpr std::size_t few_elements = 4;

    base::json::Scan* scan_ = nullptr;           ///< when read by a Scan
    std::optional<base::json::Members> members_; ///< when read from a Tree
    bool* trouble_ = nullptr;
    base::json::ObjectReader* slow_ = nullptr; ///< when read from a Value
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
        base::json::ObjectReader object(*document, "$", issues);
        StrictFields fields(object, issues);
        T out = read(fields);
        if (issues.empty())
            return out;
    }
    return base::fail(kind, issues.to_string());
}

/// What read_strictly() would find, if `text` holds just what `read` asks for, in this order and
/// without white space; otherwise nothing, which does not mean that anything is wrong with it.
/// `read` asks for no member twice, and with has() only for the one that it reads next.
template <class T, class Read>
[[nodiscard]] std::optional<T> read_in_order(std::string_view text, Read read) {
    base::json::Scan scan(text);
    if (!scan.open('{'))
        return std::nullopt;
    bool trouble = false;
    StrictFields fields(scan, trouble);
    std::optional<T> out = read(fields);
    if (trouble || !scan.close('}') || !scan.complete())
        out.reset();
    return out;
}

} // namespace mpic::wire
