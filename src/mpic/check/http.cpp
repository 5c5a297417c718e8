// SPDX-License-Identifier: Apache-2.0
// The http methods: a GET on port 80 or 443, redirects followed, and the body compared.

#include "findings.hpp"
#include "http_fetch.hpp"
#include "http_judge.hpp"
#include "methods.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

namespace mpic::check {
namespace {

using base::http::Url;

Url first_url(const HttpQuestion& question) {
    Url url{.scheme = question.https ? "https" : "http",
            .port = static_cast<std::uint16_t>(question.https ? 443 : 80),
            .target = question.path};
    if (const auto* name = std::get_if<base::dns::Name>(&question.host)) {
        url.host = name->text();
    } else {
        url.address = std::get<base::net::IpAddress>(question.host);
        url.host = url.address->to_string();
    }
    return url;
}

} // namespace

base::Awaitable<DcvReport> check_method(const Vantage& vantage, HttpQuestion question,
                                        base::Deadline deadline) {
    DcvReport report;
    HostResolver hosts(vantage);
    std::vector<Url> visited{first_url(question)};
    std::optional<base::dns::DnssecState> dnssec;
    // Ends: judge_answer() lets at most max_redirects hops through.
    for (bool more = true; more;) {
        const HostUse use = visited.size() == 1 ? HostUse::identifier : HostUse::destination;
        Fetched fetched = co_await fetch(vantage, hosts, visited.back(), use, deadline);
        more = false;
        if (fetched.dnssec)
            dnssec = base::dns::weakest(dnssec.value_or(*fetched.dnssec), *fetched.dnssec);
        if (!fetched.exchange) {
            report.finding = undetermined(*fetched.hop.failure);
        } else {
            auto next = judge_answer(question, vantage.settings, visited, *fetched.exchange);
            if (auto* url = std::get_if<Url>(&next)) {
                visited.push_back(std::move(*url));
                more = true;
            } else {
                report.finding = std::get<Finding>(std::move(next));
                report.seen = body_excerpt(fetched.exchange->response.body, question.expected);
            }
        }
        report.hops.push_back(std::move(fetched.hop));
    }
    report.lookups = hosts.take_evidence();
    report.dnssec = dnssec.value_or(base::dns::DnssecState::indeterminate);
    co_return report;
}

} // namespace mpic::check
