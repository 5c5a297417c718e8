// SPDX-License-Identifier: Apache-2.0
#pragma once
// Strict reading of JSON (RFC 8259): every problem of a document is collected with its path,
// unknown and duplicate keys are problems, and a near-miss names the key that was probably meant.

#include "base/core/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base::json {

using Value = nlohmann::json;

struct Issue {
    std::string path;    ///< "$.caa-policy.issuer-domains[0]"; "$" is the document
    std::string message; ///< what is wrong and what would be right, without a final full stop
    bool operator==(const Issue&) const = default;
};

/// At most `limit` issues are kept; more are counted in a last one.
class Issues {
public:
    explicit Issues(std::size_t limit = 100) : limit_(limit) {}
    void add(std::string path, std::string message);
    [[nodiscard]] bool empty() const { return issues_.empty(); }
    [[nodiscard]] const std::vector<Issue>& list() const { return issues_; }
    /// "$.domain: required; $.pathh: unknown field, did you mean path?"
    [[nodiscard]] std::string to_string() const;

private:
    std::size_t limit_;
    std::vector<Issue> issues_;
    std::size_t beyond_ = 0;
};

struct ParseOptions {
    std::size_t max_bytes = 64 * 1024;
    int max_depth = 16;
    bool comments = false; ///< // and /* */ (configuration files)
};

/// The document, or nothing with the reasons in `issues`: syntax with line and column, duplicate
/// keys with their path, depth, size, invalid UTF-8.
[[nodiscard]] std::optional<Value> parse(std::string_view text, const ParseOptions& options,
                                         Issues& issues);

/// Reads one JSON object. Each getter marks its key as known, adds an issue for a wrong type or
/// range and then returns nothing; finish() adds one for every key that nobody asked for. Keep
/// `object` alive.
class ObjectReader {
public:
    /// An object of the wrong type gives one issue and a reader without keys.
    ObjectReader(const Value& object, std::string path, Issues& issues);
    ObjectReader(const ObjectReader&) = delete;
    ObjectReader& operator=(const ObjectReader&) = delete;

    [[nodiscard]] bool has(std::string_view key) const;

    [[nodiscard]] std::optional<std::string> string(std::string_view key, std::size_t max_bytes);
    [[nodiscard]] std::optional<bool> boolean(std::string_view key);
    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key, std::int64_t min,
                                                      std::int64_t max);
    [[nodiscard]] std::optional<double> number(std::string_view key, double min, double max);
    /// One of `words`; the issue lists them all.
    [[nodiscard]] std::optional<std::string> word(std::string_view key,
                                                  const std::vector<std::string>& words);
    [[nodiscard]] std::optional<std::vector<std::string>>
    strings(std::string_view key, std::size_t max_items, std::size_t max_bytes);
    /// The raw member for nested reading; null pointer when absent.
    [[nodiscard]] const Value* member(std::string_view key);
    /// Calls `each` with every element of an array member and its path; absent counts as empty.
    void array(std::string_view key, std::size_t max_items,
               const std::function<void(const Value&, const std::string& path)>& each);

    /// Adds "required" for each key that is absent.
    void require(std::initializer_list<std::string_view> keys);
    void issue(std::string_view key, std::string message);
    [[nodiscard]] std::string path_of(std::string_view key) const;
    void finish();

private:
    [[nodiscard]] const Value* find(std::string_view key);
    const Value* object_;
    std::string path_;
    Issues& issues_;
    std::vector<std::string> known_;
};

/// The closest of `candidates` within a small edit distance, or "".
[[nodiscard]] std::string closest(std::string_view word,
                                  const std::vector<std::string>& candidates);

} // namespace base::json
