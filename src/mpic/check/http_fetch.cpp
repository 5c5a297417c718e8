// SPDX-License-Identifier: Apache-2.0
#include "http_fetch.hpp"

#include "base/core/encoding.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace mpic::check {
namespace {

using base::FailureKind;
using base::http::Exchange;
using base::http::ExchangePhase;
using base::http::Url;
using base::net::IpAddress;

constexpr std::size_t header_shown = 200;
constexpr std::size_t url_shown = 200;

std::uint16_t real_port(const CheckSettings& settings, const Url& url) {
    return url.port == 443 ? settings.https_port : settings.http_port;
}

base::http::Request request_for(const CheckSettings& settings, const Url& url) {
    base::http::Request request;
    request.target = url.target;
    // The exchanger adds "Connection: close". No Accept-Encoding: codings are not undone.
    request.headers = {
        {"Host", url.host_header()}, {"User-Agent", settings.user_agent}, {"Accept", "*/*"}};
    return request;
}

/// A status other than 2xx is an answer by itself; of a 2xx response the body is wanted too.
bool is_answer(const Exchange& exchange) {
    const bool head = exchange.phase >= ExchangePhase::body;
    const bool success = exchange.response.status >= 200 && exchange.response.status < 300;
    return head && (!exchange.failure || !success);
}

base::http::ExchangeOptions options_for(const CheckSettings& settings, const Url& url,
                                        const AddressTurns::Turn& turn) {
    base::http::ExchangeOptions options{
        .to = turn.to,
        .source = turn.source,
        .body_limit = settings.max_body_bytes,
        .connect_timeout = turn.connect,
    };
    if (url.scheme == "https")
        options.tls_server_name = url.address ? "" : url.host;
    return options;
}

void keep(const Exchange& exchange, HopEvidence& hop) {
    const auto& times = exchange.times;
    hop.status = exchange.response.status;
    hop.server = base::excerpt(exchange.response.headers.get("Server"), header_shown);
    hop.location = base::excerpt(exchange.response.headers.get("Location"), header_shown);
    hop.tls_version = exchange.tls_version;
    hop.connect_ms = base::as_ms(times.connected);
    const auto ready = std::max(times.connected, times.tls_done);
    hop.tls_ms = base::as_ms(ready - times.connected);
    hop.first_byte_ms = base::as_ms(std::max(times.first_byte, ready) - ready);
}

/// The host's addresses in turn, until one answers.
base::Awaitable<void> try_addresses(const Vantage& vantage, Url url, HostUse use,
                                    std::vector<IpAddress> addresses, base::Deadline deadline,
                                    Fetched& out) {
    AddressTurns turns(
        vantage, out.hop,
        {.port = real_port(vantage.settings, url), .use = use, .literal = url.address.has_value()},
        deadline, std::move(addresses));
    while (const auto turn = turns.next()) {
        Exchange exchange =
            co_await vantage.http.exchange(options_for(vantage.settings, url, *turn),
                                           request_for(vantage.settings, url), turn->until);
        if (is_answer(exchange)) {
            turns.answered(*turn, exchange.phase);
            keep(exchange, out.hop);
            out.exchange = std::move(exchange);
            co_return;
        }
        turns.failed(*turn,
                     exchange.failure.value_or(
                         base::Failure{FailureKind::http_malformed, "no response head came"}),
                     exchange.phase);
    }
    out.hop.failure = turns.failure(base::excerpt(url.to_string(), url_shown));
}

base::Awaitable<ResolvedHost> resolve(HostResolver& hosts, Url url, base::Deadline deadline) {
    ResolvedHost literal;
    if (url.address) {
        literal.addresses.push_back(*url.address);
        co_return literal;
    }
    const auto name = base::dns::Name::parse(url.host);
    if (!name) {
        literal.failure = name.error();
        co_return literal;
    }
    co_return co_await hosts.resolve(*name, deadline);
}

} // namespace

base::Awaitable<Fetched> fetch(const Vantage& vantage, HostResolver& hosts, Url url, HostUse use,
                               base::Deadline deadline) {
    Fetched out;
    const auto start = vantage.clock.steady();
    out.hop.url = base::excerpt(url.to_string(), 2048);
    const ResolvedHost host = co_await resolve(hosts, url, deadline);
    out.hop.resolve_ms = url.address ? 0 : base::as_ms(vantage.clock.steady() - start);
    for (const IpAddress& address : host.addresses)
        out.hop.resolved.push_back(address.to_string());
    if (host.failure) {
        out.hop.failure = host.failure;
    } else {
        co_await try_addresses(vantage, url, use, host.addresses, deadline, out);
    }
    if (!url.address)
        out.dnssec = host.state_behind(out.hop.family);
    out.hop.total_ms = base::as_ms(vantage.clock.steady() - start);
    co_return out;
}

} // namespace mpic::check
