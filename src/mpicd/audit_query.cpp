// SPDX-License-Identifier: Apache-2.0
#include "mpicd/audit_query.hpp"

#include "base/core/encoding.hpp"
#include "base/core/time_text.hpp"
#include "base/dns/name.hpp"
#include "base/net/ip_address.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <vector>

namespace mpicd {

namespace {

using Json = nlohmann::json;

/// A record has at most 1 MiB (JournalOptions::max_record_bytes), its envelope less than 1 KiB.
constexpr std::size_t longest_line = (1 << 20) + 1024;

std::string text(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

bool is_plain(std::string_view value) {
    return std::ranges::all_of(value,
                               [](char c) { return c != ' ' && base::stands_for_itself(c); });
}

/// Whether parsing the line could be worth it; most of a journal is passed over here.
bool may_match(std::string_view line, const AuditFilter& filter) {
    const auto has = [line](const std::string& value) {
        return !is_plain(value) || line.find(value) != std::string_view::npos;
    };
    return has(filter.domain) && has(filter.request_id);
}

bool domain_matches(const AuditFilter& filter, const std::string& target) {
    return filter.domain.empty() || target == filter.domain
           || (target.starts_with("*.") && target.substr(2) == filter.domain);
}

bool matches(const Json& line, const AuditFilter& filter) {
    const auto& record = line.at("record");
    const auto kind = text(record, "kind");
    if (kind != "decision" && (kind != "late" || filter.ok))
        return false;
    const auto time = base::parse_rfc3339(text(line, "time"));
    return time && (!filter.since || *time >= *filter.since)
           && (!filter.until || *time < *filter.until)
           && (filter.request_id.empty() || text(record, "request-id") == filter.request_id)
           && (!filter.ok || record.value("ok", Json()) == *filter.ok)
           && domain_matches(filter, text(record, "target"));
}

/// A file's lines, one at a time. What does not end is being written, or was torn: no line.
class Lines {
public:
    enum class Read { line, too_long, end };

    explicit Lines(const std::string& path)
        : path_(path), in_(path, std::ios::binary), buffer_(longest_line) {}

    Read next() {
        in_.getline(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
        const auto count = static_cast<std::size_t>(in_.gcount());
        if (in_.bad())
            throw std::runtime_error(fmt::format("{}: cannot be read to its end", path_));
        if (in_.eof())
            return Read::end;
        if (in_.fail()) {
            in_.clear();
            in_.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
            octets_ += count + static_cast<std::uint64_t>(in_.gcount());
            return Read::too_long;
        }
        octets_ += count;
        line_ = {buffer_.data(), count - 1};
        return Read::line;
    }

    [[nodiscard]] std::string_view line() const { return line_; }
    [[nodiscard]] std::uint64_t octets() const { return octets_; } ///< up to the end of the line

private:
    std::string path_;
    std::ifstream in_;
    std::vector<char> buffer_;
    std::string_view line_;
    std::uint64_t octets_ = 0;
};

/// How much of a segment counts: after an outage the next one may say so in its first line
/// (base/log/journal.hpp).
std::uint64_t counted_octets(const std::string& segment, const std::string& next) {
    constexpr auto all = std::numeric_limits<std::uint64_t>::max();
    Lines lines(next);
    if (lines.next() != Lines::Read::line)
        return all;
    const auto line = Json::parse(lines.line(), nullptr, false);
    const auto record = line.is_object() ? line.value("record", Json()) : Json();
    const auto left = record.is_object() && text(record, "kind") == "repair"
                          ? record.value("left-behind", Json())
                          : Json();
    const bool ours = left.is_object()
                      && text(left, "segment") == std::filesystem::path(segment).filename().string()
                      && left.value("size", Json()).is_number_unsigned();
    return ours ? left.at("size").get<std::uint64_t>() : all;
}

class Search {
public:
    Search(const AuditFilter& filter,
           const std::function<void(std::string_view, const Json&)>& each,
           const std::function<void(std::string)>& complain)
        : filter_(filter), each_(each), complain_(complain) {}

    void segment(const std::string& path, std::uint64_t counted) {
        Lines lines(path);
        for (std::size_t number = 1;; ++number) {
            const auto read = lines.next();
            if (read == Lines::Read::end || lines.octets() > counted)
                return;
            if (read == Lines::Read::too_long || !take(lines.line())) {
                ++found_.unreadable;
                complain_(fmt::format("{}:{}: not a line of a journal", path, number));
            }
        }
    }

    [[nodiscard]] AuditFound found() const { return found_; }

private:
    /// False for what is no line of a journal.
    bool take(std::string_view line) {
        if (!line.starts_with("{\"seq\":") || !line.ends_with("}}"))
            return false;
        if (!may_match(line, filter_))
            return true;
        const auto parsed = Json::parse(line, nullptr, false);
        const auto record = parsed.is_object() ? parsed.find("record") : parsed.end();
        if (record == parsed.end() || !record->is_object())
            return false;
        if (matches(parsed, filter_)) {
            ++found_.records;
            each_(line, parsed);
        }
        return true;
    }

    const AuditFilter& filter_;
    const std::function<void(std::string_view, const Json&)>& each_;
    const std::function<void(std::string)>& complain_;
    AuditFound found_;
};

} // namespace

std::string normalised_target(const std::string& domain) {
    if (domain.empty())
        return domain;
    if (const auto address = base::net::IpAddress::parse(domain))
        return address->to_string();
    const std::string wildcard = domain.starts_with("*.") ? "*." : "";
    const auto name = base::dns::host_from_user(domain.substr(wildcard.size()));
    if (!name)
        throw std::runtime_error(fmt::format("--domain: {}", name.error().detail));
    return wildcard + name->text();
}

AuditFound search_audit(const AuditChain& chain, const AuditFilter& filter,
                        const std::function<void(std::string_view, const Json&)>& each,
                        const std::function<void(std::string)>& complain) {
    Search search(filter, each, complain);
    for (std::size_t i = 0; i < chain.segments.size(); ++i)
        search.segment(chain.segments[i],
                       i + 1 < chain.segments.size()
                           ? counted_octets(chain.segments[i], chain.segments[i + 1])
                           : std::numeric_limits<std::uint64_t>::max());
    return search.found();
}

} // namespace mpicd
