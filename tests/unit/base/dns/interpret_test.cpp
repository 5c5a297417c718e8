// SPDX-License-Identifier: Apache-2.0
#include "base/dns/interpret.hpp"

#include "support/dns_records.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace base::dns {
namespace {

using test::name;
using test::question;
using test::record;

constexpr std::uint16_t id = 99;
const Question asked = question("www.example.com", RecordType::caa);

Message response(std::vector<Record> answers, Rcode rcode = Rcode::noerror) {
    Message m;
    m.id = id;
    m.response = true;
    m.recursion_available = true;
    m.rcode = rcode;
    m.questions = {asked};
    m.answers = std::move(answers);
    return m;
}

Result<Answer> read(const Message& m, int max_chain = 16) {
    return interpret(m, asked, id, max_chain);
}

std::vector<std::string> chain_text(const Answer& answer) {
    std::vector<std::string> out;
    for (const Name& hop : answer.chain)
        out.push_back(hop.text());
    return out;
}

Record caa(std::string_view owner, std::string_view issuer = "ca.example",
           std::uint32_t ttl = 300) {
    return record(owner, RecordType::caa, "0 issue \"" + std::string(issuer) + "\"", ttl);
}
Record cname(std::string_view owner, std::string_view target, std::uint32_t ttl = 300) {
    return record(owner, RecordType::cname, target, ttl);
}

TEST(Interpret, TakesTheRecordsOfTheQuestion) {
    const auto answer =
        read(response({caa("www.example.com", "b", 70), caa("www.example.com", "a", 50),
                       caa("example.com"), // another owner
                       record("www.example.com", RecordType::txt, "x", 1)}));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->records,
              (std::vector{caa("www.example.com", "b", 70), caa("www.example.com", "a", 50)}));
    EXPECT_TRUE(answer->chain.empty());
    EXPECT_EQ(answer->ttl, 50U);
    EXPECT_EQ(answer->dnssec, DnssecState::indeterminate);
}

TEST(Interpret, DuplicatesCountOnce) { // RFC 2181 §5
    const auto answer =
        read(response({caa("www.example.com"), caa("www.example.com", "ca.example", 20)}));
    EXPECT_EQ(answer->records.size(), 1U);
}

TEST(Interpret, FollowsAliasesInAnyOrder) {
    std::vector<Record> records{cname("www.example.com", "a.x.test", 90),
                                cname("a.x.test", "b.y.test", 40), caa("b.y.test")};
    std::ranges::sort(records, {}, &Record::rdata);
    do {
        const auto answer = read(response(records));
        ASSERT_TRUE(answer);
        EXPECT_EQ(chain_text(*answer), (std::vector<std::string>{"a.x.test", "b.y.test"}));
        EXPECT_EQ(answer->records, std::vector{caa("b.y.test")});
        EXPECT_EQ(answer->ttl, 40U);
    } while (std::ranges::next_permutation(records, {}, &Record::rdata).found);
}

TEST(Interpret, RecordsBesideTheChainDoNotCount) {
    const auto answer = read(response({cname("www.example.com", "h.cdn.test"), caa("cdn.test")}));
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->records.empty());
    EXPECT_EQ(chain_text(*answer), std::vector<std::string>{"h.cdn.test"});
}

TEST(Interpret, ACnameAskedForIsNotFollowed) {
    auto m = response({cname("www.example.com", "h.cdn.test"), cname("h.cdn.test", "i.cdn.test")});
    m.questions = {question("www.example.com", RecordType::cname)};
    const auto answer = interpret(m, m.questions.front(), id, 16);
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->chain.empty());
    EXPECT_EQ(answer->records.size(), 1U);
}

TEST(Interpret, DnameWithItsSynthesisedCnameIsOneStep) { // RFC 6672 §3.1
    const auto answer =
        read(response({record("example.com", RecordType::dname, "example.net"),
                       cname("www.example.com", "www.example.net"), caa("www.example.net")}));
    ASSERT_TRUE(answer);
    EXPECT_EQ(chain_text(*answer), std::vector<std::string>{"www.example.net"});
    EXPECT_EQ(answer->records.size(), 1U);
}

