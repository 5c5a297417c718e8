// SPDX-License-Identifier: Apache-2.0
// How a coordinator ends, whatever is still under way and whatever its disk does; which date's
// policy it follows, and what it knows of who answers.

#include "base/core/monotone_clock.hpp"
#include "coordinator_fixture.hpp"
#include "mpic/coordinator/fleet_health.hpp"

#include <set>

namespace {

using namespace std::chrono_literals;
using mpic::Outcome;
using test::CoordinatorTest;
using test::honest;

/// A request that the server's drain does not wait for longer than `limit`.
base::Awaitable<base::Result<bool>> ask_ok(mpic::coordinator::Coordinator* coordinator,
                                           mpic::CheckRequest request) {
    const auto answer = co_await coordinator->corroborate(std::move(request), "a-client");
    co_return answer.corroboration.has_value();
}

base::Awaitable<bool> cut_after(base::Milliseconds limit,
                                mpic::coordinator::Coordinator* coordinator,
                                mpic::CheckRequest request) {
    const auto deadline = base::Deadline::after(std::chrono::steady_clock::now(), limit);
    const auto answered =
        co_await base::with_deadline(deadline, "drain", ask_ok(coordinator, std::move(request)));
    co_return answered.has_value() && *answered;
}

TEST_F(CoordinatorTest, ARequestThatTheDrainCutsOffDoesNotHoldItUp) {
    for (const auto* id : {"cdg", "iad", "fra", "nrt", "gru", "jnb"})
        perspective(id, [id](const auto&) { return honest(id); }, 20s);
    make();
    const auto before = std::chrono::steady_clock::now();
    EXPECT_FALSE(test::run(loop, cut_after(50ms, &*coordinator, request)));
    test::run(loop, coordinator->drain());
    EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
    EXPECT_TRUE(records().empty()) << "nothing was decided";
}

TEST_F(CoordinatorTest, ARequestCutOffWhileItsRecordIsWrittenLeavesAWholeRecord) {
    perspective("jnb", [](const auto&) { return honest("jnb"); }, 20s);
    make({.straggler_timeout = 20ms});
    disk.hold_syncs();
    (void)test::run(loop, cut_after(200ms, &*coordinator, request));
    disk.release_syncs();
    std::multiset<std::string> kinds;
    for (const auto& record : records())
        kinds.insert(record["kind"].get<std::string>());
    EXPECT_EQ(kinds, (std::multiset<std::string>{"decision", "late"}));
}

TEST_F(CoordinatorTest, ADrainMakesStragglersTimeoutsAtItsLimit) {
    perspective("jnb", [](const auto&) { return honest("jnb"); }, 20s);
    make({.straggler_timeout = 15s});
    EXPECT_TRUE(ask().corroboration->decision.ok);
    const auto before = std::chrono::steady_clock::now();
    test::run(loop, coordinator->drain(base::Deadline::after(before, 50ms)));
    EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
    const auto found = records();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[1]["kind"], "late");
    EXPECT_EQ(found[1]["perspective"]["outcome"], "timeout");
}

TEST_F(CoordinatorTest, ADrainDoesNotWaitForADiskThatHangs) {
    perspective("jnb", [](const auto&) { return honest("jnb"); }, 20s);
    make({.straggler_timeout = 15s, .last_records = 1s}); // enough to be handed over
    EXPECT_TRUE(ask().corroboration->decision.ok);
    disk.hold_syncs(); // the straggler's record will not come back
    const auto before = std::chrono::steady_clock::now();
    test::run(loop, coordinator->drain(base::Deadline::after(before, 50ms)));
    EXPECT_LT(std::chrono::steady_clock::now() - before, 10s);
    EXPECT_EQ(log.count("stragglers-abandoned"), 1U);
    EXPECT_EQ(journal->unreported(), 1U) << "and nobody calls it durable";
    disk.release_syncs();
}

TEST_F(CoordinatorTest, ADrainWithoutTimeEndsAttemptsThatHaveJustBegun) {
    for (const auto* id : {"cdg", "iad", "fra", "nrt", "gru", "jnb"})
        perspective(id, [id](const auto&) { return honest(id); }, 20s);
    make({.last_records = 0ms});
    (void)test::run(loop, cut_after(20ms, &*coordinator, request));
    const auto now = std::chrono::steady_clock::now();
    test::run(loop, coordinator->drain(base::Deadline(now)));
    EXPECT_LT(std::chrono::steady_clock::now() - now, 10s);
}

TEST_F(CoordinatorTest, ThePolicyInForceNeverGoesBack) { // BR 3.2.2.9: each date begins a phase
    roster.perspectives.erase(roster.perspectives.end() - 1); // 4 remotes
    const base::MonotoneClock policy_clock(clock);
    make({.policy_clock = &policy_clock});
    clock.wall_time = test::at("2026-12-14T23:59:59Z");
    EXPECT_EQ(ask().corroboration->attempt.rule.policy, "cabf-br-2026-06-15");
    clock.wall_time = test::at("2026-12-15T00:00:00Z");
    EXPECT_EQ(ask().unavailable, mpic::coordinator::Unavailable::compliance);
    clock.wall_time = test::at("2026-11-01"); // somebody sets the clock back
    EXPECT_EQ(ask().unavailable, mpic::coordinator::Unavailable::compliance);
}

TEST_F(CoordinatorTest, RepliesAndProbesSayWhoAnswers) {
    perspective("iad", [](const auto&) -> mpic::Reply {
        return mpic::NoReport{
            Outcome::unreachable, {base::FailureKind::connection_refused, "nobody listens"}, 1};
    });
    mpic::coordinator::FleetHealth health(log, metrics);
    make({.health = &health});
    const auto answering = [&](std::size_t i) {
        return health.of(roster.perspectives[i])->view().answering;
    };
    EXPECT_FALSE(answering(0));
    ask();
    test::run(loop, coordinator->drain());
    EXPECT_TRUE(answering(0));
    EXPECT_FALSE(answering(1));
    EXPECT_EQ(log.count("perspective-unavailable"), 1U);

    const auto deadline = base::Deadline::after(clock.steady(), 5s);
    test::run(loop, coordinator->probe(1h, deadline));
    EXPECT_EQ(fakes["iad"]->probed, 1) << "it has not answered";
    EXPECT_EQ(fakes["cdg"]->probed, 0) << "it has, within the hour";
    EXPECT_TRUE(answering(1));
    fakes["iad"]->probe_failure = base::Failure{base::FailureKind::tls_identity, "another"};
    test::run(loop, coordinator->probe(-1h, deadline)); // so that all of them are quiet
    for (const auto& [id, fake] : fakes)
        EXPECT_EQ(fake->probed, id == "iad" ? 2 : 1) << id;
    EXPECT_FALSE(answering(1));
    EXPECT_EQ(health.of(roster.perspectives[1])->view().why, "tls-identity: another");
}

} // namespace
