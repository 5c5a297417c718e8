// SPDX-License-Identifier: Apache-2.0
#include "lookup.hpp"

#include "base/async/task_set.hpp"
#include "base/core/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <utility>

namespace mpic::check {
namespace {

using base::FailureKind;
using base::dns::Answer;
using base::dns::DnssecState;
using base::dns::Rcode;

constexpr std::size_t records_shown = 20;
constexpr std::size_t extended_errors_shown = 8;
constexpr std::size_t aliases_shown = 32;

FailureKind kind_of(const Answer& answer) {
    if (answer.dnssec == DnssecState::bogus)
        return FailureKind::dns_bogus;
    switch (answer.rcode) {
    case Rcode::nxdomain:
        return FailureKind::dns_nxdomain;
    case Rcode::servfail:
        return FailureKind::dns_servfail;
    case Rcode::refused:
        return FailureKind::dns_refused;
    default:
        return FailureKind::dns_error_rcode;
    }
}

std::vector<std::string> extended_errors(const Answer& answer) {
    std::vector<std::string> out;
    for (const auto& error : answer.extended_errors | std::views::take(extended_errors_shown))
        out.push_back(base::dns::to_string(error));
    return out;
}

bool is_final(const Lookup& lookup) {
    if (usable(lookup) != nullptr)
        return true;
    if (lookup.result)
        return false;
    const FailureKind kind = lookup.result.error().kind;
    return kind == FailureKind::dns_truncated || kind == FailureKind::cancelled;
}

/// One try of a lookup: asked(), and then kept. No coroutine of its own: every question of every
/// check passes here.
class Try {
public:
    Try(const Vantage& vantage, bool settle_state, base::Deadline deadline)
        : vantage_(vantage),
          settle_state_(settle_state),
          start_(vantage.clock.steady()),
          cut_short_(deadline.remaining(start_) < vantage.settings.dns_try),
          deadline_(deadline) {}

