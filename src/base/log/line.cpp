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

constexpr std::size_t usual_line = 320;
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

/// Looks at all of `text` in any case: without a way out the loop takes many octets at a time.
bool has_other_than(std::string_view text, auto plain) {
    bool found = false;
    for (const char c : text)
        found |= !plain(c);
    return found;
}

void append_escaped(std::string& out, std::string_view text) {
    if (!has_other_than(text, [](char c) { return stands_for_itself(c); })) {
        out += text;
        return;
    }
    while (!text.empty()) {
        const std::size_t valid = utf8_prefix(text);
        escape_utf8(out, text.substr(0, valid));
        text.remove_prefix(valid);
        if (!text.empty()) {
            out += replacement_character;
            text.remove_prefix(1);
        }
    }
}

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    append_escaped(out, text);
    out += '"';
}

bool needs_quotes(std::string_view text) {
    return text.empty() || has_other_than(text, [](char c) {
               return static_cast<bool>(stands_for_itself(c) & (c != ' ') & (c != '='));
           });
}

/// The shortest decimal that reads back as `v`. Nearly all are times in ms, with six places at
/// most: of so few digits no two are the same number, so what divides back to `v` is the shortest.
void append_number(std::string& out, double v) {
    constexpr double unit = 1e6;
    const bool usual = v >= 1e-4 && v < 1e8;
    const auto units = usual ? static_cast<std::uint64_t>(std::llround(v * unit)) : 0U;
    if (!usual || static_cast<double>(units) / unit != v) {
        fmt::format_to(std::back_inserter(out), "{}", v);
        return;
    }
    out += fmt::format_int(units / 1'000'000).c_str();
    if (std::uint64_t rest = units % 1'000'000; rest != 0) {
        out += '.';
        for (std::uint64_t place = 100'000; rest != 0; rest %= place, place /= 10)
            out += static_cast<char>('0' + rest / place);
    }
}

struct AsText {
    std::string& out;
    void operator()(std::string_view v) const {
        if (needs_quotes(v))
            append_quoted(out, v);
        else
            out += v;
    }
    void operator()(std::int64_t v) const { out += fmt::format_int(v).c_str(); }
    void operator()(double v) const { append_number(out, v); }
    void operator()(bool v) const { out += v ? "true" : "false"; }
};

struct AsJson : AsText {
    using AsText::operator();
    void operator()(std::string_view v) const { append_quoted(out, v); }
    void operator()(double v) const { // JSON has no infinities (RFC 8259 §6)
        if (std::isfinite(v))
            AsText::operator()(v);
        else
            out += "null";
    }
};

} // namespace

std::string json_escaped(std::string_view text) {
    std::string out;
    append_escaped(out, text);
    return out;
}

std::string text_line(WallTime at, Level level, std::string_view event,
                      std::initializer_list<Field> fields) {
    constexpr std::string_view padding = "     ";
    std::string out;
    out.reserve(usual_line);
    append_rfc3339_ms(out, at);
    out += ' ';
    out += name_of(level);
    out += padding.substr(std::min(padding.size(), name_of(level).size()));
    out += ' ';
    append_escaped(out, event);
    for (const Field& field : fields) {
        out += ' ';
        append_escaped(out, field.key);
        out += '=';
        std::visit(AsText{out}, field.value);
    }
    return out;
}

std::string json_line(WallTime at, Level level, std::string_view event,
                      std::initializer_list<Field> fields) {
    std::string out;
    out.reserve(usual_line);
    out += R"({"time":")";
    append_rfc3339_ms(out, at);
    out += R"(","level":")";
    out += name_of(level);
    out += R"(","event":)";
    append_quoted(out, event);
    for (const Field& field : fields) {
        out += ',';
        append_quoted(out, field.key);
        out += ':';
        std::visit(AsJson{out}, field.value);
    }
    out += '}';
    return out;
}

} // namespace base::log
