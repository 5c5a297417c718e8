// SPDX-License-Identifier: Apache-2.0
#include "base/dns/query_case.hpp"

#include "base/core/encoding.hpp"
#include "base/dns/message.hpp"
#include "support/resolver_fixture.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>

namespace base::dns {
namespace {

using namespace std::chrono_literals;
using test::ResolverTest;

std::string query_for(std::string_view text) {
    return encode(make_query(7, {Name::parse(text).value(), RecordType::caa}));
}

TEST(QueryCase, ChangesLettersOfTheNameAndNothingElse) {
    SeededRandom random(1);
    const std::string query = query_for("a-1._x.abcdefghijklmnopqrstuvwxyz.example");
    std::set<std::string> seen;
    for (int i = 0; i < 50; ++i) {
        const std::string mixed = mix_case(query, random);
        ASSERT_EQ(mixed.size(), query.size());
        EXPECT_TRUE(ascii_iequals(mixed, query));
        EXPECT_EQ(mixed.substr(0, 12), query.substr(0, 12));
        EXPECT_EQ(mixed.substr(mixed.size() - 15), query.substr(query.size() - 15)); // type, OPT
        EXPECT_EQ(decode(mixed), decode(query));
        seen.insert(mixed);
    }
    EXPECT_GT(seen.size(), 45U);
}

TEST(QueryCase, EveryLetterComesInBothCases) {
    SeededRandom random(2);
    const std::string name =
        std::string(63, 'a') + "." + std::string(63, 'b'); // more than one draw
    std::string lower(126, ' ');
    std::string upper(126, ' ');
    for (int i = 0; i < 100; ++i) {
        const std::string mixed = mix_case(query_for(name), random).substr(13, 63)
                                  + mix_case(query_for(name), random).substr(77, 63);
        for (std::size_t at = 0; at < mixed.size(); ++at)
            (mixed[at] >= 'a' ? lower : upper)[at] = 'x';
    }
    EXPECT_EQ(lower, std::string(126, 'x'));
    EXPECT_EQ(upper, std::string(126, 'x'));
}

TEST(QueryCase, LeavesWhatHasNoOrdinaryQuestion) {
    SeededRandom random(3);
    for (const std::string& octets :
         {std::string(), std::string("abc"), std::string(12, '\0'),
          std::string(12, 'a') + "\x3f" + "abc", std::string(12, 'a') + "\xc0\x0c" + "abc",
          std::string(12, 'a') + "\3abc"}) {
        EXPECT_EQ(mix_case(octets, random), octets);
        EXPECT_FALSE(echoes_question(octets, octets));
        EXPECT_EQ(put_question(octets, octets), octets);
    }
    EXPECT_EQ(mix_case(query_for("."), random), query_for("."));
}

TEST(QueryCase, AnEchoHasEveryOctet) {
    SeededRandom random(4);
    const std::string query = query_for("www.example.com");
    std::string mixed = mix_case(query, random);
    EXPECT_TRUE(echoes_question(mixed, mixed));
    EXPECT_FALSE(echoes_question(mixed, query));
    EXPECT_FALSE(echoes_question(query, query_for("www.example.net")));
    EXPECT_EQ(put_question(mixed, query), query);
    EXPECT_EQ(put_question(query_for("www.example.net"), query), query_for("www.example.net"));
}

/// As the fixture's server answers, but with the question as it came: most servers copy it.
test::DnsReply echoing(const test::DnsQuery& query, std::vector<Record> records) {
    auto reply = query.answer(std::move(records));
    reply.octets.front() = put_question(reply.octets.front(), query.octets);
    return reply;
}

TEST_F(ResolverTest, AnEchoOfTheCaseIsTakenOverUdp) {
    options.mix_case = true;
    server.on_query([&](const auto& q) { return echoing(q, {www_caa}); });
    auto resolver = make();
    std::set<std::string> asked;
    for (int i = 0; i < 8; ++i) {
        const auto answer = lookup(*resolver);
        ASSERT_TRUE(answer) << answer.error().detail;
        EXPECT_EQ(answer->records, std::vector{www_caa});
        asked.insert(server.log().back().octets.substr(12));
    }
    EXPECT_GT(asked.size(), 4U) << "a case of its own for each query";
    EXPECT_EQ(server.log_text(), std::vector<std::string>(8, "UDP CAA www.example.com"));
}

TEST_F(ResolverTest, WhoDoesNotEchoTheCaseIsAskedOverTcp) {
    options.mix_case = true;
    const auto forged =
        test::record("www.example.com", RecordType::caa, R"(0 issue "evil.example")");
    server.on_query([&](const auto& q) { return q.answer({q.tcp ? www_caa : forged}); });
    auto resolver = make();
    const auto answer = lookup(*resolver);
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->records, std::vector{www_caa});
    EXPECT_EQ(answer->tries, 1);
    EXPECT_EQ(server.log_text(),
              (std::vector<std::string>{"UDP CAA www.example.com", "TCP CAA www.example.com"}));
}

TEST_F(ResolverTest, WithoutMixedCaseTheCaseIsNobodysBusiness) {
    server.on_query([&](const auto& q) {
        auto reply = q.answer({www_caa});
        std::string shouted = q.octets;
        for (std::size_t at = 13; at < 16; ++at)
            shouted[at] = static_cast<char>(shouted[at] - 0x20);
        reply.octets.front() = put_question(reply.octets.front(), shouted);
        return reply;
    });
    auto resolver = make();
    EXPECT_TRUE(lookup(*resolver));
    EXPECT_EQ(server.log_text(), std::vector<std::string>{"UDP CAA www.example.com"});
}

TEST_F(ResolverTest, ARawExchangeGetsItsOwnSpellingBack) {
    options.mix_case = true;
    server.on_query([&](const auto& q) { return echoing(q, {www_caa}); });
    auto resolver = make();
    const std::string query = query_for("www.example.com");
    const auto response = test::run(loop, resolver->exchange(query, in(5s)));
    ASSERT_TRUE(response) << response.error().detail;
    EXPECT_TRUE(echoes_question(query, *response));
    EXPECT_EQ(response->substr(0, 2), query.substr(0, 2));
}

} // namespace
} // namespace base::dns
