// SPDX-License-Identifier: Apache-2.0
#include "base/log/journal_verify.hpp"

#include "base/json/tree.hpp"
#include "base/log/journal_line.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace base::log {
namespace {

constexpr std::size_t max_problems = 1000;

std::string file_name(const std::string& path) {
    return std::filesystem::path(path).filename();
}

/// What a segment's first line says about the one before it (see journal.hpp).
struct LeftBehind {
    std::string segment;
    std::uint64_t size;
};

std::optional<LeftBehind> left_behind(std::string_view segment_text) {
    const auto line = parse_journal_line(segment_text.substr(0, segment_text.find('\n')));
    if (!line || line->record.find("\"left-behind\"") == std::string_view::npos)
        return std::nullopt;
    const auto record = nlohmann::json::parse(line->record, nullptr, /*allow_exceptions=*/false);
    if (record.is_discarded() || record.value("kind", nlohmann::json()) != "repair")
        return std::nullopt;
    const auto left = record.value("left-behind", nlohmann::json());
    if (!left.is_object() || !left.value("segment", nlohmann::json()).is_string()
        || !left.value("size", nlohmann::json()).is_number_unsigned())
        return std::nullopt;
    return LeftBehind{left["segment"].get<std::string>(), left["size"].get<std::uint64_t>()};
}

/// Our own records are of a form that is read quickly; of anything else the parser judges.
bool is_json(std::string_view text) {
    const json::ParseOptions options{.max_bytes = text.size()};
    return json::Tree::parse(text, options) != nullptr || nlohmann::json::accept(text);
}

class Verifier {
public:
    Verifier(JournalFiles& files, std::vector<std::string> segments,
             const std::function<void(const JournalEntry&)>& each)
        : files_(files), segments_(std::move(segments)), each_(each) {}

    JournalVerification run() {
        std::optional<std::string> text = read(0);
        for (std::size_t i = 0; i < segments_.size(); ++i) {
            // The segment after this one may say how much of this one counts.
            std::optional<std::string> next = read(i + 1);
            check_number(i);
            if (text)
                segment(i, *text, next);
            else
                forget(); // the failed read is the problem; do not count it twice
            text = std::move(next);
        }
        report_.last_hash = std::move(last_hash_);
        return std::move(report_);
    }

private:
    void problem(std::size_t i, std::size_t line, std::string message) {
        ++report_.problem_count;
        if (report_.problems.size() < max_problems)
            report_.problems.push_back({segments_[i], line, std::move(message)});
    }

    void notice(std::size_t i, std::size_t line, std::string message) {
        if (report_.notices.size() < max_problems)
            report_.notices.push_back({segments_[i], line, std::move(message)});
    }

    std::optional<std::string> read(std::size_t i) {
        if (i >= segments_.size())
            return std::nullopt;
        auto text = files_.read(segments_[i]);
        if (!text) {
            problem(i, 0, text.error().detail);
            return std::nullopt;
        }
        return std::move(*text);
    }

    void check_number(std::size_t i) {
        const auto number = segment_number(file_name(segments_[i]));
        if (!number)
            return problem(i, 0, "not named as a segment is (journal-NNNNNNNN.jsonl)");
        if (last_number_ && *number == *last_number_) {
            problem(i, 0, "given twice");
            forget();
        } else if (last_number_ && *number != *last_number_ + 1) {
            problem(i, 0,
                    fmt::format("missing before it: {} segment(s), {} to {}",
                                *number - *last_number_ - 1, segment_name(*last_number_ + 1),
                                segment_name(*number - 1)));
            forget();
        }
        last_number_ = number;
    }

    /// The next line begins a chain of its own: why it does not continue has been said.
    void forget() {
        expected_seq_.reset();
        expected_prev_.reset();
    }

