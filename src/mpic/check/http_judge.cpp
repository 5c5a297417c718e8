// SPDX-License-Identifier: Apache-2.0
#include "http_judge.hpp"

#include "base/core/encoding.hpp"
#include "base/dns/name.hpp"
#include "findings.hpp"
#include "mpic/model/codes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace mpic::check {
namespace {

using base::FailureKind;
using base::http::Exchange;
using base::http::Url;
using Visited = std::vector<Url>;

/// Random values and request tokens are longer; a short text may stand in a URL by chance.
constexpr std::size_t shortest_value = 16;

std::string_view trimmed(std::string_view text) {
    const std::size_t last = text.find_last_not_of(" \t\n\v\f\r");
    return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

bool is_redirect(unsigned status) {
    return status == 301 || status == 302 || status == 307 || status == 308;
}

Finding refused(FailureKind kind, const Url& from, std::string_view why) {
    return rejected(base::to_string(kind),
                    fmt::format("{} redirects {}", base::excerpt(from.to_string(), 200), why));
}

/// The Location as a URL with a host that may be looked up, or why not.
base::Result<Url> target_of(const Url& from, const Exchange& exchange) {
    const auto& headers = exchange.response.headers;
    if (headers.count("Location") != 1)
        return base::fail(FailureKind::redirect_refused, "with more than one Location");
    const std::string_view location = headers.get("Location");
    auto url = base::http::resolve_reference(from, location);
    if (!url)
        return base::fail(FailureKind::redirect_refused,
                          fmt::format("to {}: {}", base::excerpt(location), url.error().detail));
    if (url->port != 80 && url->port != 443)
        return base::fail(
            FailureKind::redirect_refused,
            fmt::format("to {}, and only ports 80 and 443 may be used", base::excerpt(location)));
    if (url->address)
        return url;
    auto host = base::dns::host_from_user(url->host);
    if (!host)
        return base::fail(FailureKind::redirect_refused,
                          fmt::format("to {}: {}", base::excerpt(location), host.error().detail));
    url->host = host->text();
    return url;
}

/// BR 3.2.2.4.18, 3.2.2.5.1: the entire value must not appear in the request that retrieves it; a
/// server that echoes its request would prove nothing. RFC 8555 has no such rule for http-01.
bool gives_value_away(const HttpQuestion& question, const Url& to) {
    const std::string_view value = trimmed(question.expected);
    return !question.path.starts_with("/.well-known/acme-challenge/")
           && value.size() >= shortest_value && to.target.contains(value);
}

std::variant<Finding, Url> follow(const HttpQuestion& question, const CheckSettings& settings,
                                  const Visited& visited, const Exchange& exchange) {
    const Url& from = visited.back();
    const auto to = target_of(from, exchange);
    if (!to)
        return refused(to.error().kind, from, to.error().detail);
    if (gives_value_away(question, *to))
        return refused(FailureKind::redirect_refused, from,
                       "to a URL that has the expected value in it");
    if (std::ranges::find(visited, *to) != visited.end())
        return refused(FailureKind::redirect_loop, from,
                       fmt::format("back to {}", base::excerpt(to->to_string(), 200)));
    if (visited.size() > static_cast<std::size_t>(std::max(settings.max_redirects, 0)))
        return refused(FailureKind::too_many_redirects, from,
                       fmt::format("once more after {} redirects", visited.size() - 1));
    return *to;
}

Finding judge_status(const Url& url, const Exchange& exchange) {
    const auto& response = exchange.response;
    const std::string_view server = response.headers.get("Server");
    return rejected(
        code::http_status,
        fmt::format("{} answered {}{}{}", base::excerpt(url.to_string(), 200), response.status,
                    is_redirect(response.status) ? " without a Location" : "",
                    server.empty() ? "" : fmt::format(" (Server: {})", base::excerpt(server))));
}

Finding judge_body(const HttpQuestion& question, const Url& url, const Exchange& exchange) {
    const auto& response = exchange.response;
    const std::string where = base::excerpt(url.to_string(), 200);
    const std::string_view coding = response.headers.get("Content-Encoding");
    if (!coding.empty() && !base::ascii_iequals(coding, "identity"))
        return rejected(code::body_mismatch,
                        fmt::format("{} answered with a body in the content coding {}, which was "
                                    "not asked for",
                                    where, base::excerpt(coding)));
    if (exchange.body_cut)
        return rejected(code::body_mismatch,
                        fmt::format("{} answered with a body of more than {} octets", where,
                                    response.body.size()));
    if (!body_matches(response.body, question.expected))
        return rejected(code::body_mismatch,
                        fmt::format("{} answered with another body: {} octets, \"{}\"", where,
                                    response.body.size(),
                                    body_excerpt(response.body, question.expected)));
    return passed(fmt::format("{} answered with the expected body", where));
}

} // namespace

bool body_matches(std::string_view body, std::string_view expected) {
    const std::string_view wanted = trimmed(expected);
    return !wanted.empty() && trimmed(body) == wanted;
}

std::string body_excerpt(std::string_view body, std::string_view expected) {
    const std::string_view secret = trimmed(expected);
    std::string shown;
    while (!body.empty() && !secret.empty()) {
        const std::size_t at = body.find(secret);
        if (at == std::string_view::npos)
            break;
        shown += body.substr(0, at);
        shown += "[expected]";
        body.remove_prefix(at + secret.size());
    }
    shown += body;
    return base::excerpt(shown);
}

std::variant<Finding, Url> judge_answer(const HttpQuestion& question, const CheckSettings& settings,
                                        const Visited& visited, const Exchange& exchange) {
    const unsigned status = exchange.response.status;
    if (is_redirect(status) && exchange.response.headers.count("Location") > 0)
        return follow(question, settings, visited, exchange);
    if (status < 200 || status > 299)
        return judge_status(visited.back(), exchange);
    return judge_body(question, visited.back(), exchange);
}

} // namespace mpic::check
