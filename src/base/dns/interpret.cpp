// SPDX-License-Identifier: Apache-2.0
#include "interpret.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace base::dns {
namespace {

std::string describe(const Question& question) {
    return fmt::format("{} {}", to_string(question.type),
                       question.name.is_root() ? "." : question.name.text());
}

std::unexpected<Failure> malformed(const Question& question, std::string_view why) {
    return fail(FailureKind::dns_malformed,
                fmt::format("the response to {} {}", describe(question), why));
}

/// Only the records of these owner and type, each RDATA once. RFC 2181 §5: an RRset has no
/// duplicates.
std::vector<Record> rrset(const std::vector<Record>& section, const Name& owner, RecordType type) {
    std::vector<Record> out;
    const Record* first = nullptr;
    std::set<std::string_view> seen; // when there are several
    for (const Record& record : section) {
        if (record.type != type || record.owner != owner)
            continue;
        if (first == nullptr)
            first = &record;
        else if (seen.insert(first->rdata); !seen.insert(record.rdata).second)
            continue;
        out.push_back(record);
    }
    return out;
}

/// Where an alias leads, and for how long that may be believed.
struct Hop {
    Name target;
    std::uint32_t ttl = 0;
};

/// The DNAME's owner in `name` replaced by its target (RFC 6672 §2.2).
Result<Name> substitute(const Name& name, const Record& dname) {
    auto target = parse_name_rdata(dname.rdata);
    if (!target)
        return target;
    return name.substituted(dname.owner, *target);
}

/// The walk along the aliases of one response.
class Walk {
public:
    Walk(const Message& response, const Question& question, int max_chain)
        : response_(response), question_(question), max_chain_(max_chain) {}

    /// Puts the records, the chain and the TTL into `answer`.
    Result<void> run(Answer& answer) const {
        if (response_.answers.empty()) // the usual "no such record"
            return {};
        Name current = question_.name;
        std::uint32_t ttl = UINT32_MAX;
        for (;;) {
            answer.records = rrset(response_.answers, current, question_.type);
            if (!answer.records.empty())
                break;
            auto hop = next(current);
            if (!hop)
                return std::unexpected(std::move(hop.error()));
            if (!*hop)
                break;
            ttl = std::min(ttl, (*hop)->ttl);
            current = (*hop)->target;
            const bool seen = current == question_.name
                              || std::ranges::find(answer.chain, current) != answer.chain.end();
            answer.chain.push_back(current);
            if (seen)
                return loop(fmt::format("comes back to {}", current.text()));
            if (answer.chain.size() > static_cast<std::size_t>(max_chain_))
                return loop(fmt::format("has more than {} steps", max_chain_));
        }
        for (const Record& record : answer.records)
            ttl = std::min(ttl, record.ttl);
        answer.ttl = ttl == UINT32_MAX ? 0 : ttl;
        return {};
    }

private:
    std::unexpected<Failure> loop(std::string_view why) const {
        return fail(FailureKind::dns_loop,
                    fmt::format("the alias chain of {} {}", describe(question_), why));
    }

    Result<std::optional<Hop>> next(const Name& current) const {
        const auto aliases = rrset(response_.answers, current, RecordType::cname);
        if (aliases.size() > 1) // RFC 2181 §10.1
            return malformed(question_, "has two aliases at " + current.text());
        if (!aliases.empty()) {
            auto target = parse_name_rdata(aliases.front().rdata);
            if (!target)
                return malformed(question_, target.error().detail);
            return Hop{std::move(*target), aliases.front().ttl};
        }
        for (Name above = current.parent(); !current.is_root(); above = above.parent()) {
            const auto dnames = rrset(response_.answers, above, RecordType::dname);
            if (dnames.size() > 1) // RFC 6672 §2.4
                return malformed(question_, "has two DNAMEs at " + above.text());
            if (!dnames.empty()) {
                auto target = substitute(current, dnames.front());
                if (!target)
                    return malformed(question_, "has a DNAME whose target does not fit");
                return Hop{std::move(*target), dnames.front().ttl};
            }
            if (above.is_root())
                break;
        }
        return std::optional<Hop>{};
    }

    const Message& response_;
    const Question& question_;
    int max_chain_;
};

/// RFC 2308 §2.2: no data comes with a SOA or with an empty authority section; NS records without a
/// SOA are a referral. To take one for "no such record" would turn a misconfigured resolver into a
/// permission for everything.
bool is_referral(const Message& response) {
    const auto has = [&](RecordType type) {
        return std::ranges::any_of(response.authority,
                                   [type](const Record& r) { return r.type == type; });
    };
    return response.rcode == Rcode::noerror && !response.authoritative && has(RecordType::ns)
           && !has(RecordType::soa);
}

void settle(Answer& answer, const Message& response) {
    const bool answered = response.rcode == Rcode::noerror || response.rcode == Rcode::nxdomain;
    answer.authentic_data = response.authentic_data && answered;
    if (response.edns)
        answer.extended_errors = response.edns->errors;
    if (answer.authentic_data) {
        answer.dnssec = DnssecState::secure;
        answer.dnssec_proof = "AD";
    }
    for (const ExtendedError& error : answer.extended_errors) {
        if (!answered && says_bogus(error)) {
            answer.dnssec = DnssecState::bogus;
            answer.dnssec_proof = to_string(error);
            return;
        }
    }
}

/// `answer` has its question.
Result<void> read(Answer& answer, const Message& response, int max_chain) {
    answer.rcode = response.rcode;
    const Question& question = answer.question;
    if (response.rcode == Rcode::noerror || response.rcode == Rcode::nxdomain) {
        // under any other RCODE the sections mean nothing
        if (auto walked = Walk(response, question, max_chain).run(answer); !walked)
            return walked;
        if (response.rcode == Rcode::nxdomain && !answer.records.empty())
            return malformed(question, "has records, and says NXDOMAIN");
        if (answer.records.empty() && is_referral(response))
            return malformed(question, "is a referral: the server does not recurse");
    }
    settle(answer, response);
    return {};
}

} // namespace

Result<void> check_response(const Message& response, const Question& question, std::uint16_t id) {
    if (!response.response || response.opcode != 0 || response.id != id
        || response.questions.size() != 1 || response.questions.front() != question)
        return malformed(question, "does not belong to it");
    if (response.truncated)
        return fail(
            FailureKind::dns_truncated,
            fmt::format("the response to {} is truncated, over TCP too", describe(question)));
    return {};
}

bool says_bogus(const ExtendedError& error) {
    return (error.code >= 6 && error.code <= 12) || error.code == 25;
}

Result<Answer> interpret(const Message& response, const Question& question, std::uint16_t id,
                         int max_chain) {
    if (auto checked = check_response(response, question, id); !checked)
        return std::unexpected(std::move(checked.error()));
    Result<Answer> answer(std::in_place);
    answer->question = question;
    if (auto done = read(*answer, response, max_chain); !done)
        answer = std::unexpected(std::move(done.error()));
    return answer;
}

} // namespace base::dns
