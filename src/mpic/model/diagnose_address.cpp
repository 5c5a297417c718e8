// SPDX-License-Identifier: Apache-2.0
// Which addresses a name has, and which of them serve.

#include "base/core/encoding.hpp"
#include "diagnose_rules.hpp"
#include "evidence.hpp"
#include "mpic/model/codes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace mpic::rules {
namespace {

const HopEvidence* last_hop(const Row& row) {
    return row.dcv() != nullptr && !row.dcv()->hops.empty() ? &row.dcv()->hops.back() : nullptr;
}

/// How one family fared at one perspective, over all hops.
struct Family {
    bool resolved = false;
    bool tried = false;
    bool answered = false;
};

Family family_at(const Row& row, std::string_view family) {
    Family state;
    if (row.dcv() == nullptr)
        return state;
    const auto is_of = [&](const auto& address) { return family_of(address) == family; };
    for (const HopEvidence& hop : row.dcv()->hops) {
        state.resolved = state.resolved || std::ranges::any_of(hop.resolved, is_of);
        state.answered = state.answered || (!hop.address.empty() && is_of(hop.address));
        for (const AddressTried& tried : hop.tried)
            state.tried = state.tried || is_of(tried.address);
    }
    return state;
}

/// At least two tried the family, none got an answer by it, and the other family is not just as
/// dead: who also tried that one got an answer.
std::optional<Diagnosis> dead_family(const Matrix& matrix, std::string_view family,
                                     std::string_view other) {
    const Rows tried =
        rows_where(matrix, [&](const Row& row) { return family_at(row, family).tried; });
    const auto answered = [&](std::string_view by) {
        return std::ranges::any_of(matrix.rows,
                                   [&](const Row& row) { return family_at(row, by).answered; });
    };
    const bool other_untried = std::ranges::any_of(matrix.rows, [&](const Row& row) {
        const Family state = family_at(row, other);
        return state.resolved && !state.tried;
    });
    const bool both_dead = std::ranges::any_of(tried, [&](const Row* row) {
        const Family state = family_at(*row, other);
        return state.tried && !state.answered;
    });
    if (tried.size() < 2 || both_dead || answered(family) || !(answered(other) || other_untried))
        return std::nullopt;
    const std::string_view shown = family == "ipv6" ? "IPv6" : "IPv4";
    const std::string_view record = family == "ipv6" ? "AAAA" : "A";
    return make_diagnosis(
        code::one_family_broken,
        fmt::format("nobody reaches the host over {} ({} tried){}: its {} record is wrong, or the "
                    "server or firewall does not serve {}; correct or remove the {} record",
                    shown, these_or_all(matrix, tried),
                    answered(other)
                        ? fmt::format(", while {} answers", other == "ipv6" ? "IPv6" : "IPv4")
                        : "",
                    record, shown, record),
        tried);
}

/// Addresses that brought the content, and those that a failing check ended on.
struct Addresses {
    std::set<std::string> good, bad;
    std::set<std::string> listed_where_passed, listed_where_failed;
    Rows passing, failing;
};

std::optional<Addresses> addresses(const Matrix& matrix) {
    Addresses all;
    std::set<std::string_view> hosts;
    for (const Row& row : matrix.rows) {
        const HopEvidence* hop = last_hop(row);
        if (hop == nullptr)
            continue;
        hosts.insert(authority_of(hop->url));
        const bool passed = row.dcv()->finding.verdict == Verdict::passed;
        (passed ? all.passing : all.failing).push_back(&row);
        auto& listed = passed ? all.listed_where_passed : all.listed_where_failed;
        listed.insert(hop->resolved.begin(), hop->resolved.end());
        if (!hop->address.empty())
            (passed ? all.good : all.bad).insert(hop->address);
        for (const AddressTried& tried : hop->tried)
            if (tried.address != hop->address)
                all.bad.insert(tried.address);
    }
    // Different hosts cannot be compared, and an address that serves some is not the cause.
    if (!connection_failed(matrix) || hosts.size() != 1 || all.passing.empty()
        || all.failing.empty() || all.bad.empty()
        || std::ranges::any_of(all.bad, [&](const auto& a) { return all.good.contains(a); }))
        return std::nullopt;
    return all;
}

bool disjoint(const std::set<std::string>& a, const std::set<std::string>& b) {
    return std::ranges::none_of(a, [&](const auto& x) { return b.contains(x); });
}

std::string listing(const std::set<std::string>& words) {
    return join_some({words.begin(), words.end()}, 4);
}

bool leads_to_refused_address(const Row& row) {
    return row.dcv() != nullptr && row.dcv()->finding.code == "address-refused";
}

bool has_dns_refused(const Matrix& matrix, const Row& row, Part part) {
    const Finding* finding = row.finding(part);
    return matrix.failed(part) && finding != nullptr && finding->code == "dns-refused";
}

/// The host to connect to is unknown in the public DNS.
bool is_unknown_host(const Matrix& matrix, const Row& row) {
    if (!connection_failed(matrix) || row.dcv() == nullptr)
        return false;
    const std::string& code = row.dcv()->finding.code;
    return code == "dns-nxdomain" || code == "no-address";
}

} // namespace

