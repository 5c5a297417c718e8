// SPDX-License-Identifier: Apache-2.0
// The names that answers and records show, and the target's text.
#include "mpic/model/check_request.hpp"
#include "mpic/model/tally.hpp"

#include "support/matrix.hpp"

#include <gtest/gtest.h>

namespace {

using mpic::Outcome;
using mpic::Role;
using mpic::Verdict;

TEST(Names, ReadBack) {
    for (const auto outcome : {Outcome::corroborates, Outcome::disagrees, Outcome::failed,
                               Outcome::timeout, Outcome::unreachable, Outcome::misconfigured})
        EXPECT_EQ(mpic::outcome_from(mpic::to_string(outcome)), outcome);
    for (const auto verdict : {Verdict::passed, Verdict::rejected, Verdict::undetermined})
        EXPECT_EQ(mpic::verdict_from(mpic::to_string(verdict)), verdict);
    for (const auto role : {Role::primary, Role::remote})
        EXPECT_EQ(mpic::role_from(mpic::to_string(role)), role);
}

TEST(Names, AreStableBecauseUsersSeeThem) {
    EXPECT_EQ(mpic::to_string(Outcome::misconfigured), "misconfigured");
    EXPECT_EQ(mpic::to_string(Outcome::corroborates), "corroborates");
    EXPECT_EQ(mpic::to_string(Verdict::undetermined), "undetermined");
    EXPECT_EQ(mpic::to_string(Role::primary), "primary");
}

TEST(Names, UnknownOnesAreNothing) {
    EXPECT_FALSE(mpic::outcome_from("Corroborates").has_value());
    EXPECT_FALSE(mpic::verdict_from("").has_value());
    EXPECT_FALSE(mpic::role_from("secondary").has_value());
}

TEST(TargetText, IsNameWildcardOrAddress) {
    EXPECT_EQ((mpic::Target{test::name("Example.COM."), false}.text()), "example.com");
    EXPECT_EQ((mpic::Target{test::name("example.com"), true}.text()), "*.example.com");
    const auto address = base::net::IpAddress::parse("192.0.2.1");
    ASSERT_TRUE(address.has_value());
    EXPECT_EQ((mpic::Target{*address, false}.text()), "192.0.2.1");
}

} // namespace
