// SPDX-License-Identifier: Apache-2.0
#include "base/dns/dnssec_probe.hpp"

#include "support/denials.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace base::dns {
namespace {

using enum RecordType;
using test::name;

/// A validating resolver that knows what it was told, and SERVFAILs for the rest.
class ToldProber final : public Prober {
public:
    using Change = std::function<void(Message&)>;

    void tell(std::string_view owner, RecordType type, Change change) {
        told_[to_string(type) + " " + std::string(owner)] = std::move(change);
    }
    void tell_unchecked(std::string_view owner, RecordType type, Change change) {
        told_[to_string(type) + " +cd " + std::string(owner)] = std::move(change);
    }
    /// A signed delegation.
    void signed_at(std::string_view owner) {
        tell(owner, ds, [at = name(owner)](Message& m) {
            m.authentic_data = true;
            m.answers = {{at, ds, 300, "xxxx"}};
        });
    }
    void no_cut_at(std::string_view owner) {
        tell(owner, ds, [](Message& m) { m.authentic_data = true; });
    }
    void unsigned_at(std::string_view owner) {
        tell(owner, ds, [text = std::string(owner)](Message& m) {
            m.authentic_data = true;
            m.authority = {test::nsec_of(text, {ns})};
        });
    }
    void alias_at(std::string_view owner, std::string_view target, bool ad) {
        tell(owner, cname, [r = test::record(owner, cname, target), ad](Message& m) {
            m.answers = {r};
            m.authentic_data = ad;
        });
    }
    void no_alias_at(std::string_view owner) {
        tell(owner, cname, [](Message&) {});
    }

    Awaitable<Result<Message>> ask(Message query) override { return ask(this, std::move(query)); }

    std::vector<std::string> asked;

private:
    static Awaitable<Result<Message>> ask(ToldProber* self, Message query) {
        const Question& q = query.questions.front();
        EXPECT_EQ(query.edns->dnssec_ok, q.type == ds) << "the denials are read, so they must come";
        const std::string key =
            to_string(q.type) + (query.checking_disabled ? " +cd " : " ") + q.name.text();
        self->asked.push_back(key);
        Message m;
        m.response = true;
        m.questions = query.questions;
        if (const auto found = self->told_.find(key); found != self->told_.end())
            found->second(m);
        else
            m.rcode = Rcode::servfail;
        co_return m;
    }

    std::map<std::string, Change> told_;
};

class DnssecProbeTest : public testing::Test {
protected:
    Answer settle(Rcode rcode, std::vector<Name> chain = {}) {
        Answer answer{.question = test::question("www.example.com", caa), .rcode = rcode};
        answer.chain = std::move(chain);
        return settle(std::move(answer));
    }
    Answer settle(Answer answer) {
        DnssecProbe probe(prober);
        test::run(loop, probe.settle(answer));
        return answer;
    }

