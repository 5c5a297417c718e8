// SPDX-License-Identifier: Apache-2.0
// What an answer needs is made while its record is on its way to the disk.

#include "coordinator_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using test::CoordinatorTest;

class CoordinatorPrepareTest : public CoordinatorTest {
protected:
    mpic::coordinator::Answer ask_and_prepare() {
        return test::run(loop, coordinator->corroborate(request, "a-client",
                                                        [this](const mpic::Corroboration& result) {
                                                            prepared.push_back(result);
                                                            disk.release_syncs();
                                                        }));
    }

    std::vector<mpic::Corroboration> prepared;
};

TEST_F(CoordinatorPrepareTest, WhatIsAnsweredIsPreparedBeforeTheRecordIsDurable) {
    make();
    disk.hold_syncs();
    const auto answer = ask_and_prepare();
    ASSERT_TRUE(answer.corroboration);
    ASSERT_EQ(prepared.size(), 1U);
    EXPECT_EQ(prepared[0], *answer.corroboration);
}

TEST_F(CoordinatorPrepareTest, AnAttemptThatIsRetriedPreparesNothing) {
    perspective("iad", [&](const auto&) {
        return ++calls == 1 ? test::broken("iad") : test::honest("iad");
    });
    perspective(
        "nrt", [&](const auto&) { return calls < 2 ? test::broken("nrt") : test::honest("nrt"); },
        5ms);
    make({.max_attempts = 2});
    const auto answer = ask_and_prepare();
    ASSERT_TRUE(answer.corroboration);
    ASSERT_EQ(prepared.size(), 1U);
    EXPECT_EQ(prepared[0].attempts, 2);
}

TEST_F(CoordinatorPrepareTest, WhatWasPreparedIsNotAnsweredWithoutItsRecord) {
    make();
    disk.set({.fail_syncs = true});
    const auto answer = ask_and_prepare();
    EXPECT_EQ(prepared.size(), 1U);
    EXPECT_FALSE(answer.corroboration);
    EXPECT_EQ(answer.unavailable, mpic::coordinator::Unavailable::audit);
}

} // namespace
