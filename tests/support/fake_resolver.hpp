// SPDX-License-Identifier: Apache-2.0
#pragma once
// A Resolver with zones in memory. It answers as a recursive resolver would: follows CNAME and
// DNAME, expands wildcards (RFC 4592), tells NXDOMAIN from NODATA (a name with names beneath
// exists). On top of that names can be made to fail, once or for ever, to be slow, or to have a
// DNSSEC state. Every question is recorded. Anything malformed in a test's own zone text throws.
//
//   test::FakeResolver dns;
//   dns.add("www.example.com", RecordType::caa, R"(0 issue "ca.example")");
//   dns.set_rcode("example.com", RecordType::caa, Rcode::servfail, 1);   // the first time only

#include "base/async/deadline.hpp"
#include "base/dns/resolver.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

class FakeResolver final : public base::dns::Resolver {
public:
    using Name = base::dns::Name;
    using RecordType = base::dns::RecordType;
    using Rcode = base::dns::Rcode;
    using DnssecState = base::dns::DnssecState;

    struct Asked {
        base::dns::Question question;
        bool with_dnssec = false;
    };

    static constexpr int for_ever = -1;

    /// Adds one record; `text` in the form of rdata_from_text (TXT: the text itself).
    void add(std::string_view owner, RecordType type, std::string_view text,
             std::uint32_t ttl = 300) {
        auto rdata = base::dns::rdata_from_text(type, text);
        if (!rdata)
            throw std::invalid_argument("fake zone: " + rdata.error().detail);
        add_rdata(owner, type, std::move(*rdata), ttl);
    }
    /// Adds one record with RDATA as it stands, malformed if need be.
    void add_rdata(std::string_view owner, RecordType type, std::string rdata,
                   std::uint32_t ttl = 300) {
        const Name at = name(owner);
        records_[at].push_back({at, type, ttl, std::move(rdata)});
    }
    /// Forgets the records of a name (of one type, if given).
    void remove(std::string_view owner, std::optional<RecordType> type = {}) {
        auto found = records_.find(name(owner));
        if (found == records_.end())
            return;
        std::erase_if(found->second, [&](const auto& r) { return !type || r.type == *type; });
        if (found->second.empty())
            records_.erase(found);
    }

    /// Answers with `rcode` at the name, for one type or all, `times` times.
    void set_rcode(std::string_view owner, std::optional<RecordType> type, Rcode rcode,
                   int times = for_ever) {
        faults_[name(owner)].push_back({type, rcode, {}, times});
    }
    void set_rcode(std::string_view owner, Rcode rcode) { set_rcode(owner, {}, rcode); }
    /// Fails with `kind`, for one type or all, `times` times.
    void set_failure(std::string_view owner, std::optional<RecordType> type, base::FailureKind kind,
                     int times = for_ever) {
        faults_[name(owner)].push_back({type, {}, kind, times});
    }
    void set_failure(std::string_view owner, base::FailureKind kind) {
        set_failure(owner, {}, kind);
    }
    void set_delay(std::string_view owner, base::Milliseconds delay) {
        delays_[name(owner)] = delay;
    }
    /// The state of the name and everything beneath, unless a longer name says otherwise. Bogus
    /// makes the answers SERVFAIL. Names that nothing was said about are insecure.
    void set_dnssec(std::string_view owner, DnssecState state) { states_[name(owner)] = state; }
    /// An RFC 8914 error that goes with every answer to the name.
    void set_extended_error(std::string_view owner, base::dns::ExtendedError error) {
        extended_[name(owner)].push_back(std::move(error));
    }

    [[nodiscard]] const std::vector<Asked>& asked() const { return asked_; }
    [[nodiscard]] std::size_t times_asked(std::string_view owner, RecordType type) const {
        const base::dns::Question question{name(owner), type};
        return static_cast<std::size_t>(std::ranges::count_if(
            asked_, [&](const Asked& asked) { return asked.question == question; }));
    }
    /// "CAA www.example.com", in the order asked.
    [[nodiscard]] std::vector<std::string> asked_text() const {
        std::vector<std::string> out;
        for (const Asked& asked : asked_)
            out.push_back(base::dns::to_string(asked.question.type) + " "
                          + asked.question.name.text());
        return out;
    }
    void forget_asked() { asked_.clear(); }

    base::Awaitable<base::Result<base::dns::Answer>> lookup(base::dns::Question question,
                                                            base::Deadline deadline) override {
        return run(this, std::move(question), deadline, false);
    }
    base::Awaitable<base::Result<base::dns::Answer>>
    lookup_with_dnssec(base::dns::Question question, base::Deadline deadline) override {
        return run(this, std::move(question), deadline, true);
    }
    base::Awaitable<base::dns::ZoneProof> prove_insecure(Name at, base::Deadline) override {
        co_return base::dns::ZoneProof{state_of(at) == DnssecState::insecure,
                                       "the fake resolver says so"};
    }

private:
    struct Fault {
        std::optional<RecordType> type;
        std::optional<Rcode> rcode;
        std::optional<base::FailureKind> kind;
        int times;
    };
    using Records = std::vector<base::dns::Record>;

    static Name name(std::string_view text) {
        auto parsed = Name::parse(text);
        if (!parsed)
            throw std::invalid_argument("fake zone: " + parsed.error().detail);
        return *parsed;
    }

