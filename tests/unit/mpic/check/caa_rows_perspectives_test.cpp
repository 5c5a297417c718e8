// SPDX-License-Identifier: Apache-2.0
// BR 4.2.2.1.1: each perspective interprets what it sees; and rows about more than one evaluation.

#include "caa_rows.hpp"

namespace test {
namespace {

using base::dns::Rcode;
using base::dns::RecordType;

constexpr auto www = "www.example.com";

TEST(CaaPerspectives, row_83_the_interpretation_counts_and_not_the_octets) {
    const std::vector<Row> remotes{
        {83, www, {{www, 0, "issue", "ca.example; x=1"}}, www, true},
        {83, www, {}, "", true},
    };
    for (const Row& remote : remotes)
        expect_determined(remote);
}

TEST(CaaPerspectives, row_84_a_remote_that_sees_another_issuer_does_not_corroborate) {
    expect_determined({84, www, {{www, 0, "issue", "other.test"}}, www, false});
}

TEST(CaaPerspectives, row_85_a_proved_lookup_failure_may_corroborate) {
    expect_determined({85, www, {}, "", true, "ok", [](World& world) {
                           world.settings.permit_proved_lookup_failure = true;
                           world.dns.set_rcode(www, RecordType::caa, Rcode::servfail);
                       }});
}

TEST(CaaPerspectives, row_99_every_name_is_judged_by_itself) {
    expect_determined({99, www, {{"example.com", 0, "issue", "ca.example"}}, "example.com", true});
    expect_determined(
        {99,
         "*.example.net",
         {{"example.net", 0, "issue", "ca.example"}, {"example.net", 0, "issuewild", "other.test"}},
         "example.net",
         false});
}

TEST(CaaPerspectives, row_100_nothing_is_remembered_from_one_check_to_the_next) {
    World world;
    const Row row{100, www, {{www, 0, "issue", "ca.example"}}, www, true};
    set_up(world, row);
    EXPECT_EQ(world.caa(question_of(row)).permits, true);
    world.dns.remove(www);
    world.add_caa(www, 0, "issue", "other.test");
    EXPECT_EQ(world.caa(question_of(row)).permits, false);
}

} // namespace
} // namespace test
