// SPDX-License-Identifier: Apache-2.0
#include "http_fetch.hpp"

#include "base/core/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <ranges>
#include <string>
#include <utility>

namespace mpic::check {
namespace {

using base::FailureKind;
using base::http::Exchange;
using base::http::ExchangePhase;
using base::http::Url;
using base::net::IpAddress;

constexpr std::size_t attempts_in_sentence = 4;
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

std::string_view doing(ExchangePhase phase) {
    switch (phase) {
    case ExchangePhase::connect:
        return "connecting";
    case ExchangePhase::tls:
        return "in the TLS handshake";
    case ExchangePhase::send:
        return "sending the request";
    case ExchangePhase::head:
        return "waiting for the response head";
    case ExchangePhase::body:
        return "reading the response body";
    case ExchangePhase::done:
        break;
    }
    return "after the response";
}

/// A status other than 2xx is an answer by itself; of a 2xx response the body is wanted too.
bool is_answer(const Exchange& exchange) {
    const bool head = exchange.phase >= ExchangePhase::body;
    const bool success = exchange.response.status >= 200 && exchange.response.status < 300;
    return head && (!exchange.failure || !success);
}

/// The addresses of one hop, tried in turn.
class Attempts {
public:
    Attempts(const Vantage& vantage, Url url, HostUse use, base::Deadline deadline, Fetched& out)
        : vantage_(vantage), url_(std::move(url)), use_(use), deadline_(deadline), out_(out) {}

    base::Awaitable<void> run(std::vector<IpAddress> addresses) {
        for (std::size_t i = 0; i < addresses.size() && !out_.exchange; ++i) {
            if (deadline_.passed(vantage_.clock.steady())) {
                untried_ = addresses.size() - i;
                break;
            }
            co_await try_address(addresses[i], addresses.size() - i);
        }
        if (!out_.exchange)
            out_.hop.failure = failure();
    }

private:
    /// A source address binds connections of its own family only.
    [[nodiscard]] std::optional<IpAddress> source_for(const IpAddress& address) const {
        const auto& source = vantage_.settings.source;
        return source && source->family() == address.family() ? source : std::nullopt;
    }

    [[nodiscard]] base::Result<void> allowed(const IpAddress& address) const {
        const bool identifier = use_ == HostUse::identifier && url_.address;
        return identifier ? vantage_.addresses.may_identify(address)
                          : vantage_.addresses.may_connect(address);
    }

    base::Awaitable<void> try_address(IpAddress address, std::size_t left) {
        const auto start = vantage_.clock.steady();
        if (const auto may = allowed(address); !may) {
            note(address, may.error(), ExchangePhase::connect, {});
            co_return;
        }
        base::http::ExchangeOptions options{
            .to = {address, real_port(vantage_.settings, url_)},
            .source = source_for(address),
            .body_limit = vantage_.settings.max_body_bytes,
        };
        if (url_.scheme == "https")
            options.tls_server_name = url_.address ? "" : url_.host;
        const base::Deadline until = share(start, left, options.connect_timeout);
        Exchange exchange = co_await vantage_.http.exchange(
            std::move(options), request_for(vantage_.settings, url_), until);
        const auto elapsed = vantage_.clock.steady() - start;
        if (is_answer(exchange)) {
            accept(address, std::move(exchange), elapsed);
            co_return;
        }
        const base::Failure failure = exchange.failure.value_or(
            base::Failure{FailureKind::http_malformed, "no response head came"});
        note(address, failure, exchange.phase, elapsed);
    }

    /// What one address may use: connecting is limited while others wait, and for each of those the
    /// time of one connection attempt is kept back. The last one may use all that is left.
    base::Deadline share(base::SteadyTime now, std::size_t left,
                         base::Milliseconds& connect) const {
        const auto remaining = deadline_.remaining(now);
        const auto count = static_cast<base::SteadyTime::rep>(left);
        const auto attempt = std::min<base::SteadyTime::duration>(vantage_.settings.address_attempt,
                                                                  remaining / count);
        const auto longest = left > 1 ? attempt : remaining;
        connect = std::chrono::ceil<base::Milliseconds>(longest);
        return deadline_.within(now, remaining - attempt * (count - 1));
    }

