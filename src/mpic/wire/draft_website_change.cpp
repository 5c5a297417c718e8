// SPDX-License-Identifier: Apache-2.0
// The method website-change: a file under /.well-known/pki-validation, by http or https (BR
// 3.2.2.4.18, 3.2.2.5.1).
#include "mpic/wire/draft_fields.hpp"

#include "base/core/encoding.hpp"

#include <algorithm>
#include <utility>

namespace mpic::wire {
namespace {

using base::json::ObjectReader;

constexpr std::string_view folder = "/.well-known/pki-validation/";

/// Percent-encoding undone, so that no spelling of a path hides what it says.
std::string plain(std::string_view path) {
    std::string out;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const auto octet = path[i] == '%' ? base::from_hex(path.substr(i + 1, 2)) : std::nullopt;
        if (octet && octet->size() == 1)
            i += 2;
        out += octet && octet->size() == 1 ? octet->front() : path[i];
    }
    return out;
}

bool has_dot_segment(std::string_view path) {
    for (std::size_t at = path.find('/'); at != std::string_view::npos;
         at = path.find('/', at + 1)) {
        const std::string_view segment = path.substr(at + 1, path.find('/', at + 1) - at - 1);
        if (segment == "." || segment == "..")
            return true;
    }
    return false;
}

std::optional<std::string> read_well_known_path(ObjectReader& body) {
    auto path = read_path(body);
    if (!path)
        return std::nullopt;
    const std::string without_query = path->substr(0, path->find('?'));
    if (without_query.starts_with(folder) && without_query.size() > folder.size()
        && !has_dot_segment(plain(without_query)))
        return path;
    body.issue("path", "must be a file under /.well-known/pki-validation/ (BR 3.2.2.4.18)");
    return std::nullopt;
}

} // namespace

void read_website_change_method(ObjectReader& body, Draft& draft) {
    constexpr TargetRules rules{
        .key = "domain",
        .no_address = {},
        .no_wildcard = "a wildcard name cannot be validated over HTTP (BR 3.2.2.4.18): use dns-01",
    };
    read_target(body, rules, draft);
    auto path = read_well_known_path(body);
    const auto scheme = body.word("scheme", {"http", "https"});
    auto expected = read_expected_octets(body);
    read_caa_question(body, "caa", rules, draft);
    set_validation_method(body, "ca-tbr-18", draft);
    if (path && expected && (path->contains(*expected) || plain(*path).contains(*expected)))
        body.issue("path", "must not contain the expected value (BR 3.2.2.4.18)");
    if (draft.target && expected && draft.target->text().contains(base::ascii_lower(*expected)))
        body.issue("expected", "must not be part of the domain, which the request names (BR "
                               "3.2.2.4.18)");
    if (draft.target && path && expected)
        draft.dcv = HttpQuestion{.host = draft.target->host,
                                 .path = *std::move(path),
                                 .expected = *std::move(expected),
                                 .https = scheme == "https"};
}

} // namespace mpic::wire
