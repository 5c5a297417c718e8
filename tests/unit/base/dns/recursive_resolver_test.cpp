// SPDX-License-Identifier: Apache-2.0
// The resolver against a real server on loopback: what comes back, and over which transport.
#include "base/dns/recursive_resolver.hpp"

#include "support/denials.hpp"
#include "support/resolver_fixture.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>

namespace base::dns {
namespace {

using namespace std::chrono_literals;
using test::record;
using test::ResolverTest;

TEST_F(ResolverTest, AsksOnceOverUdpAndReportsWhatCame) {
    server.on_query([&](const auto& q) { return q.answer({www_caa}); });
    auto resolver = make();
    const auto answer = lookup(*resolver);
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->records, std::vector{www_caa});
    EXPECT_EQ(answer->rcode, Rcode::noerror);
    EXPECT_EQ(answer->resolver, server.endpoint().to_string());
    EXPECT_EQ(answer->tries, 1);
    ASSERT_EQ(server.log_text(), std::vector<std::string>{"UDP CAA www.example.com"});
    const Message& query = server.log().front().message;
    EXPECT_EQ(query, make_query(query.id, www)) << "RD, AD, EDNS 1232, nothing else";
}

TEST_F(ResolverTest, NoSearchListAndNoHostsFile) {
    server.on_query([](const auto& q) { return q.rcode(Rcode::nxdomain); });
    auto resolver = make();
    EXPECT_EQ(lookup(*resolver, test::question("localhost", RecordType::a))->rcode,
              Rcode::nxdomain);
    EXPECT_EQ(lookup(*resolver, test::question("com", RecordType::caa))->rcode, Rcode::nxdomain);
    EXPECT_EQ(server.log_text(), (std::vector<std::string>{"UDP A localhost", "UDP CAA com"}));
}

TEST_F(ResolverTest, EveryRcodeIsAnAnswerAndEndsTheLookup) {
    auto resolver = make();
    for (const auto rcode : {Rcode::servfail, Rcode::refused, Rcode::notimp, Rcode::formerr,
                             Rcode::nxdomain, Rcode{11}, Rcode::badvers}) {
        server.on_query([rcode](const auto& q) { return q.rcode(rcode); });
        const auto answer = lookup(*resolver);
        ASSERT_TRUE(answer) << to_string(rcode) << ": " << answer.error().detail;
        EXPECT_EQ(answer->rcode, rcode);
        EXPECT_EQ(answer->tries, 1) << to_string(rcode);
    }
}

TEST_F(ResolverTest, UdpResponsesUpTo1232OctetsAreTaken) {
    server.on_query([](const auto& q) {
        return q.answer({record("www.example.com", RecordType::caa,
                                "0 issue \"" + std::string(1000, 'x') + "\"")});
    });
    auto resolver = make();
    EXPECT_TRUE(lookup(*resolver));
    EXPECT_EQ(server.log_text().size(), 1U);
}

TEST_F(ResolverTest, GoesToTcpWhenUdpIsTruncated) { // RFC 7766 §5
    const auto big =
        record("www.example.com", RecordType::caa, "0 issue \"" + std::string(20000, 'x') + "\"");
    server.on_query([&](const auto& q) { return q.answer({big}); });
    auto resolver = make();
    const auto answer = lookup(*resolver);
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->records, std::vector{big});
    EXPECT_EQ(server.log_text(),
              (std::vector<std::string>{"UDP CAA www.example.com", "TCP CAA www.example.com"}));
}

TEST_F(ResolverTest, TruncatedOverTcpTooIsAFailure) {
    server.on_query([&](const auto& q) {
        auto m = q.response();
        m.truncated = true;
        m.answers = {www_caa};
        return q.reply(m);
    });
    auto resolver = make();
    const auto answer = lookup(*resolver);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, FailureKind::dns_truncated);
    EXPECT_EQ(server.log_text().back(), "TCP CAA www.example.com");
}

TEST_F(ResolverTest, TooManyRecordsAreTruncationNotMemory) {
    server.on_query([](const auto& q) {
        return q.answer(std::vector<Record>(20, record("www.example.com", RecordType::txt, "x")));
    });
    options.max_records = 10;
    auto resolver = make();
    EXPECT_EQ(lookup(*resolver).error().kind, FailureKind::dns_truncated);
}