TEST(Interpret, DnameAloneIsFollowedToo) {
    const auto answer = read(response(
        {record("example.com", RecordType::dname, "example.net", 7), caa("www.example.net")}));
    ASSERT_TRUE(answer);
    EXPECT_EQ(chain_text(*answer), std::vector<std::string>{"www.example.net"});
    EXPECT_EQ(answer->records.size(), 1U);
    EXPECT_EQ(answer->ttl, 7U);
}

TEST(Interpret, DnameDoesNotRedirectItsOwner) { // RFC 6672 §2.3
    auto m = response({record("www.example.com", RecordType::dname, "example.net")});
    const auto answer = read(m);
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->chain.empty());
}

TEST(Interpret, ADnameWhoseTargetDoesNotFitIsMalformed) { // RFC 6672 §2.2: YXDOMAIN
    std::string target;
    for (int i = 0; i < 42; ++i)
        target += "abcde.";
    const auto answer = read(response({record("example.com", RecordType::dname, target)}));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, FailureKind::dns_malformed);
}

TEST(Interpret, AliasLoopsAreFailures) {
    const std::vector<std::vector<Record>> loops{
        {cname("www.example.com", "www.example.com")},
        {cname("www.example.com", "a.test"), cname("a.test", "b.test"), cname("b.test", "a.test")},
        {record("example.com", RecordType::dname, "example.com")}};
    for (const auto& records : loops) {
        const auto answer = read(response(records));
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().kind, FailureKind::dns_loop) << answer.error().detail;
    }
}

TEST(Interpret, ChainsHaveALimit) {
    std::vector<Record> records;
    std::string owner = "www.example.com";
    for (int i = 0; i < 5; ++i) {
        const std::string next = "h" + std::to_string(i) + ".test";
        records.push_back(cname(owner, next));
        owner = next;
    }
    records.push_back(caa(owner));
    EXPECT_EQ(read(response(records), 5)->records.size(), 1U);
    const auto refused = read(response(records), 4);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, FailureKind::dns_loop);
}

TEST(Interpret, ADnameThatGrowsTheNameEndsAtTheLimit) {
    const auto refused =
        read(response({record("example.com", RecordType::dname, "x.y.example.com")}), 16);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, FailureKind::dns_loop);
}

TEST(Interpret, TwoAliasesAtOneNameAreMalformed) { // RFC 2181 §10.1
    const auto answer =
        read(response({cname("www.example.com", "a.test"), cname("www.example.com", "b.test")}));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, FailureKind::dns_malformed);
}

TEST(Interpret, NxdomainAtTheEndOfAChainIsEmpty) { // RFC 6604 §3
    auto m = response({cname("www.example.com", "gone.test")}, Rcode::nxdomain);
    m.authority = {test::soa("test")};
    const auto answer = read(m);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->rcode, Rcode::nxdomain);
    EXPECT_TRUE(answer->records.empty());
    EXPECT_EQ(chain_text(*answer), std::vector<std::string>{"gone.test"});
}

TEST(Interpret, NxdomainWithRecordsContradictsItself) {
    EXPECT_EQ(read(response({caa("www.example.com")}, Rcode::nxdomain)).error().kind,
              FailureKind::dns_malformed);
}

TEST(Interpret, OtherRcodesAreAnswersWithoutRecords) {
    for (const auto rcode : {Rcode::servfail, Rcode::refused, Rcode::notimp, Rcode{11}}) {
        const auto answer = read(response({caa("www.example.com")}, rcode));
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->rcode, rcode);
        EXPECT_TRUE(answer->records.empty());
    }
}

