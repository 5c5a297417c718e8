// SPDX-License-Identifier: Apache-2.0
#include "address_turns.hpp"

#include "base/core/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <utility>

namespace mpic::check {
namespace {

using base::FailureKind;
using base::http::ExchangePhase;
using base::net::IpAddress;

constexpr std::size_t attempts_in_sentence = 4;

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

} // namespace

AddressTurns::AddressTurns(const Vantage& vantage, HopEvidence& hop, ConnectTo to,
                           base::Deadline deadline, std::vector<IpAddress> addresses)
    : vantage_(vantage),
      hop_(hop),
      to_(to),
      deadline_(deadline),
      addresses_(std::move(addresses)) {}

std::optional<AddressTurns::Turn> AddressTurns::next() {
    while (at_ < addresses_.size()) {
        const auto now = vantage_.clock.steady();
        if (deadline_.passed(now)) {
            untried_ = addresses_.size() - std::exchange(at_, addresses_.size());
            break;
        }
        const Turn turn = turn_of(addresses_[at_], now);
        ++at_;
        const auto may = allowed(turn.to.address);
        if (may)
            return turn;
        failed(turn, may.error(), ExchangePhase::connect);
    }
    return std::nullopt;
}

base::Result<void> AddressTurns::allowed(const IpAddress& address) const {
    const bool identifier = to_.use == HostUse::identifier && to_.literal;
    return identifier ? vantage_.addresses.may_identify(address)
                      : vantage_.addresses.may_connect(address);
}

/// What one address may use: connecting is limited while others wait, and for each of those the
/// time of one connection attempt is kept back. The last one may use all that is left.
AddressTurns::Turn AddressTurns::turn_of(const IpAddress& address, base::SteadyTime now) const {
    const auto remaining = deadline_.remaining(now);
    const auto left = static_cast<base::SteadyTime::rep>(addresses_.size() - at_);
    const auto attempt =
        std::min<base::SteadyTime::duration>(vantage_.settings.address_attempt, remaining / left);
    const auto longest = left > 1 ? attempt : remaining;
    // A source address binds connections of its own family only.
    const auto& source = vantage_.settings.source;
    return {.to = {address, to_.port},
            .source = source && source->family() == address.family() ? source : std::nullopt,
            .start = now,
            .connect = std::chrono::ceil<base::Milliseconds>(longest),
            .until = deadline_.within(now, remaining - attempt * (left - 1))};
}

void AddressTurns::tried(const IpAddress& address, std::string_view outcome, ExchangePhase phase,
                         base::SteadyTime::duration elapsed) {
    hop_.tried.push_back({address.to_string(), std::string(outcome),
                          std::string(base::http::to_string(phase)), base::as_ms(elapsed)});
}

void AddressTurns::answered(const Turn& turn, ExchangePhase phase) {
    tried(turn.to.address, "answered", phase, vantage_.clock.steady() - turn.start);
    hop_.address = turn.to.address.to_string();
    hop_.family = base::net::to_string(turn.to.address.family());
}

void AddressTurns::failed(const Turn& turn, const base::Failure& failure, ExchangePhase phase) {
    if (failure.kind == FailureKind::address_refused) {
        tried(turn.to.address, base::to_string(failure.kind), phase, {});
        sentences_.push_back(failure.detail);
        kind_ = kind_.value_or(failure.kind);
        return;
    }
    const auto elapsed = vantage_.clock.steady() - turn.start;
    tried(turn.to.address, base::to_string(failure.kind), phase, elapsed);
    kind_ = failure.kind;
    sentences_.push_back(fmt::format(
        "{} port {} ({}): {} while {} after {:.0f} ms ({})", turn.to.address.to_string(),
        turn.to.port, base::net::to_string(turn.to.address.family()), base::to_string(failure.kind),
        doing(phase), base::as_ms(elapsed), base::excerpt(failure.detail, 200)));
}

base::Failure AddressTurns::failure(std::string_view what) const {
    std::vector<std::string> parts;
    for (const auto& sentence : sentences_ | std::views::take(attempts_in_sentence))
        parts.push_back(sentence);
    if (sentences_.size() > parts.size())
        parts.push_back(fmt::format("{} more failed", sentences_.size() - parts.size()));
    if (untried_ > 0)
        parts.push_back(fmt::format("no time was left to try {} of the addresses", untried_));
    return {kind_.value_or(FailureKind::timeout),
            fmt::format("{}: {}", what, fmt::join(parts, "; "))};
}

} // namespace mpic::check
