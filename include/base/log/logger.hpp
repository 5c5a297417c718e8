// SPDX-License-Identifier: Apache-2.0
#pragma once
// Structured events: a name and fields, as one line of JSON or of text. Never a secret.

#include "base/core/clock.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <variant>

namespace base::log {

enum class Level { debug, info, warn, error };
enum class Format { text, json };

using FieldValue = std::variant<std::string_view, std::int64_t, double, bool>;

/// Lives as long as the call that it is an argument of: texts are views.
struct Field {
    std::string_view key; ///< kebab-case
    FieldValue value;

    Field(std::string_view k, std::string_view v) : key(k), value(v) {}
    Field(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
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

/// A logger whose reader may be slow, or not read at all: nobody who logs ever waits for it.
class BoundedLogger : public Logger {
public:
    /// Lines that were lost because the reader did not take them in time.
    [[nodiscard]] virtual std::uint64_t dropped() const = 0;
    /// Waits until everything so far is written, at most `limit`. Whether it is.
    virtual bool flush(Milliseconds limit) = 0;
};

/// To stderr by way of spdlog and a thread of its own, with at most 4 MiB under way. Lines beyond
/// that are dropped and counted, and a line "log-dropped" stands where they are missing. The end of
/// the logger waits a second for the reader.
[[nodiscard]] std::unique_ptr<BoundedLogger> make_stderr_logger(Format format, Level threshold);
/// The same to any descriptor, which stays the caller's.
[[nodiscard]] std::unique_ptr<BoundedLogger>
make_descriptor_logger(int descriptor, std::size_t max_bytes, Format format, Level threshold);
/// Drops everything.
[[nodiscard]] std::unique_ptr<Logger> make_null_logger();

} // namespace base::log
