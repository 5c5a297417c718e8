// SPDX-License-Identifier: Apache-2.0
// A request's road against perspectives that behave in every way: who decides, how long it takes,
// and what the journal holds afterwards.

#include "coordinator_fixture.hpp"

#include <set>

namespace {

using namespace std::chrono_literals;
using mpic::Outcome;
using test::broken;
using test::CoordinatorTest;
using test::hijacked;
using test::honest;

TEST_F(CoordinatorTest, EveryPerspectiveIsAskedOnceAndAllAgree) {
    make();
    const auto answer = ask();
    ASSERT_TRUE(answer.corroboration);
    EXPECT_TRUE(answer.corroboration->decision.ok);
    EXPECT_FALSE(answer.corroboration->refusal);
    test::run(loop, coordinator->drain());
    for (const auto& [id, fake] : fakes) {
        ASSERT_EQ(fake->asked.size(), 1U) << id;
        EXPECT_EQ(fake->asked[0].attempt_id, answer.corroboration->attempt.id);
        EXPECT_EQ(fake->asked[0].dcv, request.dcv);
    }
}

TEST_F(CoordinatorTest,
       OneOfFiveMayDifferAndTwoMayNot) { // BR 3.2.2.9: 5 remotes, 1 non-corroboration
    perspective("iad", [](const auto&) { return hijacked("iad"); });
    make();
    EXPECT_TRUE(ask().corroboration->decision.ok);

    perspective("nrt", [](const auto&) { return hijacked("nrt"); });
    test::run(loop, coordinator->drain());
    make();
    const auto answer = ask();
    EXPECT_FALSE(answer.corroboration->decision.ok);
    EXPECT_NE(answer.corroboration->refusal->error.find("IAD"), std::string::npos);
    EXPECT_NE(answer.corroboration->refusal->error.find("NRT"), std::string::npos);
}

TEST_F(CoordinatorTest, RemotesCannotOverrideThePrimary) {
    perspective("cdg", [](const auto&) { return hijacked("cdg"); });
    make();
    EXPECT_FALSE(ask().corroboration->decision.ok);
}

TEST_F(CoordinatorTest, ASilentRemoteDoesNotDelayAPass) {
    perspective("jnb", [](const auto&) { return honest("jnb"); }, 10s);
    make({.straggler_timeout = 50ms});
    const auto before = std::chrono::steady_clock::now();
    const auto answer = ask();
    EXPECT_LT(std::chrono::steady_clock::now() - before, 1s);
    EXPECT_TRUE(answer.corroboration->decision.ok);
    EXPECT_FALSE(reply_of(answer, "jnb")) << "jnb is pending";
}

TEST_F(CoordinatorTest, ARefusalWaitsForEvidenceOnlySoLong) {
    perspective("iad", [](const auto&) { return hijacked("iad"); });
    perspective("nrt", [](const auto&) { return hijacked("nrt"); });
    perspective("gru", [](const auto&) { return honest("gru"); }, 40ms);
    perspective("jnb", [](const auto&) { return honest("jnb"); }, 10s);
    make({.evidence_grace = 200ms, .straggler_timeout = 50ms});
    const auto before = std::chrono::steady_clock::now();
    const auto answer = ask();
    const auto took = std::chrono::steady_clock::now() - before;
    EXPECT_FALSE(answer.corroboration->decision.ok);
    EXPECT_TRUE(reply_of(answer, "gru")) << "gru spoke within the grace";
    EXPECT_FALSE(reply_of(answer, "jnb"));
    EXPECT_LT(took, 2s);
}

TEST_F(CoordinatorTest, EachSeatHasExactlyOneTerminalRecord) { // BR 5.4.1 (2)(7)
    perspective("gru", [](const auto&) { return honest("gru"); }, 30ms);
    perspective("jnb", [](const auto&) { return honest("jnb"); }, 10s); // late, and cut off
    make({.straggler_timeout = 150ms});
    const auto answer = ask();
    EXPECT_TRUE(answer.corroboration->decision.ok);
    std::multiset<std::string> seats;
    for (const auto& record : records()) {
        if (record["kind"] == "decision")
            for (const auto& seat : record["perspectives"])
                seats.insert(seat["id"].get<std::string>());
        else if (record["kind"] == "late")
            seats.insert(record["perspective"]["id"].get<std::string>());
    }
    EXPECT_EQ(seats, (std::multiset<std::string>{"cdg", "fra", "gru", "iad", "jnb", "nrt"}));
}

TEST_F(CoordinatorTest, TheRecordHoldsNoSecret) {
    make();
    (void)ask();
    (void)records();
    for (const auto& [path, bytes] : disk.contents())
        EXPECT_EQ(bytes.find("secret-value"), std::string::npos) << path;
}

TEST_F(CoordinatorTest, WithoutADurableRecordThereIsNoAnswer) {
    make();
    disk.set({.fail_syncs = true});
    const auto answer = ask();
    EXPECT_FALSE(answer.corroboration);
    EXPECT_EQ(answer.unavailable, mpic::coordinator::Unavailable::audit);
}

TEST_F(CoordinatorTest, TooFewRemotesFromTheNewDateOn) { // BR 3.2.2.9: five from 2026-12-15
    std::erase_if(roster.perspectives, [](const auto& p) { return p.id == "jnb"; });
    make();
    clock.wall_time = test::at("2026-12-14T23:59:59Z");
    EXPECT_TRUE(ask().corroboration->decision.ok);
    clock.wall_time = test::at("2026-12-15T00:00:00Z");
    const auto answer = ask();
    EXPECT_FALSE(answer.corroboration);
    EXPECT_EQ(answer.unavailable, mpic::coordinator::Unavailable::compliance);
    EXPECT_NE(answer.detail.find("4"), std::string::npos);
}

TEST_F(CoordinatorTest, ARetryStartsFromZero) { // BR 3.2.2.9: nothing carries over
    perspective("iad", [&](const auto&) { return ++calls == 1 ? broken("iad") : honest("iad"); });
    perspective("nrt", [&](const auto&) { return calls < 2 ? broken("nrt") : honest("nrt"); }, 5ms);
    make({.max_attempts = 2});
    const auto answer = ask();
    EXPECT_TRUE(answer.corroboration->decision.ok);
    EXPECT_EQ(answer.corroboration->attempts, 2);
    std::set<std::string> attempts;
    for (const auto& question : fakes["fra"]->asked)
        attempts.insert(question.attempt_id);
    EXPECT_EQ(attempts.size(), 2U) << "everybody is asked again, under another attempt id";
}

TEST_F(CoordinatorTest, AVerdictIsNotRetried) {
    perspective("cdg", [](const auto&) { return hijacked("cdg"); });
    make({.max_attempts = 5});
    EXPECT_EQ(ask().corroboration->attempts, 1);
    EXPECT_EQ(fakes["iad"]->asked.size(), 1U);
}

TEST_F(CoordinatorTest, TheDeadlineEndsEverything) {
    for (const auto* id : {"cdg", "iad", "fra", "nrt", "gru", "jnb"})
        perspective(id, [id](const auto&) { return honest(id); }, 10s);
    make({.request_timeout = 100ms, .evidence_grace = 50ms});
    const auto before = std::chrono::steady_clock::now();
    const auto answer = ask();
    EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
    ASSERT_TRUE(answer.corroboration);
    EXPECT_FALSE(answer.corroboration->decision.ok);
    for (const auto& seat : answer.corroboration->decision.seats)
        if (seat)
            EXPECT_EQ(seat->outcome, Outcome::timeout);
}

TEST_F(CoordinatorTest, MetricsCountOutcomesPerPerspective) {
    perspective("iad", [](const auto&) { return hijacked("iad"); });
    make();
    (void)ask();
    test::run(loop, coordinator->drain());
    const auto text = metrics.expose();
    EXPECT_NE(
        text.find(R"(mpicd_perspective_outcomes_total{outcome="disagrees",perspective="iad"} 1)"),
        std::string::npos)
        << text;
    EXPECT_NE(text.find(R"(mpicd_corroborations_total{ok="true"} 1)"), std::string::npos);
}

TEST_F(CoordinatorTest, AFaultInTheAskingOfOneSeatIsThatSeatsSilence) {
    perspective("jnb", [](const auto&) -> mpic::Reply { throw std::logic_error("bug"); });
    make({.straggler_timeout = 50ms});
    const auto answer = ask();
    ASSERT_TRUE(answer.corroboration);
    EXPECT_TRUE(answer.corroboration->decision.ok);
    test::run(loop, coordinator->drain());
    EXPECT_EQ(log.count("ask-fault"), 1U);
}

} // namespace