    void segment(std::size_t i, std::string_view text, const std::optional<std::string>& next) {
        std::string_view counted = text;
        std::string_view cut_words;
        const auto left = next ? left_behind(*next) : std::nullopt;
        const bool was_left = left && left->segment == file_name(segments_[i]);
        if (was_left && left->size <= text.size()) {
            counted = text.substr(0, left->size);
            cut_words = "left over from an outage: reported as failed, and not part of the journal";
        } else if (i + 1 == segments_.size()) {
            counted = text.substr(0, whole_lines(text));
            cut_words = "torn: it was being written when the machine stopped";
        }
        if (was_left && left->size > text.size())
            problem(i, 0,
                    fmt::format("{} octets long, but {} were durable", text.size(), left->size));
        const std::size_t lines = check_lines(i, counted);
        if (counted.size() < text.size())
            notice(i, lines + 1,
                   fmt::format("{} octets {}", text.size() - counted.size(), cut_words));
    }

    std::size_t check_lines(std::size_t i, std::string_view text) {
        std::size_t count = 0;
        while (!text.empty()) {
            const std::size_t end = text.find('\n');
            const std::string_view raw = text.substr(0, end);
            ++count;
            if (end == std::string_view::npos)
                problem(i, count, "torn line: it does not end");
            check_line(i, count, raw);
            text.remove_prefix(std::min(text.size(), raw.size() + 1));
        }
        return count;
    }

    void check_line(std::size_t i, std::size_t number, std::string_view raw) {
        const auto line = parse_journal_line(raw);
        const bool sound = line && is_json(line->record);
        const std::string hash = line_hash(raw);
        if (!sound)
            problem(i, number, line ? "the record is not valid JSON" : "not a line of a journal");
        if (line) {
            check_chain(i, number, *line);
            ++report_.records;
            if (report_.first_seq == 0)
                report_.first_seq = line->seq;
            report_.last_seq = line->seq;
            if (sound)
                each_(
                    {segments_[i], number, line->seq, line->time, line->record, line->prev, hash});
        }
        expected_seq_ = line ? std::optional(line->seq + 1) : std::nullopt;
        expected_prev_ = last_hash_ = hash;
    }

    /// One problem for one cause: a jump of seq explains the broken prev beside it.
    void check_chain(std::size_t i, std::size_t number, const JournalLine& line) {
        if (report_.records == 0 && !expected_prev_) {
            report_.from_start = line.seq == 1 && line.prev == chain_start();
            if (!report_.from_start && (line.seq == 1 || line.prev == chain_start()))
                problem(i, number, "seq 1 and a prev of zeros belong together");
            else if (!report_.from_start && last_number_ == 1U)
                problem(i, number,
                        fmt::format("the journal's beginning is missing: seq {} is the first of "
                                    "its first segment",
                                    line.seq));
            return;
        }
        if (expected_seq_ && line.seq != *expected_seq_)
            problem(i, number,
                    fmt::format("the chain is broken: seq {} follows {}", line.seq,
                                *expected_seq_ - 1));
        else if (expected_prev_ && line.prev != *expected_prev_)
            problem(i, number,
                    "the chain is broken: the line before was altered, or is not the one that was "
                    "written there");
    }

    JournalFiles& files_;
    std::vector<std::string> segments_;
    const std::function<void(const JournalEntry&)>& each_;
    JournalVerification report_;
    std::optional<std::uint32_t> last_number_;
    std::optional<std::uint64_t> expected_seq_; ///< unknown after a line that could not be read
    std::optional<std::string> expected_prev_;  ///< unknown before the first line
    std::string last_hash_;
};

} // namespace

Result<std::vector<std::string>> journal_segments(const std::string& path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (!std::filesystem::exists(status))
        return fail(FailureKind::invalid, fmt::format("{}: no such file or folder", path));
    if (!std::filesystem::is_directory(status))
        return std::vector{path};
    std::vector<std::string> found;
    for (std::filesystem::directory_iterator at(path, error), end; !error && at != end;
         at.increment(error))
        if (segment_number(at->path().filename().string()))
            found.push_back(at->path().string());
    if (error)
        return fail(FailureKind::io, fmt::format("cannot list {}: {}", path, error.message()));
    if (found.empty())
        return fail(FailureKind::invalid,
                    fmt::format("{}: no segment (journal-NNNNNNNN.jsonl) in it", path));
    std::ranges::sort(found);
    return found;
}

JournalVerification verify_journal(JournalFiles& files, std::vector<std::string> segments,
                                   const std::function<void(const JournalEntry&)>& each) {
    std::ranges::sort(segments, {}, file_name);
    return Verifier(files, std::move(segments), each).run();
}

} // namespace base::log