    base::Awaitable<base::Result<Answer>> asked(const base::dns::Question& question,
                                                base::Milliseconds allowed) const {
        return settle_state_ ? vantage_.resolver.lookup_with_dnssec(question, until(allowed))
                             : vantage_.resolver.lookup(question, until(allowed));
    }
    [[nodiscard]] base::Deadline until(base::Milliseconds allowed) const {
        return deadline_.within(start_, allowed);
    }
    void keep(base::Result<Answer> result, Lookup& lookup) const {
        lookup.result = std::move(result);
        count(vantage_.clock.steady() - start_, lookup);
    }
    /// The result is in `lookup`.
    void count(base::SteadyTime::duration elapsed, Lookup& lookup) const {
        const auto& result = lookup.result;
        lookup.state_asked = settle_state_;
        lookup.elapsed += elapsed;
        lookup.queries += result ? result->tries : 1;
        const bool timed_out = !result && result.error().kind == FailureKind::dns_timeout;
        lookup.full_tries += timed_out && cut_short_ ? 0 : 1;
    }

private:
    const Vantage& vantage_;
    bool settle_state_;
    base::SteadyTime start_;
    bool cut_short_;
    base::Deadline deadline_;
};

/// A try that settles the state gets time for the proof on top of that for the answer.
base::Milliseconds time_for(const Vantage& vantage, bool settle_state) {
    return vantage.settings.dns_try * (settle_state ? 2 : 1);
}

base::Awaitable<Lookup> first_try(const Vantage& vantage, base::dns::Question question,
                                  base::Deadline deadline) {
    Lookup lookup;
    lookup.question = std::move(question);
    const bool settle = vantage.settings.prove_insecure;
    const Try first(vantage, settle, deadline);
    first.keep(co_await first.asked(lookup.question, time_for(vantage, settle)), lookup);
    co_return lookup;
}

} // namespace

const Answer* usable(const Lookup& lookup) {
    const bool answered =
        lookup.result
        && (lookup.result->rcode == Rcode::noerror || lookup.result->rcode == Rcode::nxdomain);
    return answered ? &*lookup.result : nullptr;
}

base::Failure failure_of(const Lookup& lookup) {
    const std::string what = fmt::format("{} {}", base::dns::to_string(lookup.question.type),
                                         lookup.question.name.text());
    const std::string tries =
        lookup.queries == 1 ? "" : fmt::format(" after {} tries", lookup.queries);
    if (!lookup.result) {
        const auto& [kind, detail] = lookup.result.error();
        const bool named = detail.starts_with(what); // by a resolver that says what it was asked
        return {kind,
                fmt::format("{}{}{}", named ? "" : what + ": ", base::excerpt(detail, 400), tries)};
    }
    const Answer& answer = *lookup.result;
    std::string detail = fmt::format("{}: {} from {}{}", what, base::dns::to_string(answer.rcode),
                                     base::excerpt(answer.resolver), tries);
    if (answer.dnssec == DnssecState::bogus)
        detail += fmt::format("; DNSSEC validation fails ({})", base::excerpt(answer.dnssec_proof));
    if (const auto errors = extended_errors(answer); !errors.empty())
        detail += fmt::format("; {}", fmt::join(errors, "; "));
    return {kind_of(answer), std::move(detail)};
}

DnssecState state_of(const Lookup& lookup) {
    if (lookup.result)
        return lookup.result->dnssec;
    return lookup.zone && lookup.zone->insecure ? DnssecState::insecure
                                                : DnssecState::indeterminate;
}

void add_evidence(const Lookup& lookup, Lookups::List& evidence) {
    LookupEvidence& out = evidence.emplace_back();
    out.name = lookup.question.name.text();
    out.type = base::dns::to_string(lookup.question.type);
    out.tries = lookup.queries;
    out.elapsed_ms = base::as_ms(lookup.elapsed);
    if (usable(lookup) == nullptr)
        out.failure = failure_of(lookup);
    if (!lookup.result) {
        out.dnssec = state_of(lookup);
        if (lookup.zone)
            out.dnssec_proof = base::excerpt(lookup.zone->reason, 300);
        return;
    }
    const Answer& answer = *lookup.result;
    out.rcode = base::dns::to_string(answer.rcode);
    out.record_count = answer.records.size();
    for (const auto& record : answer.records | std::views::take(records_shown))
        out.records.push_back(base::dns::rdata_text(record.type, record.rdata));
    for (const auto& alias : answer.chain | std::views::take(aliases_shown))
        out.chain.push_back(alias.text());
    out.dnssec = answer.dnssec;
    out.dnssec_proof = base::excerpt(answer.dnssec_proof, 300);
    for (const auto& link : answer.links | std::views::take(aliases_shown))
        out.links.push_back({link.name.text(), link.dnssec, base::excerpt(link.proof, 300)});
    out.extended_errors = extended_errors(answer);
    out.resolver = base::excerpt(answer.resolver);
}

base::Awaitable<void> first_tries(const Vantage& vantage,
                                  std::vector<base::dns::Question> questions,
                                  base::Deadline deadline, std::vector<Lookup>& lookups) {
    lookups.reserve(lookups.size() + questions.size());
    if (vantage.settings.prove_insecure) { // each goes its own way to the proof
        std::vector<base::Awaitable<Lookup>> tasks;
        for (base::dns::Question& question : questions)
            tasks.push_back(first_try(vantage, std::move(question), deadline));
        for (Lookup& lookup : co_await base::gather(std::move(tasks)))
            lookups.push_back(std::move(lookup));
        co_return;
    }
    const Try first(vantage, false, deadline);
    auto answers =
        co_await vantage.resolver.lookup_all(questions, first.until(vantage.settings.dns_try));
    for (std::size_t i = 0; i < questions.size(); ++i)
        first.count(answers.at(i).elapsed,
                    lookups.emplace_back(std::move(questions[i]), std::move(answers[i].result)));
}

base::Awaitable<void> further_tries(const Vantage& vantage, Lookup& lookup,
                                    base::Deadline deadline) {
    for (int left = vantage.settings.dns_retries; left > 0 && !is_final(lookup); --left) {
        if (deadline.passed(vantage.clock.steady()))
            break;
        const bool responding = lookup.result.has_value();
        const bool settle = vantage.settings.prove_insecure || (left == 1 && responding);
        const Try next(vantage, settle, deadline);
        next.keep(co_await next.asked(lookup.question, time_for(vantage, settle)), lookup);
    }
}

namespace {

base::Awaitable<Lookup> tried_further(const Vantage& vantage, Lookup lookup,
                                      base::Deadline deadline) {
    if (usable(lookup) == nullptr)
        co_await further_tries(vantage, lookup, deadline);
    co_return lookup;
}

} // namespace

base::Awaitable<std::vector<Lookup>> look_up_all(const Vantage& vantage,
                                                 std::vector<base::dns::Question> questions,
                                                 base::Deadline deadline) {
    std::vector<Lookup> lookups;
    co_await first_tries(vantage, std::move(questions), deadline, lookups);
    if (std::ranges::all_of(lookups, [](const Lookup& one) { return usable(one) != nullptr; }))
        co_return lookups;
    std::vector<base::Awaitable<Lookup>> again;
    for (Lookup& lookup : lookups)
        again.push_back(tried_further(vantage, std::move(lookup), deadline));
    co_return co_await base::gather(std::move(again));
}

base::Awaitable<Lookup> look_up(const Vantage& vantage, base::dns::Question question,
                                base::Deadline deadline) {
    auto only = co_await look_up_all(vantage, {std::move(question)}, deadline);
    co_return std::move(only.front());
}

base::Awaitable<Lookup> look_up_state(const Vantage& vantage, base::dns::Question question,
                                      base::Deadline deadline) {
    Lookup lookup;
    lookup.question = std::move(question);
    const Try only(vantage, true, deadline);
    only.keep(co_await only.asked(lookup.question, vantage.settings.dns_try), lookup);
    co_return lookup;
}

} // namespace mpic::check
