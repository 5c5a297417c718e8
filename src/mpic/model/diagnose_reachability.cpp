// SPDX-License-Identifier: Apache-2.0
// Who gets through to the host and who does not.

#include "base/core/encoding.hpp"
#include "diagnose_rules.hpp"
#include "evidence.hpp"
#include "mpic/model/codes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace mpic::rules {
namespace {

/// Statuses with which CDNs and firewalls turn visitors away; a 404 is an answer of the site
/// itself.
bool is_filter_status(unsigned status) {
    constexpr unsigned filters[] = {401, 403, 405, 406, 418, 421, 429, 451, 503};
    return std::ranges::count(filters, status) > 0 || (status >= 520 && status <= 530);
}

bool got_filter_status(const Row& row) {
    return row.dcv() != nullptr && row.dcv()->finding.code == code::http_status
           && !row.dcv()->hops.empty() && is_filter_status(row.dcv()->hops.back().status);
}

/// Tried an address and was kept out of it.
bool is_blocked(const Row& row) {
    if (row.dcv() == nullptr || row.dcv()->finding.verdict == Verdict::passed)
        return false;
    const DcvReport& dcv = *row.dcv();
    if (got_filter_status(row))
        return true;
    constexpr std::string_view kinds[] = {"connection-timeout", "connection-refused",
                                          "connection-reset", "network-unreachable", "timeout"};
    return std::ranges::count(kinds, dcv.finding.code) > 0 && !dcv.hops.empty()
           && !dcv.hops.back().tried.empty();
}

RirSet regions(const Rows& rows) {
    RirSet rirs;
    for (const Row* row : rows)
        rirs.insert(row->seat->rir);
    return rirs;
}

std::string region_names(const RirSet& rirs) {
    std::vector<std::string> words;
    for (const Rir rir : rirs)
        words.emplace_back(to_string(rir));
    return base::join_and(words);
}

/// "connection-timeout at NRT and GRU, HTTP status 403 at JNB".
std::string how(const Rows& rows) {
    std::map<std::string, Rows> by_kind;
    for (const Row* row : rows) {
        const DcvReport& dcv = *row->dcv();
        by_kind[got_filter_status(*row) ? fmt::format("HTTP status {}", dcv.hops.back().status)
                                        : dcv.finding.code]
            .push_back(row);
    }
    std::string text;
    for (const auto& [kind, members] : by_kind)
        text += fmt::format("{}{} at {}", text.empty() ? "" : ", ", kind, names(members));
    return text;
}

struct Split {
    Rows passed;
    Rows blocked;
    bool by_region = false; ///< no region has both
};

/// Some get through and some are kept out.
std::optional<Split> split(const Matrix& matrix) {
    if (!connection_failed(matrix))
        return std::nullopt;
    Split split{dcv_passed(matrix), rows_where(matrix, is_blocked), false};
    if (split.passed.empty() || split.blocked.empty())
        return std::nullopt;
    const RirSet through = regions(split.passed);
    split.by_region = std::ranges::none_of(regions(split.blocked),
                                           [&](Rir rir) { return through.contains(rir); });
    return split;
}

struct Everywhere {
    std::string_view kind;
    std::string_view code;
    std::string_view cause;
};

constexpr Everywhere same_everywhere[] = {
    {"connection-refused", code::port_closed,
     "refused: nothing listens there, or a firewall rejects the connection"},
    {"connection-timeout", code::port_filtered,
     "dropped without an answer: a firewall drops it, the host is down, or the address is wrong"},
    {"connection-reset", code::connections_reset,
     "broken off: a firewall or proxy in front of the server, or a server that speaks TLS there, "
     "resets it"},
    {"timeout", code::server_slow,
     "accepted and then not answered in time: the server is overloaded or hangs"},
};

} // namespace

std::optional<Diagnosis> geo_blocking(const Matrix& matrix) {
    const auto rows = split(matrix);
    if (!rows || !rows->by_region)
        return std::nullopt;
    return make_diagnosis(
        code::geo_blocking,
        fmt::format(
            "the check passes from {} but not from {} ({}): a firewall, CDN or hosting provider "
            "probably filters by country or region; validation needs the host open to all",
            region_names(regions(rows->passed)), region_names(regions(rows->blocked)),
            how(rows->blocked)),
        rows->blocked);
}

std::optional<Diagnosis> selective_blocking(const Matrix& matrix) {
    const auto rows = split(matrix);
    if (!rows || rows->by_region)
        return std::nullopt;
    return make_diagnosis(
        code::selective_blocking,
        fmt::format(
            "{} get through and {} do not ({}), also within one region: a list of allowed or "
            "blocked addresses, a rate limit, or a routing problem is likely",
            names(rows->passed), names(rows->blocked), how(rows->blocked)),
        rows->blocked);
}

std::optional<Diagnosis> filtered_by_server(const Matrix& matrix) {
    const Rows passed = dcv_passed(matrix);
    const Rows filtered = rows_where(matrix, got_filter_status);
    if (!connection_failed(matrix) || passed.empty() || filtered.empty())
        return std::nullopt;
    std::set<std::string> servers;
    for (const Row* row : filtered)
        if (const std::string& server = row->dcv()->hops.back().server; !server.empty())
            servers.insert(server);
    const std::string who = servers.empty()
                                ? "no Server header tells who"
                                : fmt::format("the Server header says \"{}\"",
                                              join_some({servers.begin(), servers.end()}));
    return make_diagnosis(
        code::filtered_by_server,
        fmt::format(
            "an error page came where {} got the content ({}; {}): a CDN or web application "
            "firewall probably refuses these visitors",
            names(passed), how(filtered), who),
        filtered);
}

std::optional<Diagnosis> unreachable_everywhere(const Matrix& matrix) {
    const Rows reported = dcv_reported(matrix);
    if (!connection_failed(matrix) || reported.size() < 2
        || !std::ranges::all_of(reported, [](const Row* row) { return is_blocked(*row); }))
        return std::nullopt;
    const DcvReport& first = *reported.front()->dcv();
    const auto same = [&](const Row* row) {
        return row->dcv()->finding.code == first.finding.code;
    };
    const auto cause =
        std::ranges::find(same_everywhere, std::string_view(first.finding.code), &Everywhere::kind);
    if (cause == std::end(same_everywhere) || !std::ranges::all_of(reported, same))
        return std::nullopt;
    const HopEvidence& hop = first.hops.back();
    return make_diagnosis(cause->code,
                          fmt::format("the connection to {} port {} is, from everywhere, {}",
                                      hop.tried.back().address, port_of(hop.url), cause->cause),
                          reported);
}

} // namespace mpic::rules