TEST_F(ResolverTest, DamagedResponsesAreMalformedNotEmpty) {
    auto resolver = make();
    for (const std::size_t missing : {1U, 5U, 20U}) {
        server.on_query([&](const auto& q) {
            auto octets = encode([&] {
                auto m = q.response();
                m.answers = {www_caa};
                m.edns.reset();
                return m;
            }());
            octets.resize(octets.size() - missing);
            return test::DnsReply{.octets = {octets}};
        });
        const auto answer = lookup(*resolver);
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().kind, FailureKind::dns_malformed) << answer.error().detail;
    }
}

TEST_F(ResolverTest, IgnoresWhatDoesNotBelongToTheQuery) {
    // RFC 5452 §9.1: id, question; and the source address, below.
    server.on_query([&](const auto& q) {
        auto wrong_id = q.response();
        wrong_id.id ^= 1;
        auto wrong_question = q.response();
        wrong_question.questions.front().name = test::name("evil.test");
        auto right = q.response();
        right.answers = {www_caa};
        return test::DnsReply{.octets = {encode(wrong_id), encode(wrong_question), encode(right)}};
    });
    auto resolver = make();
    const auto answer = lookup(*resolver);
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->records, std::vector{www_caa});
    EXPECT_EQ(answer->tries, 1);
}

TEST_F(ResolverTest, IgnoresAResponseFromAnotherPort) {
    int queries = 0;
    server.on_query([&](const auto& q) {
        auto reply = q.answer({www_caa});
        reply.from_elsewhere = ++queries == 1;
        return reply;
    });
    options.try_timeout = Milliseconds(100);
    auto resolver = make();
    const auto answer = lookup(*resolver);
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->tries, 2);
}

TEST_F(ResolverTest, NeitherIdNorPortCanBeForetold) { // RFC 5452 §9.2
    server.on_query([&](const auto& q) { return q.answer({www_caa}); });
    auto resolver = make();
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(lookup(*resolver));
    std::set<std::uint16_t> ids;
    std::set<std::uint16_t> ports;
    for (const auto& query : server.log()) {
        ids.insert(query.message.id);
        ports.insert(query.source.port);
    }
    EXPECT_GT(ids.size(), 95U);
    EXPECT_GE(ports.size(), 6U) << "a port serves 16 queries at most";
}

TEST_F(ResolverTest, AsksFromItsSourceAddressOverBothTransports) {
    server.on_query([](const auto& q) {
        return q.answer({record("www.example.com", RecordType::caa,
                                "0 issue \"" + std::string(2000, 'x') + "\"")});
    });
    options.source = net::IpAddress::parse("127.0.7.53");
    auto resolver = make();
    ASSERT_TRUE(lookup(*resolver));
    ASSERT_EQ(server.log().size(), 2U);
    EXPECT_TRUE(server.log()[1].tcp);
    for (const auto& query : server.log())
        EXPECT_EQ(query.source.address.to_string(), "127.0.7.53");
}

TEST_F(ResolverTest, IdsAreRandom) {
    server.on_query([&](const auto& q) { return q.answer({www_caa}); });
    auto resolver = make();
    std::set<std::uint16_t> ids;
    for (int i = 0; i < 50; ++i) {
        ASSERT_TRUE(lookup(*resolver));
        ids.insert(server.log().back().message.id);
    }
    EXPECT_GT(ids.size(), 45U);
}

TEST_F(ResolverTest, ExchangeForwardsAMessageAsItIs) {
    server.on_query([&](const auto& q) { return q.answer({www_caa}); });
    auto resolver = make();
    auto query = make_query(0xbeef, www, true);
    query.edns->dnssec_ok = true;
    const auto octets = test::run(loop, resolver->exchange(encode(query), in(5s)));
    ASSERT_TRUE(octets) << octets.error().detail;
    const auto response = decode(*octets);
    EXPECT_EQ(response->id, 0xbeef) << "the asker's id comes back";
    EXPECT_EQ(response->questions, query.questions);
    auto seen = server.log().front().message;
    EXPECT_NE(seen.id, 0xbeef) << "but does not go out";
    seen.id = 0xbeef;
    EXPECT_EQ(seen, query);
    EXPECT_EQ(test::run(loop, resolver->exchange("short", in(5s))).error().kind,
              FailureKind::invalid);
}

