// SPDX-License-Identifier: Apache-2.0
// The dns method, BR 3.2.2.4.7 and RFC 8555 §8.4: each type compared as that type is compared.

#include "world.hpp"

#include <gtest/gtest.h>

namespace test {
namespace {

using base::FailureKind;
using base::dns::DnssecState;
using base::dns::Rcode;
using base::dns::RecordType;
using mpic::Verdict;

constexpr auto owner = "_acme-challenge.example.com";

struct DnsWorld : World {
    mpic::DcvReport ask(RecordType type, std::string expected,
                        base::Milliseconds budget = std::chrono::seconds(10)) {
        return dcv(mpic::DnsQuestion{name(owner), type, std::move(expected)}, budget);
    }
    void expect(RecordType type, std::string expected, Verdict verdict, std::string_view code) {
        const auto report = ask(type, expected);
        EXPECT_EQ(report.finding.verdict, verdict) << expected << ": " << report.finding.detail;
        EXPECT_EQ(report.finding.code, code) << expected << ": " << report.finding.detail;
    }
    void expect_passed(RecordType type, std::string expected) {
        expect(type, std::move(expected), Verdict::passed, "ok");
    }
    void expect_mismatch(RecordType type, std::string expected) {
        expect(type, std::move(expected), Verdict::rejected, "record-mismatch");
    }
};

TEST(DnsCheck, txt_is_compared_octet_by_octet_and_one_match_suffices) {
    DnsWorld world;
    world.dns.add(owner, RecordType::txt, "other");
    world.dns.add(owner, RecordType::txt, "Value");
    world.expect_passed(RecordType::txt, "Value");
    for (const auto* wrong : {"value", "Value ", "Val", "\"Value\"", "otherValue", ""})
        world.expect_mismatch(RecordType::txt, wrong);
}

TEST(DnsCheck, txt_strings_are_concatenated) {
    DnsWorld world;
    const std::string rdata("\x02"
                            "ab\x00\x01"
                            "c",
                            6);
    world.dns.add_rdata(owner, RecordType::txt, rdata);
    world.expect_passed(RecordType::txt, "abc");
    const std::string text(600, 'x');
    world.dns.add(owner, RecordType::txt, text);
    world.expect_passed(RecordType::txt, text);
}

TEST(DnsCheck, octets_that_are_not_utf8_are_values_like_others) {
    DnsWorld world;
    const std::string octets("\xff\xfe\x00\xc3", 4);
    world.dns.add(owner, RecordType::txt, octets);
    world.dns.add(owner, RecordType::txt, "value");
    world.expect_passed(RecordType::txt, "value");
    world.expect_passed(RecordType::txt, octets);
    world.expect_mismatch(RecordType::txt, "\xff\xfe");
}

TEST(DnsCheck, aliases_are_followed_and_shown) {
    DnsWorld world;
    world.add_alias(owner, "challenge.provider.test");
    world.dns.add("challenge.provider.test", RecordType::txt, "value");
    const auto report = world.ask(RecordType::txt, "value");
    EXPECT_EQ(report.finding.code, "ok");
    ASSERT_EQ(report.lookups.list().size(), 1U);
    EXPECT_EQ(report.lookups.list().front().chain,
              std::vector<std::string>{"challenge.provider.test"});
    EXPECT_EQ(report.seen, "\"value\"");
}

TEST(DnsCheck, cname_is_compared_as_a_name) {
    DnsWorld world;
    world.add_alias(owner, "Target.Example.NET");
    world.expect_passed(RecordType::cname, "target.example.net");
    world.expect_passed(RecordType::cname, "TARGET.example.net.");
    world.expect_mismatch(RecordType::cname, "example.net");
}

TEST(DnsCheck, addresses_are_compared_as_addresses) {
    DnsWorld world;
    world.dns.add(owner, RecordType::a, "192.0.2.1");
    world.dns.add(owner, RecordType::aaaa, "2001:db8::1");
    world.expect_passed(RecordType::a, "192.0.2.1");
    world.expect_passed(RecordType::aaaa, "2001:0DB8:0:0::1");
    world.expect_mismatch(RecordType::a, "192.0.2.2");
    world.expect_mismatch(RecordType::aaaa, "2001:db8::2");
}

TEST(DnsCheck, caa_is_compared_as_a_property) {
    DnsWorld world;
    world.add_caa(owner, 0, "IsSue", "ca.example; a=b");
    world.expect_passed(RecordType::caa, R"(0 issue "ca.example; a=b")");
    world.expect_mismatch(RecordType::caa, R"(128 issue "ca.example; a=b")");
    world.expect_mismatch(RecordType::caa, R"(0 issue "CA.example; a=b")");
    world.expect_mismatch(RecordType::caa, R"(0 issuewild "ca.example; a=b")");
}

TEST(DnsCheck, an_expectation_that_does_not_fit_its_type_is_invalid) {
    DnsWorld world;
    world.expect(RecordType::a, "2001:db8::1", Verdict::undetermined, "invalid");
    world.expect(RecordType::aaaa, "192.0.2.1", Verdict::undetermined, "invalid");
    world.expect(RecordType::cname, "a..b", Verdict::undetermined, "invalid");
    world.expect(RecordType::soa, "x", Verdict::undetermined, "invalid");
    EXPECT_NE(world.ask(RecordType::caa, "nonsense").finding.verdict, Verdict::passed);
    EXPECT_TRUE(world.dns.asked().empty());
}

TEST(DnsCheck, absence_is_a_rejection_and_tells_nodata_from_nxdomain) {
    DnsWorld world;
    world.expect(RecordType::txt, "value", Verdict::rejected, "dns-nxdomain");
    world.dns.add(owner, RecordType::a, "192.0.2.1");
    world.expect(RecordType::txt, "value", Verdict::rejected, "record-absent");
}

TEST(DnsCheck, a_mismatch_shows_what_is_there) {
    DnsWorld world;
    for (const auto* text : {"one", "two", "three", "four", "five"})
        world.dns.add(owner, RecordType::txt, text);
    const auto report = world.ask(RecordType::txt, "value");
    EXPECT_EQ(report.seen, R"("one", "two", "three" and 2 more)");
    EXPECT_TRUE(report.finding.detail.contains(report.seen)) << report.finding.detail;
    EXPECT_EQ(report.lookups.list().front().record_count, 5U);
}

TEST(DnsCheck, failures_are_undetermined_after_a_retry) {
    const std::vector<std::pair<Rcode, std::string_view>> rcodes{
        {Rcode::servfail, "dns-servfail"},
        {Rcode::refused, "dns-refused"},
        {Rcode::notimp, "dns-error-rcode"}};
    for (const auto& [rcode, code] : rcodes) {
        DnsWorld world;
        world.dns.set_rcode(owner, rcode);
        world.expect(RecordType::txt, "value", Verdict::undetermined, code);
        EXPECT_EQ(world.dns.asked().size(), 2U);
        EXPECT_TRUE(world.dns.asked().back().with_dnssec);
    }
    for (const auto kind : {FailureKind::dns_timeout, FailureKind::dns_malformed,
                            FailureKind::dns_truncated, FailureKind::dns_loop}) {
        DnsWorld world;
        world.dns.set_failure(owner, kind);
        world.expect(RecordType::txt, "value", Verdict::undetermined, base::to_string(kind));
    }
}

TEST(DnsCheck, a_failure_says_which_lookup_and_how_often_it_was_tried) {
    DnsWorld world;
    world.dns.set_rcode(owner, Rcode::servfail);
    world.dns.set_extended_error(owner, {22, "nobody there"});
    const auto report = world.ask(RecordType::txt, "value");
    for (const auto* part :
         {"TXT _acme-challenge.example.com", "SERVFAIL", "after 2 tries", "nobody there"})
        EXPECT_TRUE(report.finding.detail.contains(part)) << report.finding.detail;
    EXPECT_EQ(report.lookups.list().front().rcode, "SERVFAIL");
    EXPECT_EQ(report.lookups.list().front().tries, 2);
    EXPECT_EQ(report.lookups.list().front().failure->kind, FailureKind::dns_servfail);
}

/// Names the question itself, as a real resolver's failures do.
class NamingResolver final : public base::dns::Resolver {
public:
    base::Awaitable<base::Result<base::dns::Answer>> lookup(base::dns::Question question,
                                                            base::Deadline) override {
        co_return base::fail(FailureKind::dns_timeout, "TXT " + question.name.text() + ": silence");
    }
    base::Awaitable<base::Result<base::dns::Answer>>
    lookup_with_dnssec(base::dns::Question question, base::Deadline deadline) override {
        return lookup(std::move(question), deadline);
    }
    base::Awaitable<base::dns::ZoneProof> prove_insecure(base::dns::Name, base::Deadline) override {
        co_return base::dns::ZoneProof{};
    }
};

TEST(DnsCheck, a_failure_names_its_question_once) {
    World world;
    NamingResolver naming;
    const mpic::check::Vantage vantage{naming,          world.http,  world.tls,
                                       world.addresses, world.clock, world.settings};
    const mpic::DnsQuestion question{name(owner), RecordType::txt, "value"};
    const auto report =
        run(world.loop,
            mpic::check::check_dcv(vantage, question, world.deadline(std::chrono::seconds(10))));
    EXPECT_EQ(report.finding.detail, "TXT _acme-challenge.example.com: silence after 2 tries");
}

TEST(DnsCheck, bogus_is_told_from_servfail_br_4_2_2_2_5) {
    DnsWorld world;
    world.dns.add(owner, RecordType::txt, "value");
    world.dns.set_dnssec("example.com", DnssecState::bogus);
    world.expect(RecordType::txt, "value", Verdict::undetermined, "dns-bogus");
    EXPECT_EQ(world.ask(RecordType::txt, "value").dnssec, DnssecState::bogus);
}

TEST(DnsCheck, a_failure_once_is_made_good_by_the_retry) {
    DnsWorld world;
    world.dns.add(owner, RecordType::txt, "value");
    world.dns.set_failure(owner, RecordType::txt, FailureKind::dns_timeout, 1);
    world.expect_passed(RecordType::txt, "value");
}

TEST(DnsCheck, a_slow_answer_gets_one_try_time_after_another) {
    DnsWorld world;
    world.settings.dns_try = base::Milliseconds(40);
    world.dns.set_delay(owner, std::chrono::seconds(20));
    const auto start = world.clock.steady();
    const auto report = world.ask(RecordType::txt, "value");
    EXPECT_EQ(report.finding.code, "dns-timeout");
    EXPECT_EQ(report.lookups.list().front().tries, 2);
    EXPECT_GE(world.clock.steady() - start, base::Milliseconds(79));
    EXPECT_LT(world.clock.steady() - start, std::chrono::seconds(5));
}

TEST(DnsCheck, a_record_that_cannot_be_read_hides_no_match_and_grants_no_rejection) {
    DnsWorld world;
    world.dns.add_rdata(owner, RecordType::txt,
                        std::string("\x05"
                                    "ab",
                                    3));
    world.expect(RecordType::txt, "value", Verdict::undetermined, "dns-malformed");
    world.dns.add(owner, RecordType::txt, "value");
    world.expect_passed(RecordType::txt, "value");
}

TEST(DnsCheck, dnssec_is_that_of_the_lookup) {
    DnsWorld world;
    world.dns.add(owner, RecordType::txt, "value");
    world.dns.set_dnssec("example.com", DnssecState::secure);
    EXPECT_EQ(world.ask(RecordType::txt, "value").dnssec, DnssecState::secure);
}

} // namespace
} // namespace test