    void accept(const IpAddress& address, Exchange exchange, base::SteadyTime::duration elapsed) {
        HopEvidence& hop = out_.hop;
        const auto& times = exchange.times;
        hop.tried.push_back({address.to_string(), "answered",
                             std::string(base::http::to_string(exchange.phase)),
                             base::as_ms(elapsed)});
        hop.address = address.to_string();
        hop.family = base::net::to_string(address.family());
        hop.status = exchange.response.status;
        hop.server = base::excerpt(exchange.response.headers.get("Server"), header_shown);
        hop.location = base::excerpt(exchange.response.headers.get("Location"), header_shown);
        hop.tls_version = exchange.tls_version;
        hop.connect_ms = base::as_ms(times.connected);
        const auto ready = std::max(times.connected, times.tls_done);
        hop.tls_ms = base::as_ms(ready - times.connected);
        hop.first_byte_ms = base::as_ms(std::max(times.first_byte, ready) - ready);
        out_.exchange = std::move(exchange);
    }

    void note(const IpAddress& address, const base::Failure& failure, ExchangePhase phase,
              base::SteadyTime::duration elapsed) {
        const double elapsed_ms = base::as_ms(elapsed);
        out_.hop.tried.push_back({address.to_string(), std::string(base::to_string(failure.kind)),
                                  std::string(base::http::to_string(phase)), elapsed_ms});
        if (failure.kind == FailureKind::address_refused) {
            sentences_.push_back(failure.detail);
            kind_ = kind_.value_or(failure.kind);
            return;
        }
        kind_ = failure.kind;
        sentences_.push_back(fmt::format("{} port {} ({}): {} while {} after {:.0f} ms ({})",
                                         address.to_string(), real_port(vantage_.settings, url_),
                                         base::net::to_string(address.family()),
                                         base::to_string(failure.kind), doing(phase), elapsed_ms,
                                         base::excerpt(failure.detail, 200)));
    }

    [[nodiscard]] base::Failure failure() const {
        std::vector<std::string> parts;
        for (const auto& sentence : sentences_ | std::views::take(attempts_in_sentence))
            parts.push_back(sentence);
        if (sentences_.size() > parts.size())
            parts.push_back(fmt::format("{} more failed", sentences_.size() - parts.size()));
        if (untried_ > 0)
            parts.push_back(fmt::format("no time was left to try {} of the addresses", untried_));
        return {kind_.value_or(FailureKind::timeout),
                fmt::format("{}: {}", base::excerpt(url_.to_string(), url_shown),
                            fmt::join(parts, "; "))};
    }

    const Vantage& vantage_;
    Url url_;
    HostUse use_;
    base::Deadline deadline_;
    Fetched& out_;
    std::vector<std::string> sentences_;
    std::optional<FailureKind> kind_; ///< of the last connection that failed
    std::size_t untried_ = 0;
};

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

/// The outcome rests on the lookup that gave the address which answered, or, without one, on both.
base::dns::DnssecState state_behind(const ResolvedHost& host, const HopEvidence& hop) {
    if (hop.family == "ipv6")
        return host.ipv6;
    if (hop.family == "ipv4")
        return host.ipv4;
    return base::dns::weakest(host.ipv6, host.ipv4);
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
        Attempts attempts(vantage, url, use, deadline, out);
        co_await attempts.run(host.addresses);
    }
    if (!url.address)
        out.dnssec = state_behind(host, out.hop);
    out.hop.total_ms = base::as_ms(vantage.clock.steady() - start);
    co_return out;
}

} // namespace mpic::check