std::optional<Diagnosis> one_family_broken(const Matrix& matrix) {
    if (!connection_failed(matrix))
        return std::nullopt;
    if (auto diagnosis = dead_family(matrix, "ipv6", "ipv4"))
        return diagnosis;
    return dead_family(matrix, "ipv4", "ipv6");
}

std::optional<Diagnosis> stale_address(const Matrix& matrix) {
    const auto all = addresses(matrix);
    // Both kinds are in one perspective's list: the name itself has a good and a bad address.
    if (!all
        || (disjoint(all->bad, all->listed_where_passed)
            && disjoint(all->good, all->listed_where_failed)))
        return std::nullopt;
    return make_diagnosis(
        code::stale_address,
        fmt::format(
            "{} {} the expected content and {} {} not, though the name has them all: remove "
            "the stale address or update the server behind it",
            listing(all->good), all->good.size() == 1 ? "serves" : "serve", listing(all->bad),
            all->bad.size() == 1 ? "does" : "do"),
        all->failing);
}

std::optional<Diagnosis> different_addresses(const Matrix& matrix) {
    const auto all = addresses(matrix);
    if (!all || all->listed_where_passed.empty() || all->listed_where_failed.empty()
        || !disjoint(all->listed_where_passed, all->listed_where_failed))
        return std::nullopt;
    return make_diagnosis(
        code::different_addresses,
        fmt::format(
            "{} resolve the name to {} and fail, {} resolve it to {} and pass: GeoDNS or "
            "differing name servers send them to servers that do not serve the same, or somebody "
            "else answers for the name",
            names(all->failing), listing(all->listed_where_failed), names(all->passing),
            listing(all->listed_where_passed)),
        all->failing);
}

std::optional<Diagnosis> split_horizon(const Matrix& matrix) {
    if (const Rows rows = rows_where(matrix, leads_to_refused_address);
        connection_failed(matrix) && !rows.empty())
        return make_diagnosis(
            code::split_horizon,
            fmt::format(
                "{} may not connect where the name leads ({}): the public DNS gives a private or "
                "otherwise special address",
                these_or_all(matrix, rows), rows.front()->dcv()->finding.detail),
            rows);
    const auto was_refused = [&](const Row& row) {
        return has_dns_refused(matrix, row, Part::dcv) || has_dns_refused(matrix, row, Part::caa);
    };
    if (const Rows rows = rows_where(matrix, was_refused); !rows.empty())
        return make_diagnosis(
            code::split_horizon,
            fmt::format(
                "DNS queries of {} are answered with REFUSED: the name servers answer only for "
                "certain networks, or are not responsible for the name",
                these_or_all(matrix, rows)),
            rows);
    if (const Rows rows =
            rows_where(matrix, [&](const Row& row) { return is_unknown_host(matrix, row); });
        !rows.empty())
        return make_diagnosis(
            code::split_horizon,
            fmt::format(
                "the public DNS gives {} no address for {}: does the name exist only in a private "
                "view?",
                these_or_all(matrix, rows), matrix.request.target.text()),
            rows);
    return std::nullopt;
}

} // namespace mpic::rules
