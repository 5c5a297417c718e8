// SPDX-License-Identifier: Apache-2.0
#include "base/json/reader.hpp"

#include "base/core/encoding.hpp"
#include "base/json/path.hpp"
#include "base/json/syntax_error.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include <utility>

namespace base::json {
namespace {

/// Builds the value from the parser's events. The parser keeps its own stack on the heap, and so
/// does this; the document's depth never becomes the depth of a call stack.
class Builder final : public nlohmann::json_sax<Value> {
public:
    Builder(std::string_view text, const ParseOptions& options, Issues& issues)
        : text_(text), options_(options), issues_(issues) {}

    [[nodiscard]] bool sound() const { return sound_; }
    [[nodiscard]] Value take() { return std::move(root_); }

    bool null() override { return scalar(Value(nullptr)); }
    bool boolean(bool value) override { return scalar(Value(value)); }
    bool number_integer(number_integer_t value) override { return scalar(Value(value)); }
    bool number_unsigned(number_unsigned_t value) override { return scalar(Value(value)); }
    bool number_float(number_float_t value, const string_t&) override {
        return scalar(Value(value));
    }
    bool string(string_t& value) override { return scalar(Value(std::move(value))); }
    bool binary(binary_t&) override { return false; } // JSON text has none

    bool start_object(std::size_t) override { return open(Value::object()); }
    bool start_array(std::size_t) override { return open(Value::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(string_t& name) override {
        Level& level = levels_.back();
        level.key = std::move(name);
        if (level.container->contains(level.key))
            problem(path(), "duplicate key");
        return true;
    }

    bool parse_error(std::size_t octets_read, const std::string& token,
                     const nlohmann::detail::exception& error) override {
        constexpr int number_overflow = 406;
        const bool in_array = !levels_.empty() && levels_.back().container->is_array();
        problem("$", explain(text_, {.octets_read = octets_read,
                                     .token = token,
                                     .what = error.what(),
                                     .number_too_large = error.id == number_overflow,
                                     .in_array = in_array}));
        return false;
    }

private:
    struct Level {
        Value* container;
        std::string key; ///< of the member being read, in an object
    };

    void problem(std::string path, std::string message) {
        sound_ = false;
        issues_.add(std::move(path), std::move(message));
    }

    /// Of the value that is being read.
    [[nodiscard]] std::string path() const {
        std::string out = "$";
        for (const Level& level : levels_)
            out = level.container->is_array()
                      ? element_path(out,
                                     level.container->size() - (&level == &levels_.back() ? 0 : 1))
                      : member_path(out, level.key);
        return out;
    }

    Value* place_value(Value value) {
        if (levels_.empty()) {
            root_ = std::move(value);
            return &root_;
        }
        Level& level = levels_.back();
        if (level.container->is_array()) {
            level.container->push_back(std::move(value));
            return &level.container->back();
        }
        Value& member = (*level.container)[level.key];
        member = std::move(value);
        return &member;
    }

    bool scalar(Value value) {
        place_value(std::move(value));
        return true;
    }

    bool open(Value container) {
        if (std::cmp_greater_equal(levels_.size(), options_.max_depth)) {
            problem(path(), fmt::format("nested deeper than {} levels", options_.max_depth));
            return false;
        }
        levels_.push_back({place_value(std::move(container)), {}});
        return true;
    }

    bool close() {
        levels_.pop_back();
        return true;
    }

    std::string_view text_;
    const ParseOptions& options_;
    Issues& issues_;
    Value root_;
    std::vector<Level> levels_;
    bool sound_ = true;
};

/// What the parser itself would let pass: it does not look into comments, and takes NUL for the
/// end.
bool is_acceptable_text(std::string_view text, const ParseOptions& options, Issues& issues) {
    if (text.size() > options.max_bytes) {
        issues.add("$", fmt::format("{} bytes long, at most {} are allowed", text.size(),
                                    options.max_bytes));
        return false;
    }
    if (const std::size_t at = utf8_prefix(text); at < text.size()) {
        issues.add("$", fmt::format("{}: the byte \\x{:02x} is not valid UTF-8", place(text, at),
                                    static_cast<unsigned char>(text[at])));
        return false;
    }
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
        issues.add("$", fmt::format("{}: a NUL byte is not allowed", place(text, nul)));
        return false;
    }
    return true;
}

} // namespace

std::optional<Value> parse(std::string_view text, const ParseOptions& options, Issues& issues) {
    if (!is_acceptable_text(text, options, issues))
        return std::nullopt;
    Builder builder(text, options, issues);
    const bool complete =
        Value::sax_parse(text.begin(), text.end(), &builder, nlohmann::detail::input_format_t::json,
                         /*strict=*/true, /*ignore_comments=*/options.comments);
    if (!complete || !builder.sound())
        return std::nullopt;
    return builder.take();
}

} // namespace base::json
