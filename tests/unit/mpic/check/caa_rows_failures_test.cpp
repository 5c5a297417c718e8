// SPDX-License-Identifier: Apache-2.0
// BR 4.2.2.1.1 and 4.2.2.2.5, RFC 8659 §6: lookups that fail.

#include "caa_rows.hpp"

namespace test {
namespace {

using base::FailureKind;
using base::dns::DnssecState;
using base::dns::Rcode;
using base::dns::RecordType;
using mpic::Verdict;

constexpr auto www = "www.example.com";
constexpr auto apex = "example.com";

/// A world that permits on proved failures: with less, nothing of the following would ever pass.
struct FailingWorld : World {
    FailingWorld() { settings.permit_proved_lookup_failure = true; }
    mpic::CaaReport ask(std::string request = www) {
        return caa(question_of({.request = std::move(request)}));
    }
    void expect_undetermined(std::string_view code) {
        const auto report = ask();
        EXPECT_EQ(report.finding.verdict, Verdict::undetermined);
        EXPECT_EQ(report.finding.code, code) << report.finding.detail;
        EXPECT_FALSE(report.permits);
        EXPECT_EQ(report.node, "");
        ASSERT_TRUE(report.lookup_failure);
        EXPECT_FALSE(report.lookup_failure->all()) << report.lookup_failure->evidence;
    }
};

TEST(CaaFailures, row_70_servfail_in_a_signed_zone) {
    FailingWorld world;
    world.dns.set_dnssec(apex, DnssecState::secure);
    world.dns.set_rcode(www, Rcode::servfail);
    world.expect_undetermined("dns-servfail");
    const auto report = world.ask();
    EXPECT_TRUE(report.lookup_failure->outside_infrastructure);
    EXPECT_TRUE(report.lookup_failure->retried);
    EXPECT_FALSE(report.lookup_failure->proved_insecure);
}

TEST(CaaFailures, row_71_bogus_is_never_permission) {
    FailingWorld world;
    world.dns.set_dnssec(www, DnssecState::bogus);
    world.dns.set_extended_error(www, {6, "signature expired"});
    world.expect_undetermined("dns-bogus");
    const auto report = world.ask();
    EXPECT_EQ(report.dnssec, DnssecState::bogus);
    ASSERT_EQ(report.lookups.list().front().extended_errors.size(), 1U);
    EXPECT_TRUE(
        report.lookups.list().front().extended_errors.front().contains("signature expired"));
}

TEST(CaaFailures, row_72_timeout_in_a_zone_proved_insecure_may_permit) {
    FailingWorld world;
    world.dns.set_failure(www, FailureKind::dns_timeout);
    const auto report = world.ask();
    EXPECT_EQ(report.finding.verdict, Verdict::passed) << report.finding.detail;
    EXPECT_EQ(report.permits, true);
    EXPECT_EQ(report.node, "");
    ASSERT_TRUE(report.lookup_failure);
    EXPECT_TRUE(report.lookup_failure->all()) << report.lookup_failure->evidence;
    EXPECT_EQ(world.dns.times_asked(www, RecordType::caa), 2U);
    EXPECT_EQ(report.lookups.list().front().dnssec, DnssecState::insecure)
        << "of a lookup without answer";
    EXPECT_EQ(report.lookups.list().front().dnssec_proof, "the fake resolver says so");
}

TEST(CaaFailures, row_72_is_refused_unless_the_setting_says_otherwise) {
    World world;
    world.dns.set_failure(www, FailureKind::dns_timeout);
    const auto report = world.caa(question_of({.request = www}));
    EXPECT_EQ(report.finding.code, "dns-timeout");
    ASSERT_TRUE(report.lookup_failure);
    EXPECT_TRUE(report.lookup_failure->all()) << report.lookup_failure->evidence;
    EXPECT_EQ(report.dnssec, DnssecState::insecure);
}

TEST(CaaFailures, row_72_all_servers_of_the_zone_are_silent) {
    FailingWorld world;
    world.dns.set_dnssec("com", DnssecState::secure);
    world.dns.set_dnssec(apex, DnssecState::insecure); // com says so, by a denial of DS
    for (const auto* node : {www, apex})
        world.dns.set_failure(node, FailureKind::dns_timeout);
    const auto report = world.ask();
    EXPECT_EQ(report.permits, true) << report.lookup_failure->evidence;
    EXPECT_EQ(report.dnssec, DnssecState::insecure);
}

// BR 4.2.2.1 lets a failure be permission, not knowledge: "no CAA anywhere" was never seen.
TEST(CaaFailures, row_72_without_a_policy_a_failed_lookup_determines_no_set) {
    FailingWorld world;
    world.dns.set_failure(www, FailureKind::dns_timeout);
    const auto report = world.caa({.domain = name(www), .wildcard = false, .policy = {}});
    EXPECT_EQ(report.finding.verdict, Verdict::undetermined);
    EXPECT_EQ(report.finding.code, "dns-timeout");
    ASSERT_TRUE(report.lookup_failure);
    EXPECT_TRUE(report.lookup_failure->all()) << report.lookup_failure->evidence;
}

TEST(CaaFailures, row_73_the_climb_goes_on_above_a_permitted_failure) {
    FailingWorld world;
    world.dns.set_failure(www, FailureKind::dns_timeout);
    world.add_caa(apex, 0, "issue", "other.test");
    const auto report = world.ask();
    EXPECT_EQ(report.finding.code, "caa-forbids");
    EXPECT_EQ(report.node, apex);
}

TEST(CaaFailures, row_74_one_try_is_not_enough) {
    FailingWorld world;
    world.settings.dns_retries = 0;
    world.dns.set_failure(www, FailureKind::dns_timeout);
    world.expect_undetermined("dns-timeout");
    EXPECT_EQ(world.dns.times_asked(www, RecordType::caa), 1U);
}

TEST(CaaFailures, row_74_our_own_resolver_is_down) {
    for (const auto kind : {FailureKind::dns_timeout, FailureKind::connection_refused}) {
        FailingWorld world;
        for (const auto* node : {www, apex, "com"})
            world.dns.set_failure(node, kind);
        world.expect_undetermined(base::to_string(kind));
        EXPECT_FALSE(world.ask().lookup_failure->outside_infrastructure);
    }
}

TEST(CaaFailures, row_74_a_refused_connection_to_the_resolver_is_inside) {
    FailingWorld world;
    world.dns.set_failure(www, FailureKind::connection_refused);
    world.expect_undetermined("connection-refused");
}

TEST(CaaFailures, row_74_a_retry_cut_short_by_the_deadline_is_no_retry) {
    FailingWorld world;
    world.dns.set_delay(www, std::chrono::seconds(20));
    world.settings.dns_try = base::Milliseconds(60);
    const auto report = world.caa(question_of({.request = www}), base::Milliseconds(100));
    EXPECT_EQ(report.finding.code, "dns-timeout");
    ASSERT_TRUE(report.lookup_failure);
    EXPECT_FALSE(report.lookup_failure->retried);
}

TEST(CaaFailures, row_75_indeterminate_is_not_insecure) {
    FailingWorld world;
    world.dns.set_dnssec("com", DnssecState::indeterminate);
    world.dns.set_failure(www, FailureKind::dns_timeout);
    world.expect_undetermined("dns-timeout");
}

TEST(CaaFailures, row_75_the_zone_above_is_signed) {
    FailingWorld world;
    world.dns.set_dnssec("com", DnssecState::secure);
    world.dns.set_failure(www, FailureKind::dns_timeout);
    world.expect_undetermined("dns-timeout");
}

TEST(CaaFailures, row_76_other_rcodes_and_malformed_replies_are_failures_alike) {
    const std::vector<std::pair<Rcode, std::string_view>> rcodes{
        {Rcode::refused, "dns-refused"},
        {Rcode::notimp, "dns-error-rcode"},
        {Rcode::formerr, "dns-error-rcode"}};
    for (const auto& [rcode, code] : rcodes) {
        FailingWorld world;
        world.dns.set_rcode(www, rcode);
        EXPECT_EQ(world.ask().permits, true) << code; // insecure: as 72
        world.dns.set_dnssec(apex, DnssecState::secure);
        world.expect_undetermined(code); // signed: as 70
    }
    FailingWorld world;
    world.dns.set_failure(www, RecordType::caa, FailureKind::dns_malformed);
    EXPECT_EQ(world.ask().permits, true);
    world.dns.set_dnssec(apex, DnssecState::secure);
    world.expect_undetermined("dns-malformed");
}

TEST(CaaFailures, row_78_a_node_on_the_climb_failed) {
    FailingWorld world;
    world.dns.set_dnssec(apex, DnssecState::secure);
    world.dns.set_rcode(apex, Rcode::servfail);
    world.expect_undetermined("dns-servfail");
}

TEST(CaaFailures, row_80_alias_loop) {
    FailingWorld world;
    world.add_alias(www, "a.cdn.test");
    world.add_alias("a.cdn.test", www);
    world.expect_undetermined("dns-loop");
}

TEST(CaaFailures, row_81_the_alias_target_fails_in_an_insecure_zone) {
    FailingWorld world;
    world.dns.set_dnssec("com", DnssecState::secure);
    world.add_alias(www, "h.cdn.test");
    world.dns.set_rcode("h.cdn.test", RecordType::caa, Rcode::servfail);
    EXPECT_EQ(world.ask().permits, true);
    world.dns.set_dnssec("cdn.test", DnssecState::secure); // the zone that fails is signed
    world.expect_undetermined("dns-servfail");
}

TEST(CaaFailures, row_81_silence_behind_an_alias_leaves_the_failing_zone_unknown) {
    FailingWorld world;
    world.add_alias(www, "h.cdn.test");
    world.dns.set_failure("h.cdn.test", RecordType::caa, FailureKind::dns_timeout);
    world.expect_undetermined("dns-timeout");
}

TEST(CaaFailures, row_82_caa_rdata_that_cannot_be_read) {
    for (const auto& rdata : {std::string("\0\0issue", 7), std::string("\0\x09issue", 7),
                              std::string("\0", 1), std::string()}) {
        FailingWorld world;
        world.add_caa(www, 0, "issue", "ca.example");
        world.dns.add_rdata(www, RecordType::caa, rdata);
        const auto report = world.ask();
        EXPECT_EQ(report.finding.code, "dns-malformed");
        EXPECT_EQ(report.finding.verdict, Verdict::undetermined);
        EXPECT_FALSE(report.permits);
        EXPECT_TRUE(report.rdata.empty());
    }
}

TEST(CaaFailures, a_truncated_answer_is_neither_retried_nor_permission) {
    FailingWorld world;
    world.dns.set_failure(www, RecordType::caa, FailureKind::dns_truncated, 1);
    world.expect_undetermined("dns-truncated");
    EXPECT_EQ(world.dns.times_asked(www, RecordType::caa), 1U);
}

TEST(CaaFailures, a_retry_that_is_answered_counts) {
    FailingWorld world;
    world.add_caa(www, 0, "issue", "other.test");
    world.dns.set_rcode(www, RecordType::caa, Rcode::servfail, 1);
    const auto report = world.ask();
    EXPECT_EQ(report.finding.code, "caa-forbids");
    EXPECT_EQ(report.lookups.list().front().tries, 2);
    EXPECT_FALSE(report.lookup_failure);
}

TEST(CaaFailures, retries_are_bounded_by_the_setting) {
    for (const int retries : {0, 1, 3}) {
        FailingWorld world;
        world.settings.dns_retries = retries;
        world.dns.set_dnssec("com", DnssecState::secure);
        world.dns.set_rcode(www, Rcode::servfail);
        (void)world.ask();
        EXPECT_EQ(world.dns.times_asked(www, RecordType::caa),
                  static_cast<std::size_t>(retries) + 1);
    }
}

TEST(CaaFailures, silence_ends_at_the_deadline) {
    FailingWorld world;
    for (const auto* node : {www, apex, "com"})
        world.dns.set_delay(node, std::chrono::seconds(20));
    const auto start = world.clock.steady();
    const auto report = world.caa(question_of({.request = www}), base::Milliseconds(120));
    EXPECT_EQ(report.finding.code, "dns-timeout");
    EXPECT_LT(world.clock.steady() - start, std::chrono::seconds(5));
}

} // namespace
} // namespace test