TEST_F(ResolverTest, DnssecStateFromFurtherQueries) {
    server.on_query([](const test::DnsQuery& q) {
        auto m = q.response();
        m.authentic_data = q.question().type == RecordType::ds;
        if (q.question().name == test::name("com") && m.authentic_data)
            m.answers = {{q.question().name, RecordType::ds, 300, "xxxx"}};
        if (q.question().name == test::name("example.com") && m.authentic_data)
            m.authority = {test::nsec_of("example.com", {RecordType::ns})};
        return q.reply(m);
    });
    auto resolver = make();
    EXPECT_EQ(lookup(*resolver)->dnssec, DnssecState::indeterminate);
    const auto answer = test::run(loop, resolver->lookup_with_dnssec(www, in(5s)));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->dnssec, DnssecState::insecure);
    EXPECT_EQ(answer->tries, 1);
    EXPECT_EQ(server.log_text(),
              (std::vector<std::string>{"UDP CAA www.example.com", "UDP CAA www.example.com",
                                        "UDP DS com", "UDP DS example.com"}));
    EXPECT_TRUE(server.log().back().message.edns->dnssec_ok);
}

TEST_F(ResolverTest, BogusIsToldFromOtherServfails) {
    server.on_query([](const test::DnsQuery& q) {
        return q.rcode(q.message.checking_disabled ? Rcode::noerror : Rcode::servfail);
    });
    auto resolver = make();
    const auto answer = test::run(loop, resolver->lookup_with_dnssec(www, in(5s)));
    EXPECT_EQ(answer->rcode, Rcode::servfail);
    EXPECT_EQ(answer->dnssec, DnssecState::bogus);
    EXPECT_EQ(server.log_text(),
              (std::vector<std::string>{"UDP CAA www.example.com", "UDP CAA +cd www.example.com",
                                        "UDP CNAME www.example.com"}))
        << "the last one: an alias may lead to the name that is bogus";
}

// RFC 4035 §4.3: that no chain of trust reaches a zone is its parent's to say.
TEST_F(ResolverTest, AZoneIsProvedInsecureWithoutAskingItsServers) {
    server.on_query([](const test::DnsQuery& q) {
        const auto& asked = q.question();
        if (asked.type != RecordType::ds)
            return test::DnsQuery::silence();
        auto m = q.response();
        m.authentic_data = true;
        if (asked.name == test::name("com"))
            m.answers = {{asked.name, RecordType::ds, 60, "xxxx"}};
        else
            m.authority = {test::nsec_of(asked.name.text(), {RecordType::ns})};
        return q.reply(m);
    });
    auto resolver = make();
    EXPECT_EQ(test::run(loop, resolver->prove_insecure(www.name, in(5s))),
              (ZoneProof{true, "no DS at example.com, proved by NSEC and AD"}));
    EXPECT_EQ(server.log_text(), (std::vector<std::string>{"UDP DS com", "UDP DS example.com"}));
    server.on_query([](const auto& q) { return q.rcode(Rcode::servfail); });
    EXPECT_EQ(test::run(loop, resolver->prove_insecure(www.name, in(5s))),
              (ZoneProof{false, "DS at com gives SERVFAIL"}));
}

TEST_F(ResolverTest, OptionsOutOfRangeAreFaults) {
    const auto refused = [&](auto change) {
        auto changed = options;
        change(changed);
        EXPECT_THROW(RecursiveResolver(loop, clock, random, changed), std::invalid_argument);
    };
    refused([](auto& o) { o.servers.clear(); });
    refused([](auto& o) { o.servers.resize(9, o.servers.front()); });
    refused([](auto& o) { o.servers.front().port = 0; });
    refused([](auto& o) { o.tries = 0; });
    refused([](auto& o) { o.tries = 11; });
    refused([](auto& o) { o.try_timeout = Milliseconds(0); });
    refused([](auto& o) { o.source = net::IpAddress::parse("::1"); });
}

TEST(SystemResolvers, ReadsResolvConf) {
    const std::string path = testing::TempDir() + "resolv.conf.mpicd-test";
    std::ofstream(path)
        << "# nameserver 192.0.2.9\nsearch example.com\nnameserver 192.0.2.1\n"
           "nameserver\t2001:db8::1  # here\nnameserver fe80::1%eth0\nnameserver x\n";
    const auto servers = system_resolvers(path);
    std::remove(path.c_str());
    ASSERT_EQ(servers.size(), 2U);
    EXPECT_EQ(servers[0].to_string(), "192.0.2.1:53");
    EXPECT_EQ(servers[1].to_string(), "[2001:db8::1]:53");
    ASSERT_EQ(system_resolvers("/nonexistent").size(), 1U);
    EXPECT_EQ(system_resolvers("/nonexistent").front().to_string(), "127.0.0.1:53");
}

} // namespace
} // namespace base::dns