    asio::io_context loop;
    ToldProber prober;
};

TEST_F(DnssecProbeTest, AdNeedsNoQuestionAndBogusOnlyWhichLinkItIs) {
    Answer answer{.question = test::question("www.example.com", caa)};
    answer.dnssec = DnssecState::secure;
    EXPECT_EQ(settle(answer).dnssec, DnssecState::secure);
    EXPECT_TRUE(prober.asked.empty());
    answer.dnssec = DnssecState::bogus;
    EXPECT_EQ(settle(answer).dnssec, DnssecState::bogus);
    EXPECT_EQ(prober.asked, std::vector<std::string>{"CNAME www.example.com"});
}

TEST_F(DnssecProbeTest, AnUnsignedDelegationMakesAnAnswerInsecure) { // RFC 4035 §4.3
    prober.signed_at("com");
    prober.unsigned_at("example.com");
    const Answer answer = settle(Rcode::nxdomain);
    EXPECT_EQ(answer.dnssec, DnssecState::insecure);
    EXPECT_EQ(answer.dnssec_proof, "no DS at example.com, proved by NSEC and AD");
    EXPECT_EQ(prober.asked, (std::vector<std::string>{"DS com", "DS example.com"}));
}

TEST_F(DnssecProbeTest, ASignedNameWithoutAdIsIndeterminate) {
    prober.signed_at("com");
    prober.signed_at("example.com");
    prober.no_cut_at("www.example.com");
    const Answer answer = settle(Rcode::noerror);
    EXPECT_EQ(answer.dnssec, DnssecState::indeterminate);
    EXPECT_EQ(answer.dnssec_proof, "no insecure delegation from the root down to www.example.com");
}

TEST_F(DnssecProbeTest, AResolverThatDoesNotValidateProvesNothing) {
    prober.tell("com", ds, [](Message& m) { m.answers = {{name("com"), ds, 1, "x"}}; });
    EXPECT_EQ(settle(Rcode::noerror).dnssec, DnssecState::indeterminate);
    prober.tell("com", ds, [](Message& m) { m.authority = {test::nsec_of("com", {ns})}; });
    EXPECT_EQ(settle(Rcode::noerror).dnssec, DnssecState::indeterminate);
}

TEST_F(DnssecProbeTest, TheCutMayBeBelowNamesThatAreNone) {
    prober.signed_at("com");
    prober.no_cut_at("example.com");
    prober.unsigned_at("www.example.com");
    EXPECT_EQ(settle(Rcode::noerror).dnssec, DnssecState::insecure);
}

TEST_F(DnssecProbeTest, OptOutCountsOnlyBelowASecureZone) { // RFC 5155 §8.9
    const auto opt_out = [](Message& m) {
        m.authority = {test::nsec3_of("com", "com", {ns, soa}),
                       test::nsec3_over("com", "example.com", {.opt_out = true})};
    };
    prober.tell("example.com", ds, opt_out);
    prober.no_cut_at("com");
    EXPECT_EQ(settle(Rcode::noerror).dnssec, DnssecState::indeterminate);
    prober.signed_at("com");
    EXPECT_EQ(settle(Rcode::noerror).dnssec, DnssecState::insecure);
}

TEST_F(DnssecProbeTest, AnyUnsignedPartOfAChainMakesItInsecure) {
    prober.signed_at("com");
    prober.signed_at("example.com");
    prober.no_cut_at("www.example.com");
    prober.unsigned_at("test");
    const Answer answer = settle(Rcode::noerror, {name("h.cdn.test")});
    EXPECT_EQ(answer.dnssec, DnssecState::insecure);
    EXPECT_EQ(answer.dnssec_proof, "no DS at test, proved by NSEC and AD");
}

TEST_F(DnssecProbeTest, ServfailThatAnswersUncheckedIsBogus) { // RFC 4035 §3.2.2, BR 4.2.2.2.5
    prober.unsigned_at("com");                                 // must not even be asked for
    prober.tell_unchecked("www.example.com", caa,
                          [](Message& m) { m.edns = Edns{.errors = {{7, "in May"}}}; });
    const Answer answer = settle(Rcode::servfail);
    EXPECT_EQ(answer.dnssec, DnssecState::bogus);
    EXPECT_EQ(answer.dnssec_proof,
              "SERVFAIL, but an answer with CD=1; Signature Expired (7): in May");
    EXPECT_EQ(prober.asked,
              (std::vector<std::string>{"CAA +cd www.example.com", "CNAME www.example.com"}));
    EXPECT_TRUE(answer.links.empty()) << "there is no alias";
}

TEST_F(DnssecProbeTest, ServfailInAnUnsignedZoneIsInsecure) { // BR 4.2.2.1: condition 3
    prober.no_alias_at("www.example.com");
    prober.signed_at("com");
    prober.unsigned_at("example.com");
    EXPECT_EQ(settle(Rcode::servfail).dnssec, DnssecState::insecure);
}

TEST_F(DnssecProbeTest, AZoneWhoseServersAllFailMayStillBeProvedUnsigned) {
    prober.signed_at("com");
    prober.unsigned_at("example.com"); // the parent's servers say so
    EXPECT_EQ(settle(Rcode::servfail).dnssec, DnssecState::insecure);
    EXPECT_EQ(settle(Rcode::refused).dnssec, DnssecState::insecure);
}

TEST_F(DnssecProbeTest, ServfailInASignedZoneIsIndeterminate) {
    prober.no_alias_at("www.example.com");
    prober.signed_at("com");
    prober.signed_at("example.com");
    EXPECT_EQ(settle(Rcode::servfail).dnssec, DnssecState::indeterminate);
}

TEST_F(DnssecProbeTest, WhenTheProofCannotBeReachedItIsIndeterminate) {
    prober.signed_at("com");
    const Answer answer = settle(Rcode::servfail);
    EXPECT_EQ(answer.dnssec, DnssecState::indeterminate);
    EXPECT_EQ(answer.dnssec_proof, "DS at example.com gives SERVFAIL");
}

TEST_F(DnssecProbeTest, AFailureBehindAnAliasIsJudgedWhereItIs) {
    // www.example.com is signed and points to an unsigned zone whose servers fail.
    prober.alias_at("www.example.com", "h.cdn.test", true);
    prober.signed_at("com");
    prober.signed_at("example.com");
    prober.unsigned_at("test");
    EXPECT_EQ(settle(Rcode::servfail).dnssec, DnssecState::insecure);
    // The other way round: an unsigned name that points to a signed zone proves nothing.
    prober.alias_at("www.example.com", "h.cdn.test", false);
    prober.unsigned_at("example.com");
    prober.signed_at("test");
    EXPECT_EQ(settle(Rcode::servfail).dnssec, DnssecState::indeterminate);
}

TEST_F(DnssecProbeTest, EveryAliasOnTheWayMustBeSecureOrInsecure) {
    prober.alias_at("www.example.com", "h.cdn.test", false); // no AD, and com cannot be asked for
    prober.unsigned_at("test");
    const Answer answer = settle(Rcode::servfail);
    EXPECT_EQ(answer.dnssec, DnssecState::indeterminate);
    EXPECT_EQ(answer.dnssec_proof, "the alias at www.example.com is neither secure nor proved "
                                   "insecure: DS at com gives SERVFAIL");
}

TEST_F(DnssecProbeTest, EachLinkOfAnAnswerHasItsState) {
    prober.signed_at("com");
    prober.signed_at("example.com");
    prober.no_cut_at("www.example.com");
    prober.unsigned_at("test");
    prober.alias_at("www.example.com", "a.test", true);
    const Answer answer = settle(Rcode::noerror, {name("a.test"), name("b.other")});
    EXPECT_EQ(answer.dnssec, DnssecState::insecure);
    EXPECT_EQ(answer.dnssec_proof, "no DS at test, proved by NSEC and AD");
    EXPECT_EQ(answer.links,
              (std::vector<Link>{
                  {name("www.example.com"), DnssecState::secure, "AD"},
                  {name("a.test"), DnssecState::insecure, "no DS at test, proved by NSEC and AD"},
                  {name("b.other"), DnssecState::indeterminate, "DS at other gives SERVFAIL"}}));
}

TEST_F(DnssecProbeTest, AdIsTheStateOfEveryLink) {
    Answer answer{.question = test::question("www.example.com", caa), .chain = {name("a.test")}};
    answer.dnssec = DnssecState::secure;
    answer.dnssec_proof = "AD";
    answer = settle(std::move(answer));
    EXPECT_EQ(answer.links, (std::vector<Link>{{name("www.example.com"), DnssecState::secure, "AD"},
                                               {name("a.test"), DnssecState::secure, "AD"}}));
    EXPECT_TRUE(prober.asked.empty());
}

TEST_F(DnssecProbeTest, TheLastLinkOfAFailureIsTheOneThatFails) {
    prober.alias_at("www.example.com", "h.cdn.test", true);
    prober.unsigned_at("test");
    EXPECT_EQ(settle(Rcode::servfail).links,
              (std::vector<Link>{{name("www.example.com"), DnssecState::secure, "AD"},
                                 {name("h.cdn.test"), DnssecState::insecure,
                                  "no DS at test, proved by NSEC and AD"}}));
    prober.tell_unchecked("www.example.com", caa, [](Message&) {});
    EXPECT_EQ(settle(Rcode::servfail).links,
              (std::vector<Link>{
                  {name("www.example.com"), DnssecState::secure, "AD"},
                  {name("h.cdn.test"), DnssecState::bogus, "SERVFAIL, but an answer with CD=1"}}));
}

TEST_F(DnssecProbeTest, LongNamesAndLoopsEnd) {
    std::string text = "x";
    for (int i = 0; i < 60; ++i) {
        prober.no_cut_at(text);
        text = "x." + text;
    }
    Answer answer{.question = test::question(text, caa)};
    EXPECT_EQ(settle(answer).dnssec, DnssecState::indeterminate);
    EXPECT_EQ(prober.asked.size(), 32U);
    prober.alias_at("www.example.com", "www.example.com", true);
    EXPECT_EQ(settle(Rcode::servfail).dnssec, DnssecState::indeterminate);
}

} // namespace
} // namespace base::dns
