// SPDX-License-Identifier: Apache-2.0
#include "base/json/writer.hpp"

#include "base/core/encoding.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace base::json {
namespace {

/// 0: stands for itself; 'u': \u00XX; anything else follows a backslash.
constexpr std::array<char, 128> escapes = [] {
    std::array<char, 128> out{};
    for (std::size_t c = 0; c < 0x20; ++c)
        out[c] = 'u';
    out['\b'] = 'b';
    out['\t'] = 't';
    out['\n'] = 'n';
    out['\f'] = 'f';
    out['\r'] = 'r';
    out['"'] = '"';
    out['\\'] = '\\';
    return out;
}();

void append_escaped(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::size_t done = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x80 || escapes[c] == 0)
            continue;
        out += text.substr(done, i - done);
        done = i + 1;
        out += '\\';
        out += escapes[c];
        if (escapes[c] == 'u') {
            out += "00";
            out += digits[c >> 4];
            out += digits[c & 15];
        }
    }
    out += text.substr(done);
}

/// The octets in front that stand for themselves and are ASCII, counted in words of eight.
std::size_t plain_words(std::string_view text) {
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t highs = ones * 0x80;
    const auto has_zero = [](std::uint64_t word) { return (word - ones) & ~word & highs; };
    std::size_t at = 0;
    for (std::uint64_t word = 0; text.size() - at >= sizeof word; at += sizeof word) {
        std::memcpy(&word, text.data() + at, sizeof word);
        const std::uint64_t control = (word - ones * 0x20) & ~word & highs;
        if (((word & highs) | control | has_zero(word ^ ones * '"') | has_zero(word ^ ones * '\\'))
            != 0)
            break;
    }
    return at;
}

bool is_plain(std::string_view text) {
    text.remove_prefix(plain_words(text));
    return std::ranges::all_of(text, [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return octet < 0x80 && escapes[octet] == 0;
    });
}

void append_text(std::string& out, std::string_view text) {
    if (const bool plain = is_plain(text); plain || is_utf8(text)) {
        out += '"';
        if (plain)
            out += text;
        else
            append_escaped(out, text);
        out += '"';
        return;
    }
    out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

template <class I>
void append_integer(std::string& out, I number) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

} // namespace

void Writer::key_text(std::string_view name) {
    separate();
    append_text(out_, name);
    out_ += ':';
    first_ = true;
}

void Writer::value(std::string_view text) {
    separate();
    append_text(out_, text);
}

void Writer::value(bool flag) {
    separate();
    out_ += flag ? "true" : "false";
}

void Writer::value(double number) {
    separate();
    if (!std::isfinite(number)) {
        out_ += "null";
        return;
    }
    std::array<char, 64> digits{};
    // The shortest form that reads back the same, and visibly a float: 2 is 2.0.
    const char* end =
        nlohmann::detail::to_chars(digits.data(), digits.data() + digits.size(), number);
    out_ += std::string_view(digits.data(), end);
}

void Writer::value(const std::vector<std::string>& texts) {
    open_array();
    for (const std::string& text : texts)
        value(std::string_view(text));
    close_array();
}

void Writer::raw(std::string_view json) {
    separate();
    out_ += json;
}

void Writer::integer(std::int64_t number) {
    separate();
    append_integer(out_, number);
}

void Writer::natural(std::uint64_t number) {
    separate();
    append_integer(out_, number);
}

} // namespace base::json
