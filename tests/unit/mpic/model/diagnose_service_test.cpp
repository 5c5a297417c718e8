// SPDX-License-Identifier: Apache-2.0
// What is wrong with this service, and must not be blamed on the domain.
#include "diagnose_fixture.hpp"

namespace {

using namespace test;
using base::FailureKind;

const mpic::Attempt attempt = make_attempt();

TEST(ResolverUnreachable, IsNotBlamedOnTheDomain) {
    const auto without_resolver = [](const char* id) {
        Says says(id);
        says.txt_failed(FailureKind::connection_refused);
        says.report().dcv->lookups.edit().back().failure =
            base::Failure{FailureKind::connection_refused, "127.0.0.1:53 refused the connection"};
        return says;
    };
    const auto found = diagnose(dns_request(), attempt,
                                {without_resolver("cdg"), Says("iad").dcv_passed(),
                                 without_resolver("fra"), Says("nrt").dcv_passed()});
    ASSERT_EQ(fired(found), Codes{"resolver-unreachable"});
    EXPECT_EQ(found[0].perspectives, (Ids{"cdg", "fra"}));
    EXPECT_EQ(found[0].sentence,
              "CDG and FRA cannot reach their own resolver (127.0.0.1:53 refused the connection): "
              "the cause is in this service, not in the domain");
}

// The web server's refusal is another matter.
TEST(ResolverUnreachable, NotWhenTheHostRefuses) {
    const auto codes = fired(diagnose(http_request(), attempt,
                                      {Says("cdg").http_failed(FailureKind::connection_refused),
                                       Says("iad").http_failed(FailureKind::connection_refused)}));
    EXPECT_EQ(codes, Codes{"port-closed"});
}

} // namespace
