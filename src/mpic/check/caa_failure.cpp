// SPDX-License-Identifier: Apache-2.0
#include "caa_failure.hpp"

#include "base/core/encoding.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace mpic::check {
namespace {

using base::FailureKind;
using base::dns::DnssecState;
using base::dns::Name;
using base::dns::RecordType;
using base::dns::ZoneProof;
using Climb = std::vector<Lookup>;

/// Failures between this program and its own resolver.
bool is_local(const Lookup& lookup) {
    if (lookup.result)
        return false;
    switch (lookup.result.error().kind) {
    case FailureKind::connection_refused:
    case FailureKind::connection_reset:
    case FailureKind::connection_timeout:
    case FailureKind::network_unreachable:
    case FailureKind::cancelled:
    case FailureKind::overloaded:
    case FailureKind::io:
    case FailureKind::invalid:
        return true;
    default:
        return false;
    }
}

/// A lookup of the same climb that was answered: the resolver and its way out were working.
const Lookup* witness(const Climb& climb, std::size_t failed) {
    for (std::size_t i = 0; i < climb.size(); ++i)
        if (i != failed && usable(climb[i]) != nullptr)
            return &climb[i];
    return nullptr;
}

ZoneProof from_state(const Lookup& lookup) {
    if (!lookup.result)
        return {false, fmt::format("the DNSSEC state of {} could not be established: {}",
                                   lookup.question.name.text(), failure_of(lookup).detail)};
    return {lookup.result->dnssec == DnssecState::insecure,
            fmt::format("{} is {} ({})", lookup.question.name.text(),
                        base::dns::to_string(lookup.result->dnssec),
                        base::excerpt(lookup.result->dnssec_proof, 200))};
}

/// For a node that gives no response at all. It may be an alias, and then the failing zone is
/// another one: so ask for the alias alone. If even that gets no response, the node's own zone is
/// the one that fails, and its delegation can be asked for above it.
base::Awaitable<ZoneProof> prove_without_response(const Vantage& vantage, Name node,
                                                  base::Deadline deadline) {
    const Lookup alias = co_await look_up_state(vantage, {node, RecordType::cname}, deadline);
    const auto* answer = usable(alias);
    if (answer != nullptr && (!answer->records.empty() || !answer->chain.empty()))
        co_return ZoneProof{
            false, fmt::format("{} is an alias, and which zone fails is not known", node.text())};
    if (alias.result)
        co_return from_state(alias);
    co_return co_await vantage.resolver.prove_insecure(
        node, deadline.within(vantage.clock.steady(), vantage.settings.dns_try));
}

base::Awaitable<ZoneProof> prove_insecure(const Vantage& vantage, Lookup& lookup,
                                          base::Deadline deadline) {
    if (!lookup.result) {
        lookup.zone = co_await prove_without_response(vantage, lookup.question.name, deadline);
        co_return *lookup.zone;
    }
    if (lookup.state_asked)
        co_return from_state(lookup);
    const Lookup again = co_await look_up_state(vantage, lookup.question, deadline);
    if (usable(again) != nullptr)
        co_return ZoneProof{false, "a further query was answered"};
    co_return from_state(again);
}

} // namespace

base::Awaitable<LookupFailureConditions>
examine_failure(const Vantage& vantage, Climb& climb, std::size_t failed, base::Deadline deadline) {
    Lookup& lookup = climb[failed];
    LookupFailureConditions out;
    const Lookup* other = witness(climb, failed);
    out.outside_infrastructure = other != nullptr && !is_local(lookup);
    out.retried = lookup.full_tries > 1;
    out.evidence = other == nullptr ? "no other lookup of the climb was answered"
                                    : fmt::format("{} answered for {} in the same climb",
                                                  base::excerpt(usable(*other)->resolver),
                                                  other->question.name.text());
    out.evidence += fmt::format("; {} tries", lookup.full_tries);
    if (!out.outside_infrastructure || !out.retried) {
        if (lookup.state_asked)
            out.evidence += "; " + from_state(lookup).reason;
        co_return out;
    }
    const ZoneProof proof = co_await prove_insecure(vantage, lookup, deadline);
    out.proved_insecure = proof.insecure;
    out.evidence += "; " + proof.reason;
    co_return out;
}

} // namespace mpic::check
