// SPDX-License-Identifier: Apache-2.0
#include "base/json/escaped_text.hpp"

#include "base/core/encoding.hpp"
#include "base/json/plain_octets.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace base::json {
namespace {

void append_utf8(std::string& out, std::uint32_t point) {
    const auto put = [&out](std::uint32_t octet) { out += static_cast<char>(octet); };
    if (point < 0x80)
        return put(point);
    if (point < 0x800) {
        put(0xc0 | point >> 6);
    } else if (point < 0x10000) {
        put(0xe0 | point >> 12);
        put(0x80 | (point >> 6 & 0x3f));
    } else {
        put(0xf0 | point >> 18);
        put(0x80 | (point >> 12 & 0x3f));
        put(0x80 | (point >> 6 & 0x3f));
    }
    put(0x80 | (point & 0x3f));
}

/// Each of these returns where what it reads ends, or null.
const char* code_unit(const char* at, const char* end, std::uint32_t& unit) {
    if (end - at < 4)
        return nullptr;
    for (int i = 0; i < 4; ++i) {
        const int digit = hex_digit(*at++);
        if (digit < 0)
            return nullptr;
        unit = unit << 4 | static_cast<std::uint32_t>(digit);
    }
    return at;
}

const char* code_point(const char* at, const char* end, std::string& out) {
    std::uint32_t point = 0;
    at = code_unit(at, end, point);
    if (at == nullptr || (point >= 0xdc00 && point < 0xe000))
        return nullptr; // the second half of a pair
    if (point >= 0xd800 && point < 0xdc00) {
        if (!std::string_view(at, end).starts_with("\\u"))
            return nullptr;
        std::uint32_t low = 0;
        at = code_unit(at + 2, end, low);
        if (at == nullptr || low < 0xdc00 || low >= 0xe000)
            return nullptr;
        point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
    }
    append_utf8(out, point);
    return at;
}

const char* escape(const char* at, const char* end, std::string& out) {
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    if (at == end)
        return nullptr;
    const char c = *at++;
    if (c == 'u')
        return code_point(at, end, out);
    const std::size_t which = letters.find(c);
    if (which == std::string_view::npos)
        return nullptr;
    out += meanings[which];
    return at;
}

} // namespace

const char* undo_escapes(const char* at, const char* end, std::string& undone,
                         std::string_view& text) {
    // Undone, texts are shorter: this is the last allocation.
    if (undone.empty())
        undone.reserve(static_cast<std::size_t>(end - at));
    const std::size_t start = undone.size();
    while (at != nullptr) {
        const char* const begin = at;
        at = skip_plain(at, end);
        undone.append(begin, at);
        if (at == end || static_cast<unsigned char>(*at) < 0x20)
            return nullptr;
        const char c = *at++;
        if (c == '"') {
            text = std::string_view(undone).substr(start);
            // What an escape makes is well-formed; so the rest is checked together with it.
            return is_utf8(text) ? at : nullptr;
        }
        if (c == '\\')
            at = escape(at, end, undone);
        else
            undone += c;
    }
    return nullptr;
}

} // namespace base::json
