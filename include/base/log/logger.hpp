// SPDX-License-Identifier: Apache-2.0
#pragma once
// Structured events: a name and fields, as one line of JSON or of text. Never a secret.

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace base::log {

enum class Level { debug, info, warn, error };
enum class Format { text, json };

using FieldValue = std::variant<std::string, std::int64_t, double, bool>;

struct Field {
    std::string_view key; ///< kebab-case
    FieldValue value;

    Field(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
    Field(std::string_view k, std::string_view v) : key(k), value(std::string(v)) {}
    Field(std::string_view k, const char* v) : key(k), value(std::string(v)) {}
    Field(std::string_view k, bool v) : key(k), value(v) {}
    Field(std::string_view k, double v) : key(k), value(v) {}
    template <std::integral I>
        requires(!std::same_as<I, bool>)
    Field(std::string_view k, I v) : key(k), value(static_cast<std::int64_t>(v)) {}
};

/// Any thread. A line is written whole; control characters in values are escaped.
class Logger {
public:
    virtual ~Logger() = default;
    virtual void write(Level level, std::string_view event,
                       std::initializer_list<Field> fields) = 0;

    void debug(std::string_view event, std::initializer_list<Field> f = {}) {
        write(Level::debug, event, f);
    }
    void info(std::string_view event, std::initializer_list<Field> f = {}) {
        write(Level::info, event, f);
    }
    void warn(std::string_view event, std::initializer_list<Field> f = {}) {
        write(Level::warn, event, f);
    }
    void error(std::string_view event, std::initializer_list<Field> f = {}) {
        write(Level::error, event, f);
    }
};

/// To stderr by way of spdlog.
[[nodiscard]] std::unique_ptr<Logger> make_stderr_logger(Format format, Level threshold);
/// Drops everything.
[[nodiscard]] std::unique_ptr<Logger> make_null_logger();

} // namespace base::log
