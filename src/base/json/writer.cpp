// SPDX-License-Identifier: Apache-2.0
#include "base/json/writer.hpp"

#include "base/core/encoding.hpp"
#include "base/json/plain_octets.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

namespace base::json {
namespace {

constexpr std::size_t longest_number = 64;
constexpr std::size_t longest_escape = 6; // \u00XX
/// The room made at once: what nobody writes to should not have been cleared.
constexpr std::size_t longest_step = 1024;

/// What follows the backslash; nothing: u00XX.
constexpr std::array<char, 128> short_escapes = [] {
    std::array<char, 128> out{};
    out['\b'] = 'b';
    out['\t'] = 't';
    out['\n'] = 'n';
    out['\f'] = 'f';
    out['\r'] = 'r';
    out['"'] = '"';
    out['\\'] = '\\';
    return out;
}();

char* put_escape(char* at, char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto octet = static_cast<unsigned char>(c);
    *at++ = '\\';
    if (short_escapes[octet] != 0) {
        *at++ = short_escapes[octet];
        return at;
    }
    for (const char hex : {'u', '0', '0', digits[octet >> 4], digits[octet & 15]})
        *at++ = hex;
    return at;
}

/// Octets are copied and looked at by so many at once, also behind the end of a text: there is
/// room.
constexpr std::size_t stride = 16;

/// Less than a stride, by pieces that overlap: most texts are so short that a call costs as much.
[[gnu::always_inline]] inline void copy_short(char* to, std::string_view text) {
    const auto ends = [to, text](auto piece) {
        std::memcpy(&piece, text.data(), sizeof piece);
        std::memcpy(to, &piece, sizeof piece);
        std::memcpy(&piece, text.data() + text.size() - sizeof piece, sizeof piece);
        std::memcpy(to + text.size() - sizeof piece, &piece, sizeof piece);
    };
    if (text.size() >= 8)
        ends(std::uint64_t{});
    else if (text.size() >= 4)
        ends(std::uint32_t{});
    else
        for (const char c : text)
            *to++ = c;
}

/// Whether all of it is plain; only then it is there as a whole.
[[gnu::always_inline]] inline bool copy_plain(char* to, std::string_view text) {
    if (text.size() < stride) {
        copy_short(to, text);
        return plain_of_16(to) >= text.size();
    }
    const std::size_t last = text.size() - stride;
    for (std::size_t at = 0;; at = std::min(at + stride, last)) {
        std::memcpy(to + at, text.data() + at, stride);
        if (plain_of_16(to + at) < stride)
            return false;
        if (at == last)
            return true;
    }
}

} // namespace

Writer::Writer(std::size_t usual_size) : step_(std::min(usual_size, longest_step)) {
    text_.reserve(usual_size);
    at_ = end_ = text_.data();
}

std::string Writer::take() {
    text_.resize(static_cast<std::size_t>(at_ - text_.data()));
    std::string out = std::exchange(text_, {});
    at_ = end_ = text_.data();
    comma_ = 0;
    return out;
}

void Writer::grow(std::size_t size) {
    const auto written = static_cast<std::size_t>(at_ - text_.data());
    text_.resize(written + std::max(size, step_));
    at_ = text_.data() + written;
    end_ = text_.data() + text_.size();
}

void Writer::repeat(std::size_t from, std::size_t to) {
    if (from < to && text_[from] == ',')
        ++from;
    char* at = next(to - from);
    text_.copy(at, to - from, from);
    end_at(at + (to - from), 1);
}

void Writer::key_text(std::string_view name) {
    value(name);
    comma_ = 0;
    char* at = next(1);
    *at = ':';
    end_at(at + 1, 0);
}

void Writer::value(std::string_view text) {
    char* at = next(text.size() + 2 + stride);
    *at++ = '"';
    if (!copy_plain(at, text))
        return escaped(text);
    at += text.size();
    *at++ = '"';
    end_at(at, 1);
}

void Writer::escaped(std::string_view text) {
    if (!is_utf8(text))
        return raw(
            nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    char* at = next(text.size() * longest_escape + 2);
    *at++ = '"';
    for (const char c : text) {
        if (static_cast<unsigned char>(c) >= 0x80 || is_plain(c))
            *at++ = c;
        else
            at = put_escape(at, c);
    }
    *at++ = '"';
    end_at(at, 1);
}

void Writer::value(double number) {
    if (!std::isfinite(number))
        return raw("null");
    char* at = next(longest_number);
    // The shortest form that reads back the same, and visibly a float: 2 is 2.0.
    end_at(nlohmann::detail::to_chars(at, at + longest_number, number), 1);
}

void Writer::thousandths(std::uint32_t number) {
    char* at = next(longest_number);
    at = std::to_chars(at, at + longest_number, number / 1000).ptr;
    *at++ = '.';
    std::uint32_t rest = number % 1000;
    for (std::uint32_t unit = 100; unit == 100 || rest != 0; rest %= unit, unit /= 10)
        *at++ = static_cast<char>('0' + rest / unit);
    end_at(at, 1);
}

void Writer::value(const std::vector<std::string>& texts) {
    open_array();
    for (const std::string& text : texts)
        value(std::string_view(text));
    close_array();
}

void Writer::integer(std::int64_t number) {
    char* at = next(longest_number);
    end_at(std::to_chars(at, at + longest_number, number).ptr, 1);
}

void Writer::natural(std::uint64_t number) {
    char* at = next(longest_number);
    end_at(std::to_chars(at, at + longest_number, number).ptr, 1);
}

} // namespace base::json
