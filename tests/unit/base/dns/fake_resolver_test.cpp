// SPDX-License-Identifier: Apache-2.0
// The fake that other modules' tests lean on answers as a recursive resolver does.
#include "support/fake_resolver.hpp"

#include "support/dns_records.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace base::dns {
namespace {

using enum RecordType;
using namespace std::chrono_literals;

class FakeResolverTest : public testing::Test {
protected:
    Result<Answer> ask(std::string_view owner, RecordType type, bool with_dnssec = false,
                       SteadyTime::duration budget = 5s) {
        const auto deadline = Deadline::after(std::chrono::steady_clock::now(), budget);
        const auto question = test::question(owner, type);
        return test::run(loop, with_dnssec ? dns.lookup_with_dnssec(question, deadline)
                                           : dns.lookup(question, deadline));
    }

    asio::io_context loop;
    test::FakeResolver dns;
};

TEST_F(FakeResolverTest, RecordsNoDataAndNxdomain) {
    dns.add("www.example.com", caa, R"(0 issue "ca.example")", 77);
    const auto answer = ask("www.example.com", caa);
    EXPECT_EQ(answer->records,
              std::vector{test::record("www.example.com", caa, R"(0 issue "ca.example")", 77)});
    EXPECT_EQ(answer->ttl, 77U);
    EXPECT_EQ(ask("www.example.com", txt)->rcode, Rcode::noerror);
    EXPECT_TRUE(ask("www.example.com", txt)->records.empty());
    EXPECT_EQ(ask("com", caa)->rcode, Rcode::noerror) << "an empty non-terminal (RFC 8020)";
    EXPECT_EQ(ask("nope.example.com", caa)->rcode, Rcode::nxdomain);
    EXPECT_EQ(dns.times_asked("www.example.com", txt), 2U);
    EXPECT_EQ(dns.asked_text().back(), "CAA nope.example.com");
}

TEST_F(FakeResolverTest, AliasesAndDnames) {
    dns.add("www.example.com", cname, "a.test");
    dns.add("a.test", cname, "b.test");
    dns.add("b.test", a, "192.0.2.1");
    dns.add("old.test", dname, "example.com");
    const auto answer = ask("www.old.test", a);
    EXPECT_EQ(answer->chain, (std::vector{test::name("www.example.com"), test::name("a.test"),
                                          test::name("b.test")}));
    EXPECT_EQ(answer->records.size(), 1U);
    EXPECT_EQ(ask("www.example.com", cname)->records.size(), 1U);
    dns.remove("b.test");
    dns.add("b.test", cname, "a.test");
    EXPECT_EQ(ask("www.example.com", a).error().kind, FailureKind::dns_loop);
    dns.remove("b.test");
    EXPECT_EQ(ask("www.example.com", a)->rcode, Rcode::nxdomain);
}

TEST_F(FakeResolverTest, Wildcards) { // RFC 4592
    dns.add("*.example.com", txt, "wild");
    dns.add("a.b.example.com", txt, "own");
    EXPECT_EQ(ask("x.example.com", txt)->records,
              std::vector{test::record("x.example.com", txt, "wild")});
    EXPECT_EQ(ask("x.y.example.com", txt)->records.size(), 1U);
    EXPECT_TRUE(ask("b.example.com", txt)->records.empty()) << "it exists";
    EXPECT_EQ(ask("c.b.example.com", txt)->rcode, Rcode::nxdomain) << "the encloser is another";
}

TEST_F(FakeResolverTest, FailuresOnceOrForEver) {
    dns.add("www.example.com", caa, R"(0 issue ";")");
    dns.set_rcode("www.example.com", caa, Rcode::servfail, 1);
    EXPECT_EQ(ask("www.example.com", caa)->rcode, Rcode::servfail);
    EXPECT_EQ(ask("www.example.com", caa)->records.size(), 1U);
    dns.set_failure("www.example.com", FailureKind::dns_timeout);
    EXPECT_EQ(ask("www.example.com", caa).error().kind, FailureKind::dns_timeout);
    EXPECT_EQ(ask("www.example.com", a).error().kind, FailureKind::dns_timeout);
    dns.add("alias.test", cname, "www.example.com");
    EXPECT_EQ(ask("alias.test", caa).error().kind, FailureKind::dns_timeout);
}

TEST_F(FakeResolverTest, DnssecStates) {
    dns.add("www.example.com", caa, R"(0 issue ";")");
    dns.add("alias.example.com", cname, "x.unsigned.test");
    dns.set_dnssec("example.com", DnssecState::secure);
    dns.set_dnssec("bogus.example.com", DnssecState::bogus);
    dns.add("bogus.example.com", caa, R"(0 issue ";")");
    EXPECT_TRUE(ask("www.example.com", caa)->authentic_data);
    EXPECT_EQ(ask("www.example.com", caa)->dnssec, DnssecState::secure);
    EXPECT_EQ(ask("alias.example.com", caa, true)->dnssec, DnssecState::insecure);
    EXPECT_EQ(ask("alias.example.com", caa)->dnssec, DnssecState::indeterminate);
    EXPECT_EQ(ask("bogus.example.com", caa, true)->dnssec, DnssecState::bogus);
    EXPECT_EQ(ask("bogus.example.com", caa)->rcode, Rcode::servfail);
    dns.set_rcode("www.example.com", Rcode::servfail);
    EXPECT_EQ(ask("www.example.com", caa, true)->dnssec, DnssecState::indeterminate);
    EXPECT_TRUE(dns.asked().back().with_dnssec);
}

TEST_F(FakeResolverTest, DelaysAndDeadlines) {
    dns.set_delay("slow.test", 50ms);
    const auto started = std::chrono::steady_clock::now();
    EXPECT_TRUE(ask("slow.test", a));
    EXPECT_GE(std::chrono::steady_clock::now() - started, 45ms);
    EXPECT_EQ(ask("slow.test", a, false, 10ms).error().kind, FailureKind::dns_timeout);
}

TEST_F(FakeResolverTest, MistakesInATestThrow) {
    EXPECT_THROW(dns.add("a..b", a, "192.0.2.1"), std::invalid_argument);
    EXPECT_THROW(dns.add("a.b", a, "192.0.2.x"), std::invalid_argument);
}

} // namespace
} // namespace base::dns
