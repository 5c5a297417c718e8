// SPDX-License-Identifier: Apache-2.0
#include "base/json/syntax_error.hpp"

#include "base/core/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace base::json {
namespace {

constexpr std::size_t max_shown_word = 20;

constexpr bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The part of `text` between two marks; empty when the first is missing.
std::string_view between(std::string_view text, std::string_view begin, std::string_view end) {
    const std::size_t at = text.find(begin);
    if (at == std::string_view::npos)
        return {};
    const std::string_view rest = text.substr(at + begin.size());
    return rest.substr(0, rest.find(end));
}

std::string_view expectation(const ParserStop& stop) {
    const std::string_view where = between(stop.what, "while parsing ", " - ");
    if (stop.what.ends_with("; expected end of input"))
        return "nothing after the document";
    if (where == "object key")
        return "a key in double quotes";
    if (where == "object separator")
        return "':' after the key";
    if (where == "object")
        return "',' or '}' after the value";
    if (where == "array")
        return "',' or ']' after the value";
    return "a value";
}

/// Where the offending token begins.
std::size_t token_start(std::string_view text, const ParserStop& stop, std::string_view token) {
    const std::size_t end = std::min(stop.octets_read, text.size());
    std::size_t length = 1;
    if (token == "end of input")
        length = end - text.size();
    else if (token == "string literal" || token == "number literal")
        length = stop.token.size();
    else if (token == "true literal" || token == "null literal")
        length = 4;
    else if (token == "false literal")
        length = 5;
    return end - std::min(length, end);
}

std::string describe(std::string_view text, std::size_t offset) {
    if (offset >= text.size())
        return "the end of the document";
    const char first = text[offset];
    if (first == '"')
        return "a string";
    if ((static_cast<unsigned char>(first) & 0x80U) != 0)
        return "a character outside ASCII";
    std::size_t length = 1;
    if (is_word(first)) {
        while (length < max_shown_word && offset + length < text.size()
               && is_word(text[offset + length]))
            ++length;
    }
    return fmt::format("'{}'", excerpt(text.substr(offset, length)));
}

std::string_view advice(std::string_view text, std::size_t offset, const ParserStop& stop) {
    if (offset >= text.size())
        return "";
    const char c = text[offset];
    if (c == '\'')
        return " (strings and keys take double quotes)";
    if (c == '/')
        return " (comments are not allowed here)";
    const std::string_view expected = expectation(stop);
    if ((c == '}' && expected == "a key in double quotes")
        || (c == ']' && stop.in_array && expected == "a value"))
        return " (no comma may stand before it)";
    return "";
}

} // namespace

std::string place(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const auto line = std::ranges::count(before, '\n') + 1;
    const std::size_t newline = before.rfind('\n');
    const std::string_view in_line =
        newline == std::string_view::npos ? before : before.substr(newline + 1);
    // UTF-8 continuation octets (10xxxxxx) belong to the character before.
    const auto column = std::ranges::count_if(
        in_line, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; });
    return fmt::format("line {}, column {}", line, column + 1);
}

std::string explain(std::string_view text, const ParserStop& stop) {
    if (stop.number_too_large)
        return fmt::format("{}: the number is too large",
                           place(text, token_start(text, stop, "number literal")));
    const std::string_view token = between(stop.what, " - unexpected ", ";");
    const std::string_view lexical = between(stop.what, " - ", "; last read: ");
    if (token.empty() && lexical != "invalid literal" && !lexical.empty()) {
        // "invalid string: missing closing quote" and its like need no other words.
        const std::size_t at = std::min(stop.octets_read, text.size() + 1);
        return fmt::format("{}: {}", place(text, at - std::min<std::size_t>(at, 1)), lexical);
    }
    std::size_t offset = token_start(text, stop, token);
    if (token.empty()) // somewhere in a word such as "True"
        while (offset > 0 && offset < text.size() && is_word(text[offset])
               && is_word(text[offset - 1]))
            --offset;
    return fmt::format("{}: expected {}, found {}{}", place(text, offset), expectation(stop),
                       describe(text, offset), advice(text, offset, stop));
}

} // namespace base::json