TEST(Interpret, NoDataComesWithASoaOrWithNothing) { // RFC 2308 §2.2, types 1 to 3
    auto m = response({});
    EXPECT_TRUE(read(m));
    m.authority = {test::soa("example.com")};
    EXPECT_TRUE(read(m));
    m.authority.push_back(record("example.com", RecordType::ns, "ns.example.com"));
    EXPECT_TRUE(read(m));
}

TEST(Interpret, AReferralIsNotNoData) {
    auto m = response({});
    m.authority = {record("com", RecordType::ns, "a.gtld-servers.net")};
    EXPECT_EQ(read(m).error().kind, FailureKind::dns_malformed);
    m.answers = {cname("www.example.com", "h.cdn.test")};
    EXPECT_EQ(read(m).error().kind, FailureKind::dns_malformed) << "nor at the end of a chain";
    m.answers.push_back(caa("h.cdn.test"));
    EXPECT_TRUE(read(m)) << "NS records beside an answer are usual";
}

TEST(Interpret, ResponsesToOtherQuestionsAreMalformed) {
    const auto spoil = [](auto change) {
        auto m = response({caa("www.example.com")});
        change(m);
        return m;
    };
    const Message others[] = {
        spoil([](Message& m) { m.id = id + 1; }),
        spoil([](Message& m) { m.response = false; }),
        spoil([](Message& m) { m.opcode = 5; }),
        spoil([](Message& m) { m.questions.clear(); }),
        spoil([](Message& m) { m.questions.push_back(asked); }),
        spoil([](Message& m) { m.questions.front().name = name("example.com"); }),
        spoil([](Message& m) { m.questions.front().type = RecordType::txt; }),
    };
    for (const Message& m : others) {
        const auto answer = read(m);
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().kind, FailureKind::dns_malformed);
    }
}

TEST(Interpret, TruncatedIsAFailureWhateverElseItHolds) {
    auto m = response({caa("www.example.com")});
    m.truncated = true;
    EXPECT_EQ(read(m).error().kind, FailureKind::dns_truncated);
}

TEST(Interpret, AdMakesAnAnswerSecure) { // RFC 4035 §3.2.3
    auto m = response({caa("www.example.com")});
    m.authentic_data = true;
    EXPECT_EQ(read(m)->dnssec, DnssecState::secure);
    EXPECT_EQ(read(m)->dnssec_proof, "AD");
    m.rcode = Rcode::servfail;
    EXPECT_EQ(read(m)->dnssec, DnssecState::indeterminate) << "AD says nothing of a failure";
    EXPECT_FALSE(read(m)->authentic_data);
}

TEST(Interpret, ExtendedErrorsThatSayBogus) { // RFC 8914 §4.7-4.13
    for (std::uint16_t code = 0; code < 31; ++code) {
        auto m = response({}, Rcode::servfail);
        m.edns = Edns{.errors = {{22, ""}, {code, "why"}}};
        const bool bogus = (code >= 6 && code <= 12) || code == 25;
        const auto answer = read(m);
        EXPECT_EQ(answer->dnssec, bogus ? DnssecState::bogus : DnssecState::indeterminate) << code;
        EXPECT_EQ(answer->extended_errors.size(), 2U);
        m.rcode = Rcode::noerror;
        EXPECT_EQ(read(m)->dnssec, DnssecState::indeterminate) << "an answer is not bogus";
    }
}

TEST(DnssecStates, NamesAndOrder) {
    using enum DnssecState;
    for (const auto state : {secure, insecure, indeterminate, bogus})
        EXPECT_EQ(dnssec_state_from(to_string(state)), state);
    EXPECT_FALSE(dnssec_state_from("Secure"));
    EXPECT_EQ(weakest(secure, insecure), insecure);
    EXPECT_EQ(weakest(indeterminate, insecure), indeterminate);
    EXPECT_EQ(weakest(bogus, secure), bogus);
    EXPECT_EQ(weakest(secure, secure), secure);
}

} // namespace
} // namespace base::dns
