// SPDX-License-Identifier: Apache-2.0
#include "base/log/line.hpp"

#include "base/core/encoding.hpp"
#include "base/core/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <variant>

namespace base::log {
namespace {

constexpr std::string_view replacement_character = "\xef\xbf\xbd";

void escape_octet(std::string& out, unsigned char octet) {
    switch (octet) {
    case '"':
        out += "\\\"";
        return;
    case '\\':
        out += "\\\\";
        return;
    case '\n':
        out += "\\n";
        return;
    case '\r':
        out += "\\r";
        return;
    case '\t':
        out += "\\t";
        return;
    default:
        break;
    }
    if (octet < 0x20 || octet == 0x7f)
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", octet);
    else
        out += static_cast<char>(octet);
}

/// `text` is valid UTF-8.
void escape_utf8(std::string& out, std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto octet = static_cast<unsigned char>(text[i]);
        const unsigned next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
        if (octet == 0xc2 && next < 0xa0) { // U+0080 to U+009F: a terminal may obey them
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", next);
            ++i;
        } else {
            escape_octet(out, octet);
        }
    }
}

std::string_view name_of(Level level) {
    switch (level) {
    case Level::debug:
        return "debug";
    case Level::info:
        return "info";
    case Level::warn:
        return "warn";
    case Level::error:
        return "error";
    }
    return "error";
}

std::string milliseconds_text(WallTime at) {
    const std::string full = rfc3339(at); // "2026-11-22T13:55:23.041000Z"
    return full.substr(0, full.size() - 4) + "Z";
}

std::string in_quotes(std::string_view text) {
    return '"' + json_escaped(text) + '"';
}

bool needs_quotes(std::string_view text) {
    return text.empty() || std::ranges::any_of(text, [](char c) {
               return c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '=';
           });
}

struct AsText {
    std::string operator()(const std::string& v) const {
        return needs_quotes(v) ? in_quotes(v) : v;
    }
    std::string operator()(std::int64_t v) const { return fmt::format("{}", v); }
    std::string operator()(double v) const { return fmt::format("{}", v); }
    std::string operator()(bool v) const { return v ? "true" : "false"; }
};

struct AsJson : AsText {
    using AsText::operator();
    std::string operator()(const std::string& v) const { return in_quotes(v); }
    std::string operator()(double v) const { // JSON has no infinities (RFC 8259 §6)
        return std::isfinite(v) ? fmt::format("{}", v) : "null";
    }
};

} // namespace

std::string json_escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t valid = utf8_prefix(text);
        escape_utf8(out, text.substr(0, valid));
        text.remove_prefix(valid);
        if (!text.empty()) {
            out += replacement_character;
            text.remove_prefix(1);
        }
    }
    return out;
}

std::string text_line(WallTime at, Level level, std::string_view event,
                      std::initializer_list<Field> fields) {
    std::string out =
        fmt::format("{} {:<5} {}", milliseconds_text(at), name_of(level), json_escaped(event));
    for (const Field& field : fields)
        fmt::format_to(std::back_inserter(out), " {}={}", json_escaped(field.key),
                       std::visit(AsText{}, field.value));
    return out;
}

std::string json_line(WallTime at, Level level, std::string_view event,
                      std::initializer_list<Field> fields) {
    std::string out = fmt::format(R"({{"time":"{}","level":"{}","event":{})", milliseconds_text(at),
                                  name_of(level), in_quotes(event));
    for (const Field& field : fields)
        fmt::format_to(std::back_inserter(out), ",{}:{}", in_quotes(field.key),
                       std::visit(AsJson{}, field.value));
    out += '}';
    return out;
}

} // namespace base::log
