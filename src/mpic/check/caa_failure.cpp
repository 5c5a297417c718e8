// SPDX-License-Identifier: Apache-2.0
#include "caa_failure.hpp"

#include "base/async/task_set.hpp"
#include "base/core/encoding.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace mpic::check {
namespace {

using base::FailureKind;
using base::dns::DnssecState;
using base::dns::RecordType;
using Climb = std::vector<Lookup>;

struct Proof {
    bool insecure = false;
    std::string evidence;
};

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

/// The nearest node above the failed one that answered from its own zone. One that is an alias says
/// nothing about the zone it stands in.
const Lookup* answering_ancestor(const Climb& climb, std::size_t failed) {
    for (std::size_t i = failed + 1; i < climb.size(); ++i)
        if (const auto* answer = usable(climb[i]); answer != nullptr && answer->chain.empty())
            return &climb[i];
    return nullptr;
}

Proof from_state(const Lookup& lookup) {
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
/// the one that fails, and it is Insecure if the zone above it is.
base::Awaitable<Proof> prove_without_response(const Vantage& vantage, const Climb& climb,
                                              std::size_t failed, base::Deadline deadline) {
    std::vector<base::Awaitable<Lookup>> tasks;
    const base::dns::Question alias{climb[failed].question.name, RecordType::cname};
    tasks.push_back(look_up_state(vantage, alias, deadline));
    if (const Lookup* ancestor = answering_ancestor(climb, failed))
        tasks.push_back(look_up_state(vantage, ancestor->question, deadline));
    const std::vector<Lookup> found = co_await base::gather(std::move(tasks));

    const auto* answer = usable(found.front());
    if (answer != nullptr && (!answer->records.empty() || !answer->chain.empty()))
        co_return Proof{false, fmt::format("{} is an alias, and which zone fails is not known",
                                           alias.name.text())};
    if (found.front().result)
        co_return from_state(found.front());
    if (found.size() < 2)
        co_return Proof{false, "no zone above the failing one answered"};
    const auto* above = usable(found.back());
    if (above != nullptr && !above->chain.empty())
        co_return Proof{false, "the zone above the failing one gave changing answers"};
    co_return from_state(found.back());
}

base::Awaitable<Proof> prove_insecure(const Vantage& vantage, const Climb& climb,
                                      std::size_t failed, base::Deadline deadline) {
    const Lookup& lookup = climb[failed];
    if (!lookup.result)
        co_return co_await prove_without_response(vantage, climb, failed, deadline);
    if (lookup.state_asked)
        co_return from_state(lookup);
    const Lookup again = co_await look_up_state(vantage, lookup.question, deadline);
    if (usable(again) != nullptr)
        co_return Proof{false, "a further query was answered"};
    co_return from_state(again);
}

} // namespace

base::Awaitable<LookupFailureConditions> examine_failure(const Vantage& vantage, const Climb& climb,
                                                         std::size_t failed,
                                                         base::Deadline deadline) {
    const Lookup& lookup = climb[failed];
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
            out.evidence += "; " + from_state(lookup).evidence;
        co_return out;
    }
    const Proof proof = co_await prove_insecure(vantage, climb, failed, deadline);
    out.proved_insecure = proof.insecure;
    out.evidence += "; " + proof.evidence;
    co_return out;
}

} // namespace mpic::check
