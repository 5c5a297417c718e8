// SPDX-License-Identifier: Apache-2.0
// RFC 8659 §3: which RRset is the relevant one.

#include "caa_rows.hpp"

namespace test {
namespace {

using base::dns::Rcode;
using base::dns::RecordType;

constexpr auto www = "www.example.com";
constexpr auto apex = "example.com";

void alias_to_cdn(World& world) {
    world.add_alias(www, "h.cdn.test");
}
void chain_of_two(World& world) {
    world.add_alias(www, "a.x.test");
    world.add_alias("a.x.test", "b.y.test");
}
void dname(World& world) {
    world.dns.add(apex, RecordType::dname, "example.net");
}
void servfail_above(World& world) {
    world.dns.set_rcode(apex, Rcode::servfail);
    world.dns.set_rcode("com", Rcode::servfail);
}
void nothing_at_www(World& world) {
    world.dns.set_rcode(www, Rcode::nxdomain);
}

const std::vector<Row> rows{
    {1, www, {}, "", true},
    {2, www, {{apex, 0, "issue", "ca.example"}}, apex, true},
    {3, www, {{apex, 0, "issue", "other.test"}}, apex, false},
    {4, www, {{www, 0, "issue", "ca.example"}, {apex, 0, "issue", "other.test"}}, www, true},
    {5, www, {{www, 0, "issue", "other.test"}, {apex, 0, "issue", "ca.example"}}, www, false},
    {6,
     www,
     {{"h.cdn.test", 0, "issue", "ca.example"}, {apex, 0, "issue", "other.test"}},
     www,
     true,
     "ok",
     alias_to_cdn},
    {7,
     www,
     {{"h.cdn.test", 0, "issue", "cdnca.test"}, {apex, 0, "issue", "other.test"}},
     www,
     false,
     "caa-forbids",
     alias_to_cdn},
    {8, www, {{"cdn.test", 0, "issue", "cdnca.test"}}, "", true, "ok", alias_to_cdn},
    {9,
     www,
     {{"cdn.test", 0, "issue", "cdnca.test"}, {apex, 0, "issue", "other.test"}},
     apex,
     false,
     "caa-forbids",
     alias_to_cdn},
    {10, www, {{"b.y.test", 0, "issue", "ca.example"}}, www, true, "ok", chain_of_two},
    {11,
     www,
     {{apex, 0, "issue", "ca.example"}},
     apex,
     true,
     "ok",
     [](World& world) { world.add_alias(www, "gone.cdn.test"); }},
    {12,
     "a.b.example.com",
     {{"t.test", 0, "issue", "other.test"}},
     "b.example.com",
     false,
     "caa-forbids",
     [](World& world) { world.add_alias("b.example.com", "t.test"); }},
    {13, www, {{"www.example.net", 0, "issue", "ca.example"}}, www, true, "ok", dname},
    {14,
     www,
     {{"example.net", 0, "issue", "other.test"}, {apex, 0, "issue", "ca.example"}},
     apex,
     true,
     "ok",
     dname},
    {15,
     "foo.example.com",
     {{"*.example.com", 0, "issue", "other.test"}},
     "foo.example.com",
     false},
    {77, www, {{www, 0, "issue", "ca.example"}}, www, true, "ok", servfail_above},
    {79, www, {{apex, 0, "issue", "ca.example"}}, apex, true, "ok", nothing_at_www},
    {86, "brand", {{"brand", 0, "issue", "ca.example"}}, "brand", true},
    {87, "www.brand", {{"brand", 0, "issue", "other.test"}}, "brand", false},
};

class CaaClimb : public testing::TestWithParam<Row> {};

TEST_P(CaaClimb, finds_the_relevant_set) {
    expect_determined(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Rfc8659Section3, CaaClimb, testing::ValuesIn(rows), row_name);

TEST(CaaClimb, asks_every_node_to_the_top_level_domain_once_and_never_the_root) {
    World world;
    (void)world.caa({.domain = name("a.www.example.com")});
    EXPECT_EQ(world.dns.asked_text(),
              (std::vector<std::string>{"CAA a.www.example.com", "CAA www.example.com",
                                        "CAA example.com", "CAA com"}));
}

TEST(CaaClimb, row_77_failures_above_the_deciding_node_are_not_retried) {
    World world;
    world.add_caa(www, 0, "issue", "ca.example");
    servfail_above(world);
    const auto report = world.caa({.domain = name(www)});
    EXPECT_EQ(report.finding.verdict, mpic::Verdict::passed);
    EXPECT_EQ(world.dns.times_asked("com", RecordType::caa), 1U);
    EXPECT_FALSE(report.lookup_failure);
}

TEST(CaaClimb, a_name_of_many_labels_is_asked_for_in_parts_from_the_leaf) {
    World world;
    const std::string deep = "a.b.c.d.e.f.g.h.i.j.example.com";
    world.add_caa("d.e.f.g.h.i.j.example.com", 0, "issue", "ca.example");
    EXPECT_EQ(world.caa({.domain = name(deep)}).node, "d.e.f.g.h.i.j.example.com");
    EXPECT_EQ(world.dns.asked().size(), 8U);
    world.dns.remove("d.e.f.g.h.i.j.example.com");
    world.dns.forget_asked();
    EXPECT_EQ(world.caa({.domain = name(deep)}).node, "");
    EXPECT_EQ(world.dns.asked().size(), 12U);
}

TEST(CaaClimb, without_a_policy_the_set_is_reported_in_canonical_order_without_duplicates) {
    World world;
    world.add_caa(apex, 0, "issue", "b.test");
    world.add_caa(apex, 0, "issue", "a.test");
    world.add_caa(apex, 0, "issue", "b.test");
    world.add_caa(apex, 128, "tbs", "x");
    const auto report = world.caa({.domain = name(www)});
    EXPECT_EQ(report.finding.code, "ok");
    EXPECT_FALSE(report.permits);
    EXPECT_EQ(report.rdata, (std::vector<std::string>{base::dns::caa_rdata({0, "issue", "a.test"}),
                                                      base::dns::caa_rdata({0, "issue", "b.test"}),
                                                      base::dns::caa_rdata({128, "tbs", "x"})}));
}

TEST(CaaClimb, octets_that_are_not_utf8_spoil_no_other_record) {
    World world;
    world.add_caa(apex, 0, "iodef", "\xff\xfe\xc3");
    world.add_caa(apex, 0, "issue", "other.test\xff");
    world.add_caa(apex, 0, "issue", "ca.example");
    const auto report =
        world.caa({.domain = name(apex), .policy = mpic::CaaPolicy{{"ca.example"}, {}, {}}});
    EXPECT_EQ(report.finding.code, "ok") << report.finding.detail;
    EXPECT_EQ(report.rdata.size(), 3U);
    EXPECT_EQ(report.deciding_record, "0 issue \"ca.example\"");
}

TEST(CaaClimb, a_large_set_is_read_whole_and_shown_in_part) {
    World world;
    for (int i = 0; i < 1000; ++i)
        world.add_caa(apex, 0, "issue", "ca" + std::to_string(i) + ".test");
    world.add_caa(apex, 128, "zzz", "the last one counts");
    const auto report =
        world.caa({.domain = name(apex), .policy = mpic::CaaPolicy{{"ca.example"}, {}, {}}});
    EXPECT_EQ(report.finding.code, "caa-critical-unknown");
    EXPECT_EQ(report.rdata.size(), 1001U);
    EXPECT_EQ(report.lookups.list().front().records.size(), 20U);
    EXPECT_EQ(report.lookups.list().front().record_count, 1001U);
}

TEST(CaaClimb, the_root_gives_no_permission) {
    World world;
    const auto report =
        world.caa({.domain = base::dns::Name(), .policy = mpic::CaaPolicy{{"ca.example"}, {}, {}}});
    EXPECT_EQ(report.finding.verdict, mpic::Verdict::undetermined);
    EXPECT_FALSE(report.permits);
}

TEST(CaaClimb, dnssec_is_the_weakest_state_that_the_verdict_rests_on) {
    World world;
    world.add_caa(apex, 0, "issue", "ca.example");
    world.dns.set_dnssec("com", base::dns::DnssecState::indeterminate);
    world.dns.set_dnssec(apex, base::dns::DnssecState::secure);
    EXPECT_EQ(world.caa({.domain = name(www)}).dnssec, base::dns::DnssecState::secure);

    world.dns.set_dnssec(www, base::dns::DnssecState::insecure);
    EXPECT_EQ(world.caa({.domain = name(www)}).dnssec, base::dns::DnssecState::indeterminate);
    world.settings.prove_insecure = true;
    EXPECT_EQ(world.caa({.domain = name(www)}).dnssec, base::dns::DnssecState::insecure);
}

} // namespace
} // namespace test
