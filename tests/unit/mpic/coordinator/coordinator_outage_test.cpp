// SPDX-License-Identifier: Apache-2.0
// An outage of the journal between a decision and the records of those whom it did not wait for:
// no seat without its record (BR 5.4.1 (2)(7)), and none of a decision that is not there.

#include "coordinator_fixture.hpp"

#include "mpic/wire/audit_replay.hpp"

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using test::CoordinatorTest;
using testing::ElementsAre;
using testing::IsEmpty;

class CoordinatorOutageTest : public CoordinatorTest {
protected:
    /// `ids` wait to be let go; the others pass at once.
    void make_with_held(std::vector<std::string> ids, base::Milliseconds last_records = 50ms) {
        make({.straggler_timeout = 20s, .last_records = last_records});
        held = std::move(ids);
        hold(true);
    }
    void hold(bool on) {
        for (const auto& id : held)
            fakes[id]->held = on;
    }
    void fail_disk() { disk.set({.fail_syncs = true}); }
    void heal_disk() { disk.set({}); }
    [[nodiscard]] bool logged(std::string_view event, std::size_t times = 1) {
        return test::run_until(loop, [&] { return log.count(event) >= times; });
    }
    void drain_within(base::Milliseconds limit) {
        test::run(loop, coordinator->drain(base::Deadline::after(clock.steady(), limit)));
    }
    /// "decision", "repair", or the perspective of a late record.
    [[nodiscard]] std::vector<std::string> kinds() {
        std::vector<std::string> out;
        for (const auto& record : records())
            out.push_back(record["kind"] == "late" ? record["perspective"]["id"] : record["kind"]);
        return out;
    }
    /// What `audit verify` would say of the journal.
    [[nodiscard]] std::vector<std::string> remarks() {
        std::vector<std::string> out;
        mpic::wire::AuditReplay replay(
            [&](const mpic::wire::AuditRemark& remark) { out.push_back(remark.message); });
        std::uint64_t seq = 0;
        for (const auto& record : records()) {
            ++seq;
            replay.take({"journal", seq}, seq, clock.wall(), record.dump());
        }
        replay.finish();
        return out;
    }

    std::vector<std::string> held;
};

TEST_F(CoordinatorOutageTest, ALateRecordWaitsForTheEndOfTheOutage) {
    make_with_held({"jnb"});
    ASSERT_TRUE(ask().corroboration->decision.ok);
    fail_disk();
    hold(false);
    ASSERT_TRUE(logged("journal-failed"));
    heal_disk();
    EXPECT_THAT(kinds(), ElementsAre("decision", "repair", "jnb"));
    EXPECT_THAT(remarks(), IsEmpty());
    EXPECT_EQ(log.count("late-record-lost"), 0U);
}

TEST_F(CoordinatorOutageTest, SeveralWaitInTheOrderOfTheirSeats) {
    perspective("iad", [](const auto&) { return test::hijacked("iad"); });
    perspective("fra", [](const auto&) { return test::hijacked("fra"); });
    make({.evidence_grace = 0ms, .straggler_timeout = 20s});
    held = {"nrt", "gru", "jnb"};
    hold(true);
    ASSERT_FALSE(ask().corroboration->decision.ok);
    fail_disk();
    hold(false);
    ASSERT_TRUE(logged("journal-failed"));
    // Nothing new is decided meanwhile, and what is refused leaves nothing that could come late.
    EXPECT_EQ(ask().unavailable, mpic::coordinator::Unavailable::audit);
    heal_disk();
    EXPECT_THAT(kinds(), ElementsAre("decision", "repair", "nrt", "gru", "jnb"));
    EXPECT_THAT(remarks(), IsEmpty());
}

TEST_F(CoordinatorOutageTest, OutagesThatComeAndGoLeaveOneRecordOfEachSeat) {
    make_with_held({"jnb"});
    std::size_t decided = 0;
    for (std::size_t outage = 1; outage <= 5; ++outage) {
        ASSERT_TRUE(test::run_until(loop, [&] { return journal->healthy(); }));
        hold(true);
        decided += ask().corroboration ? 1 : 0;
        fail_disk();
        hold(false);
        ASSERT_TRUE(logged("journal-failed", outage));
        heal_disk();
        ASSERT_TRUE(logged("journal-recovered", outage));
    }
    EXPECT_EQ(decided, 5U);
    const auto found = kinds();
    EXPECT_EQ(std::ranges::count(found, "jnb"), 5);
    EXPECT_THAT(remarks(), IsEmpty());
}

TEST_F(CoordinatorOutageTest, ADecisionThatTheJournalRefusedLeavesNoLateRecord) {
    make_with_held({"jnb"});
    fail_disk();
    EXPECT_EQ(ask().unavailable, mpic::coordinator::Unavailable::audit);
    heal_disk();
    ASSERT_TRUE(logged("journal-recovered"));
    hold(false);
    EXPECT_THAT(kinds(), ElementsAre("repair"));
    EXPECT_EQ(log.count("late-record-lost"), 0U) << "there was none to lose";
    // What the perspective did is counted all the same.
    const auto text = metrics.expose();
    EXPECT_NE(
        text.find(
            R"(mpicd_perspective_outcomes_total{outcome="corroborates",perspective="jnb"} 1)"),
        std::string::npos)
        << text;
}

TEST_F(CoordinatorOutageTest, TheEndOfADrainNamesEachRecordThatIsLost) {
    make_with_held({"jnb"});
    ASSERT_TRUE(ask().corroboration->decision.ok);
    fail_disk();
    hold(false);
    ASSERT_TRUE(logged("journal-failed"));
    const auto before = std::chrono::steady_clock::now();
    drain_within(50ms);
    EXPECT_LT(std::chrono::steady_clock::now() - before, 10s);
    EXPECT_EQ(log.count("stragglers-abandoned"), 1U);
    ASSERT_EQ(log.count("late-record-lost"), 1U);
    const auto lost = log.find("late-record-lost").value();
    EXPECT_EQ(lost.field("perspective"), "jnb");
    EXPECT_EQ(lost.field("request-id"), "r-1");
    EXPECT_NE(lost.field("reason"), "");
    heal_disk();
    ASSERT_TRUE(logged("journal-recovered"));
    EXPECT_THAT(kinds(), ElementsAre("decision", "repair"));
}

TEST_F(CoordinatorOutageTest, ADrainTakesADiskThatComesBackInTime) {
    make_with_held({"jnb"}, 20s);
    ASSERT_TRUE(ask().corroboration->decision.ok);
    fail_disk();
    hold(false);
    ASSERT_TRUE(logged("journal-failed"));
    heal_disk();
    drain_within(0ms);
    EXPECT_EQ(log.count("stragglers-abandoned"), 0U);
    EXPECT_THAT(kinds(), ElementsAre("decision", "repair", "jnb"));
}

} // namespace
