// SPDX-License-Identifier: Apache-2.0
#include "mpicd/config_file.hpp"

#include "base/net/tls.hpp"

#include <cstdlib>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace mpicd {

namespace {

using base::json::Issues;
using base::json::ObjectReader;
using base::json::Value;

constexpr std::size_t file_limit = 1 << 20;
constexpr int depth_limit = 12;

std::string describe_issues(const std::string& file, const Issues& issues) {
    std::string text;
    for (const auto& issue : issues.list())
        text +=
            fmt::format("{}{}: {}: {}", text.empty() ? "" : "\n", file, issue.path, issue.message);
    return text;
}

constexpr std::string_view from_file = "file:";

/// What stands for ${NAME}: an environment variable's value; for ${file:PATH}, as secrets are
/// mounted in containers, the file's content without the white space at its end.
std::optional<std::string> substitute(const std::string& name, const std::string& path,
                                      Issues& issues) {
    if (name.starts_with(from_file)) {
        auto content = base::net::read_file(name.substr(from_file.size()), file_limit);
        if (content)
            return content->substr(0, content->find_last_not_of(" \r\n\t") + 1);
        issues.add(path, content.error().detail);
        return std::nullopt;
    }
    if (const char* value = std::getenv(name.c_str()))
        return value;
    issues.add(path, fmt::format("the environment variable {} is not set", name));
    return std::nullopt;
}

/// Replaces every ${…}; what is not there is a problem, not an empty string.
std::string expand(const std::string& text, const std::string& path, Issues& issues) {
    std::string out;
    std::size_t at = 0;
    while (true) {
        const auto open = text.find("${", at);
        const auto close = open == std::string::npos ? open : text.find('}', open);
        if (close == std::string::npos)
            return out + text.substr(at);
        const auto name = text.substr(open + 2, close - open - 2);
        out += text.substr(at, open - at);
        out += substitute(name, path, issues).value_or("");
        at = close + 1;
    }
}

/// The depth is bounded by the parser.
void expand_all(Value& value, const std::string& path, Issues& issues) {
    if (value.is_string())
        value = expand(value.get_ref<const std::string&>(), path, issues);
    else if (value.is_object())
        for (auto& [key, member] : value.items())
            expand_all(member, path + "." + key, issues);
    else if (value.is_array())
        for (std::size_t i = 0; i < value.size(); ++i)
            expand_all(value[i], fmt::format("{}[{}]", path, i), issues);
}

class FileVisitor final : public ConfigVisitor {
public:
    FileVisitor(const Value& object, const std::string& path, Issues& issues)
        : reader_(object, path, issues), issues_(issues) {}

    void text(Field field, std::string& value, std::size_t max_bytes) override {
        take(field, value, reader_.string(field.key, max_bytes));
    }
    void flag(Field field, bool& value) override { take(field, value, reader_.boolean(field.key)); }
    void integer(Field field, std::int64_t& value, std::int64_t min, std::int64_t max) override {
        take(field, value, reader_.integer(field.key, min, max));
    }
    void real(Field field, double& value, double min, double max) override {
        take(field, value, reader_.number(field.key, min, max));
    }
    void word(Field field, std::string& value, const std::vector<std::string>& words) override {
        take(field, value, reader_.word(field.key, words));
    }
    void texts(Field field, std::vector<std::string>& values, std::size_t max_items) override {
        take(field, values, reader_.strings(field.key, max_items, 1024));
    }
    void section(Field field, const std::function<void(ConfigVisitor&)>& describe) override {
        require(field);
        if (const auto* member = reader_.member(field.key))
            visit(*member, reader_.path_of(field.key), describe);
    }
    void list(Field field, std::size_t max_items,
              const std::function<void(ConfigVisitor&)>& describe) override {
        require(field);
        reader_.array(field.key, max_items, [&](const Value& element, const std::string& path) {
            visit(element, path, describe);
        });
    }
    void problem(std::string_view key, std::string message) override {
        issues_.add(reader_.path_of(key), std::move(message));
    }
    void finish() { reader_.finish(); }

private:
    void visit(const Value& object, const std::string& path,
               const std::function<void(ConfigVisitor&)>& describe) {
        FileVisitor nested(object, path, issues_);
        describe(nested);
        nested.finish();
    }
    void require(const Field& field) {
        if (field.required)
            reader_.require({field.key});
    }
    template <class T>
    void take(const Field& field, T& value, std::optional<T> found) {
        require(field);
        if (found)
            value = std::move(*found);
    }

    ObjectReader reader_;
    Issues& issues_;
};

} // namespace

ConfigError::ConfigError(const std::string& file, const Issues& issues)
    : std::runtime_error(describe_issues(file, issues)) {}

void read_config(const std::string& file, const std::function<void(ConfigVisitor&)>& describe) {
    Issues issues;
    const auto text = base::net::read_file(file, file_limit);
    if (!text) {
        issues.add("$", text.error().detail);
        throw ConfigError(file, issues);
    }
    auto document = base::json::parse(
        *text, {.max_bytes = file_limit, .max_depth = depth_limit, .comments = true}, issues);
    if (!document)
        throw ConfigError(file, issues);
    expand_all(*document, "$", issues);
    FileVisitor visitor(*document, "$", issues);
    describe(visitor);
    visitor.finish();
    if (!issues.empty())
        throw ConfigError(file, issues);
}

} // namespace mpicd
