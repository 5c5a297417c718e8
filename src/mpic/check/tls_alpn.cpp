// SPDX-License-Identifier: Apache-2.0
// The method tls-alpn-01 (RFC 8737, RFC 8738): a handshake on port 443 that offers acme-tls/1
// alone. Redirects do not exist here. A handshake that is not completed is none, which RFC 8737
// allows.

#include "address_turns.hpp"
#include "base/dns/reverse_name.hpp"
#include "findings.hpp"
#include "methods.hpp"
#include "mpic/model/codes.hpp"
#include "resolve_host.hpp"
#include "tls_alpn_judge.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace mpic::check {
namespace {

using base::http::ExchangePhase;
using base::net::Handshake;
using base::net::IpAddress;

constexpr std::uint16_t tls_port = 443;

/// SNI: the name, and for an address its reverse name (RFC 8738 §6).
std::string server_name(const TlsAlpnQuestion& question) {
    if (const auto* address = std::get_if<IpAddress>(&question.host))
        return base::dns::reverse_name(*address).text();
    return std::get<base::dns::Name>(question.host).text();
}

std::string url_of(const TlsAlpnQuestion& question) {
    const auto* address = std::get_if<IpAddress>(&question.host);
    return fmt::format("tls://{}:{}", address ? address->to_host() : host_text(question), tls_port);
}

base::Awaitable<ResolvedHost> resolve(HostResolver& hosts, TlsAlpnQuestion question,
                                      base::Deadline deadline) {
    if (const auto* address = std::get_if<IpAddress>(&question.host)) {
        ResolvedHost literal;
        literal.addresses.push_back(*address);
        co_return literal;
    }
    co_return co_await hosts.resolve(std::get<base::dns::Name>(question.host), deadline);
}

/// An alert that says "not this protocol" is an answer, as much as a completed handshake.
bool is_answer(const Handshake& handshake) {
    return !handshake.failure || handshake.protocol_refused;
}

void judge(DcvReport& report, const TlsAlpnQuestion& question, const Handshake& handshake) {
    if (handshake.protocol_refused) {
        report.seen = "the alert no_application_protocol";
        report.finding =
            rejected(code::alpn_mismatch, fmt::format("{} refused the protocol {} (the alert "
                                                      "no_application_protocol)",
                                                      host_text(question), acme_tls_protocol));
        return;
    }
    const auto certificate = base::net::read_certificate(handshake.certificate);
    if (!certificate) {
        report.finding = undetermined(certificate.error());
        return;
    }
    report.seen = challenge_excerpt(question, handshake.protocol, *certificate);
    report.finding = judge_challenge(question, handshake.protocol, *certificate);
}

void keep(const Handshake& handshake, HopEvidence& hop) {
    hop.tls_version = handshake.tls_version;
    hop.connect_ms = base::as_ms(handshake.connected_after);
    hop.tls_ms = base::as_ms(handshake.done_after - handshake.connected_after);
}

/// The host's addresses in turn, until one answers.
base::Awaitable<std::optional<Handshake>> try_addresses(const Vantage& vantage, HopEvidence& hop,
                                                        TlsAlpnQuestion question,
                                                        std::vector<IpAddress> addresses,
                                                        base::Deadline deadline) {
    AddressTurns turns(vantage, hop,
                       {.port = vantage.settings.https_port,
                        .use = HostUse::identifier,
                        .literal = std::holds_alternative<IpAddress>(question.host)},
                       deadline, std::move(addresses));
    while (const auto turn = turns.next()) {
        Handshake handshake =
            co_await vantage.tls.shake_hands({.to = turn->to,
                                              .source = turn->source,
                                              .server_name = server_name(question),
                                              .protocol = std::string(acme_tls_protocol),
                                              .connect_timeout = turn->connect},
                                             turn->until);
        if (is_answer(handshake)) {
            turns.answered(*turn, handshake.failure ? ExchangePhase::tls : ExchangePhase::done);
            keep(handshake, hop);
            co_return handshake;
        }
        turns.failed(*turn, *handshake.failure,
                     handshake.connected ? ExchangePhase::tls : ExchangePhase::connect);
    }
    hop.failure = turns.failure(hop.url);
    co_return std::nullopt;
}

} // namespace

base::Awaitable<DcvReport> check_method(const Vantage& vantage, TlsAlpnQuestion question,
                                        base::Deadline deadline) {
    DcvReport report;
    HopEvidence hop;
    hop.url = url_of(question);
    HostResolver hosts(vantage);
    const auto start = vantage.clock.steady();
    const ResolvedHost host = co_await resolve(hosts, question, deadline);
    const bool literal = std::holds_alternative<IpAddress>(question.host);
    hop.resolve_ms = literal ? 0 : base::as_ms(vantage.clock.steady() - start);
    for (const IpAddress& address : host.addresses)
        hop.resolved.push_back(address.to_string());
    hop.failure = host.failure;
    std::optional<Handshake> handshake;
    if (!host.failure)
        handshake = co_await try_addresses(vantage, hop, question, host.addresses, deadline);
    if (handshake)
        judge(report, question, *handshake);
    else
        report.finding = undetermined(*hop.failure);
    if (!literal)
        report.dnssec = host.state_behind(hop.family);
    hop.total_ms = base::as_ms(vantage.clock.steady() - start);
    report.hops.push_back(std::move(hop));
    report.lookups = hosts.take_evidence();
    co_return report;
}

} // namespace mpic::check
