// SPDX-License-Identifier: Apache-2.0
#include "dnssec_probe.hpp"

#include "interpret.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace base::dns {
namespace {

constexpr int max_alias_hops = 8;

bool is_answered(Rcode rcode) {
    return rcode == Rcode::noerror || rcode == Rcode::nxdomain;
}

std::vector<Name> names_of(const Answer& answer) {
    std::vector<Name> names{answer.question.name};
    names.insert(names.end(), answer.chain.begin(), answer.chain.end());
    return names;
}

} // namespace

Awaitable<Result<Message>> DnssecProbe::ask(Question question, bool checking_disabled,
                                            bool dnssec_ok) {
    if (probes_left_-- <= 0)
        co_return fail(FailureKind::overloaded, "more than 32 DNSSEC probes for one answer");
    Message query = make_query(0, std::move(question), checking_disabled);
    query.edns->dnssec_ok = dnssec_ok;
    co_return co_await prober_.ask(std::move(query));
}

Awaitable<void> DnssecProbe::settle(Answer& answer) {
    if (answer.dnssec == DnssecState::secure) { // AD speaks for the whole answer section
        for (const Name& name : names_of(answer))
            answer.links.push_back({name, DnssecState::secure, answer.dnssec_proof});
    } else if (is_answered(answer.rcode) && answer.dnssec != DnssecState::bogus) {
        co_await settle_answered(answer);
    } else {
        co_await settle_failed(answer);
    }
    if (answer.links.size() == 1)
        answer.links.clear(); // no aliases: the answer says it all
}

Awaitable<ZoneProof> DnssecProbe::zone(Name name) {
    const bool insecure = co_await prove_insecure(std::move(name));
    co_return ZoneProof{insecure, reason_};
}

Awaitable<void> DnssecProbe::settle_answered(Answer& answer) {
    const std::vector<Name> names = names_of(answer);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const bool last = i + 1 == names.size();
        Link link{.name = names[i]};
        if (names.size() == 1) {
            const ZoneProof proof = co_await zone(names[i]);
            link.dnssec = proof.insecure ? DnssecState::insecure : DnssecState::indeterminate;
            link.proof = proof.reason;
        } else {
            link =
                co_await settle_link({names[i], last ? answer.question.type : RecordType::cname});
        }
        if (answer.dnssec != DnssecState::insecure) {
            if (link.dnssec == DnssecState::insecure)
                answer.dnssec = DnssecState::insecure;
            answer.dnssec_proof = link.proof;
        }
        answer.links.push_back(std::move(link));
    }
}

/// One part of an answer that has no AD as a whole.
Awaitable<Link> DnssecProbe::settle_link(Question question) {
    Link link{.name = question.name};
    const ZoneProof proof = co_await zone(question.name);
    link.proof = proof.reason;
    if (proof.insecure) {
        link.dnssec = DnssecState::insecure;
        co_return link;
    }
    const auto response = co_await ask(std::move(question), false, false);
    if (response && is_answered(response->rcode) && response->authentic_data) {
        link.dnssec = DnssecState::secure;
        link.proof = "AD";
    }
    co_return link;
}

Awaitable<void> DnssecProbe::settle_failed(Answer& answer) {
    const bool bogus = answer.dnssec == DnssecState::bogus
                       || (answer.rcode == Rcode::servfail && co_await answers_unchecked(answer));
    const auto failing = co_await failing_name(answer.question);
    if (bogus) {
        if (links_.back().dnssec == DnssecState::indeterminate)
            links_.back() = {links_.back().name, DnssecState::bogus, answer.dnssec_proof};
    } else if (!failing) {
        answer.dnssec_proof = failing.error().detail;
    } else {
        const ZoneProof proof = co_await zone(*failing);
        if (proof.insecure)
            answer.dnssec = DnssecState::insecure;
        answer.dnssec_proof = proof.reason;
        links_.back() = {*failing, answer.dnssec, proof.reason};
    }
    answer.links = std::move(links_);
}

/// RFC 4035 §3.2.2: with CD the resolver hands out what does not validate. When that makes an
/// answer of a SERVFAIL, validation was what failed.
Awaitable<bool> DnssecProbe::answers_unchecked(Answer& answer) {
    const auto response = co_await ask(answer.question, true, false);
    if (!response || !is_answered(response->rcode))
        co_return false;
    answer.dnssec = DnssecState::bogus;
    answer.dnssec_proof = "SERVFAIL, but an answer with CD=1";
    if (response->edns && answer.extended_errors.empty())
        answer.extended_errors = response->edns->errors;
    if (!answer.extended_errors.empty())
        answer.dnssec_proof += "; " + to_string(answer.extended_errors.front());
    co_return true;
}

/// A SERVFAIL does not say where on the way of the aliases it arose, and an insecure name may point
/// into a signed zone. So the aliases are asked for one by one, up to the name that has none or
/// fails itself.
Awaitable<Result<Name>> DnssecProbe::failing_name(Question question) {
    links_ = {{.name = question.name}};
    if (question.type == RecordType::cname)
        co_return question.name;
    for (int hop = 0; hop < max_alias_hops; ++hop) {
        const Name current = links_.back().name;
        const Question step{current, RecordType::cname};
        const auto response = co_await ask(step, false, false);
        if (!response || !is_answered(response->rcode))
            co_return current;
        const auto alias = interpret(*response, step, response->id, 1);
        if (!alias)
            co_return std::unexpected(alias.error());
        if (alias->records.empty())
            co_return current;
        if (alias->authentic_data) {
            links_.back() = {current, DnssecState::secure, "AD"};
        } else if (co_await prove_insecure(current)) {
            links_.back() = {current, DnssecState::insecure, reason_};
        } else {
            links_.back().proof = reason_;
            co_return fail(FailureKind::dns_bogus,
                           fmt::format("the alias at {} is neither secure nor proved insecure: {}",
                                       current.text(), reason_));
        }
        auto target = parse_name_rdata(alias->records.front().rdata);
        if (!target)
            co_return std::unexpected(std::move(target.error()));
        links_.push_back({.name = std::move(*target)});
    }
    co_return fail(FailureKind::dns_loop,
                   fmt::format("more than {} aliases before the failure", max_alias_hops));
}

Awaitable<bool> DnssecProbe::prove_insecure(Name name) {
    Name apex; // the root: its key is the resolver's trust anchor
    const auto& labels = name.labels();
    for (std::size_t depth = 1; depth <= labels.size(); ++depth) {
        const std::vector<std::string> suffix(labels.end() - static_cast<std::ptrdiff_t>(depth),
                                              labels.end());
        const Name at = Name::from_labels(suffix).value();
        const Delegation found = co_await delegation(at, apex);
        reason_ = found.reason;
        if (found.kind == Delegation::Kind::insecure)
            co_return true;
        if (found.kind == Delegation::Kind::unknown)
            co_return false;
        if (found.kind == Delegation::Kind::secure)
            apex = at;
    }
    reason_ = fmt::format("no insecure delegation from the root down to {}", name.text());
    co_return false;
}

Awaitable<Delegation> DnssecProbe::delegation(Name name, Name apex) {
    if (const auto found = known_.find(name); found != known_.end())
        co_return found->second;
    const auto response = co_await ask({name, RecordType::ds}, false, true);
    Delegation found =
        response ? read_delegation(*response, name, apex)
                 : Delegation{Delegation::Kind::unknown,
                              fmt::format("DS at {}: {}", name.text(), response.error().detail)};
    known_.insert_or_assign(std::move(name), found);
    co_return found;
}

} // namespace base::dns
