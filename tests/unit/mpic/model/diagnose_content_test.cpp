// SPDX-License-Identifier: Apache-2.0
// What a hijacked route looks like: one address, and not the same content from everywhere.

#include "diagnose_fixture.hpp"

namespace {

using namespace test;

const mpic::Attempt attempt = make_attempt();
const std::vector<std::string> web = {"192.0.2.1"};

TEST(SameAddressDiffers, SomeAreLedToAnotherServer) {
    const auto found = diagnose(
        http_request(), attempt,
        {Says("cdg").http_passed(web), Says("iad").http_passed(web), Says("fra").http_passed(web),
         Says("nrt").http_body("another", web), Says("gru").http_status(404, "", web)});
    ASSERT_EQ(fired(found), Codes{"same-address-differs"});
    EXPECT_EQ(found[0].perspectives, (Ids{"nrt", "gru"}));
    EXPECT_EQ(
        found[0].sentence,
        "the same address, 192.0.2.1, gives CDG, IAD and FRA the expected content and NRT and "
        "GRU another: the servers behind it are out of step (anycast, load balancing), or the "
        "route to it is hijacked and some are led to somebody else's server");
}

TEST(SameAddressDiffers, AlsoWhenThePrimaryIsTheOneWhoIsLedAstray) {
    const auto found =
        diagnose(http_request(), attempt,
                 {Says("cdg").http_passed(web), Says("iad").http_body("another", web),
                  Says("fra").http_body("another", web), Says("nrt").http_body("another", web)});
    ASSERT_EQ(fired(found), Codes{"same-address-differs"});
    EXPECT_EQ(found[0].perspectives, (Ids{"iad", "fra", "nrt"}));
}

TEST(SameAddressDiffers, NotWhenEverybodyGetsTheSame) {
    EXPECT_EQ(fired(diagnose(
                  http_request(), attempt,
                  {Says("cdg").http_body("another", web), Says("iad").http_body("another", web)})),
              Codes{});
}

// A firewall's 403 is no content; other rules speak of it.
TEST(SameAddressDiffers, NotForStatusesThatTurnVisitorsAway) {
    const auto codes =
        fired(diagnose(http_request(), attempt,
                       {Says("cdg").http_passed(web), Says("iad").http_status(403, "", web)}));
    EXPECT_EQ(std::ranges::count(codes, "same-address-differs"), 0);
    EXPECT_EQ(std::ranges::count(codes, "filtered-by-server"), 1);
}

TEST(SameAddressDiffers, NotWhereTheAddressesDiffer) {
    EXPECT_EQ(fired(diagnose(http_request(), attempt,
                             {Says("cdg").http_passed(web),
                              Says("iad").http_body("another", {"198.51.100.1"})})),
              Codes{"different-addresses"});
}

} // namespace