    static base::Awaitable<base::Result<base::dns::Answer>>
    run(FakeResolver* self, base::dns::Question question, base::Deadline deadline, bool dnssec) {
        self->asked_.push_back({question, dnssec});
        const auto started = std::chrono::steady_clock::now();
        if (const auto delay = self->delays_.find(question.name); delay != self->delays_.end()) {
            const auto until = deadline.within(started, delay->second);
            if (auto slept = co_await base::sleep_until(until); !slept)
                co_return std::unexpected(slept.error());
        }
        if (deadline.passed(std::chrono::steady_clock::now()))
            co_return base::fail(base::FailureKind::dns_timeout,
                                 "no answer from the fake resolver to " + question.name.text());
        auto answer = self->answer(question);
        if (answer)
            self->settle(*answer, dnssec);
        co_return answer;
    }

    base::Result<base::dns::Answer> answer(const base::dns::Question& question) {
        base::dns::Answer out;
        out.question = question;
        out.resolver = "fake";
        std::uint32_t ttl = UINT32_MAX;
        Name current = question.name;
        std::set<Name> seen;
        while (seen.insert(current).second) {
            if (Fault* fault = fault_at(current, question.type)) {
                if (fault->kind)
                    return base::fail(*fault->kind, "the fake resolver fails at " + current.text());
                out.rcode = *fault->rcode;
                return out;
            }
            const auto [exists, records] = node(current);
            if (step_dname(current, out, ttl))
                continue;
            out.rcode = exists ? Rcode::noerror : Rcode::nxdomain;
            for (const auto& record : records)
                if (record.type == question.type)
                    take(record, out.records.emplace_back(record), current, ttl);
            const auto alias =
                std::ranges::find(records, RecordType::cname, &base::dns::Record::type);
            if (!out.records.empty() || alias == records.end()) {
                out.ttl = ttl == UINT32_MAX ? 0 : ttl;
                return out;
            }
            ttl = std::min(ttl, alias->ttl);
            current = base::dns::parse_name_rdata(alias->rdata).value();
            out.chain.push_back(current);
        }
        return base::fail(base::FailureKind::dns_loop, "alias loop at " + current.text());
    }

    static void take(const base::dns::Record& from, base::dns::Record& to, const Name& owner,
                     std::uint32_t& ttl) {
        to.owner = owner; // a wildcard's records take the name asked for
        ttl = std::min(ttl, from.ttl);
    }

    /// RFC 6672: a DNAME redirects the names beneath its owner.
    bool step_dname(Name& current, base::dns::Answer& out, std::uint32_t& ttl) const {
        for (Name above = current.parent(); !above.is_root(); above = above.parent()) {
            const auto found = records_.find(above);
            if (found == records_.end())
                continue;
            for (const auto& record : found->second) {
                if (record.type != RecordType::dname)
                    continue;
                const Name target = base::dns::parse_name_rdata(record.rdata).value();
                current = current.substituted(above, target).value();
                out.chain.push_back(current);
                ttl = std::min(ttl, record.ttl);
                return true;
            }
        }
        return false;
    }

    bool exists(const Name& at) const {
        return std::ranges::any_of(records_,
                                   [&](const auto& node) { return node.first.is_within(at); });
    }

    std::pair<bool, Records> node(const Name& at) const {
        if (const auto found = records_.find(at); found != records_.end())
            return {true, found->second};
        if (exists(at))
            return {true, {}};
        Name encloser = at.parent();
        while (!encloser.is_root() && !exists(encloser))
            encloser = encloser.parent();
        const auto wildcard = encloser.prefixed("*");
        const auto found = wildcard ? records_.find(*wildcard) : records_.end();
        return found == records_.end() ? std::pair{false, Records{}}
                                       : std::pair{true, found->second};
    }

    Fault* fault_at(const Name& at, RecordType type) {
        const auto found = faults_.find(at);
        if (found == faults_.end())
            return nullptr;
        for (Fault& fault : found->second) {
            if (fault.times == 0 || (fault.type && *fault.type != type))
                continue;
            fault.times -= fault.times > 0 ? 1 : 0;
            return &fault;
        }
        return nullptr;
    }

    DnssecState state_of(const Name& at) const {
        for (Name above = at;; above = above.parent()) {
            if (const auto found = states_.find(above); found != states_.end())
                return found->second;
            if (above.is_root())
                return DnssecState::insecure;
        }
    }

    void settle(base::dns::Answer& answer, bool asked_for_state) const {
        DnssecState state = state_of(answer.question.name);
        for (const Name& hop : answer.chain)
            state = base::dns::weakest(state, state_of(hop));
        if (state == DnssecState::bogus) {
            answer.rcode = Rcode::servfail;
            answer.records.clear();
            answer.chain.clear();
        }
        const bool answered = answer.rcode == Rcode::noerror || answer.rcode == Rcode::nxdomain;
        answer.authentic_data = state == DnssecState::secure && answered;
        // Nothing that failed can be secure: what failed in a signed zone is not known to be sound.
        if (state == DnssecState::secure && !answered)
            state = DnssecState::indeterminate;
        if (asked_for_state || answer.authentic_data)
            answer.dnssec = state;
        answer.dnssec_proof = "the fake resolver says so";
        if (const auto found = extended_.find(answer.question.name); found != extended_.end())
            answer.extended_errors = found->second;
    }

    std::map<Name, Records> records_;
    std::map<Name, std::vector<Fault>> faults_;
    std::map<Name, base::Milliseconds> delays_;
    std::map<Name, DnssecState> states_;
    std::map<Name, std::vector<base::dns::ExtendedError>> extended_;
    std::vector<Asked> asked_;
};

} // namespace test
