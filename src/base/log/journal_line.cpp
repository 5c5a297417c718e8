// SPDX-License-Identifier: Apache-2.0
#include "base/log/journal_line.hpp"

#include "base/core/digest.hpp"
#include "base/core/encoding.hpp"
#include "base/core/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace base::log {
namespace {

constexpr std::size_t time_length = 27; // "2026-11-22T14:00:00.000000Z"
constexpr std::size_t hash_length = 64;
constexpr std::string_view name_prefix = "journal-";
constexpr std::string_view name_suffix = ".jsonl";
constexpr std::size_t name_digits = 8;

/// Takes fixed text and values off the front of a line; once something is missing, `ok` stays
/// false.
struct Scanner {
    std::string_view rest;
    bool ok = true;

    void literal(std::string_view wanted) {
        ok = ok && rest.starts_with(wanted);
        if (ok)
            rest.remove_prefix(wanted.size());
    }

    std::string_view take(std::size_t length) {
        ok = ok && rest.size() >= length;
        if (!ok)
            return {};
        const std::string_view taken = rest.substr(0, length);
        rest.remove_prefix(length);
        return taken;
    }

    std::uint64_t number() {
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
        ok = ok && error == std::errc() && !rest.starts_with('0');
        if (ok)
            rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
        return value;
    }
};

bool is_lower_hex(std::string_view text) {
    return std::ranges::all_of(
        text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

} // namespace

std::string chain_start() {
    return std::string(hash_length, '0');
}

std::string journal_line(const JournalLine& line) {
    std::string out;
    append_journal_line(out, line);
    return out;
}

void append_journal_line(std::string& out, const JournalLine& line) {
    out.append(R"({"seq":)").append(fmt::format_int(line.seq).c_str());
    out.append(R"(,"time":")").append(rfc3339(line.time));
    out.append(R"(","prev":")").append(line.prev);
    out.append(R"(","record":)").append(line.record);
    out += '}';
}

std::optional<JournalLine> parse_journal_line(std::string_view line) {
    Scanner in{line};
    in.literal(R"({"seq":)");
    const std::uint64_t seq = in.number();
    in.literal(R"(,"time":")");
    const auto time = parse_rfc3339(in.take(time_length));
    in.literal(R"(","prev":")");
    const std::string_view prev = in.take(hash_length);
    in.literal(R"(","record":)");
    if (!in.ok || !time || !is_lower_hex(prev) || !in.rest.starts_with('{')
        || !in.rest.ends_with("}}") || has_control(in.rest))
        return std::nullopt;
    in.rest.remove_suffix(1);
    return JournalLine{seq, *time, prev, in.rest};
}

std::string line_hash(std::string_view line) {
    return hex(sha256(line));
}

std::size_t whole_lines(std::string_view segment) {
    const std::size_t last = segment.find_last_not_of('\0');
    const std::size_t newline = last == std::string_view::npos ? last : segment.rfind('\n', last);
    return newline == std::string_view::npos ? 0 : newline + 1;
}

std::string segment_name(std::uint32_t number) {
    return fmt::format("{}{:0{}}{}", name_prefix, number, name_digits, name_suffix);
}

std::optional<std::uint32_t> segment_number(std::string_view name) {
    if (name.size() != name_prefix.size() + name_digits + name_suffix.size()
        || !name.starts_with(name_prefix) || !name.ends_with(name_suffix))
        return std::nullopt;
    const std::string_view digits = name.substr(name_prefix.size(), name_digits);
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), number);
    if (error != std::errc() || end != digits.end())
        return std::nullopt;
    return number;
}

} // namespace base::log
