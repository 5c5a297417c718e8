// SPDX-License-Identifier: Apache-2.0
// A request's road against perspectives that behave in every way: who decides, how long it takes,
// and what the journal holds afterwards.

#include "mpic/coordinator/coordinator.hpp"

#include "base/log/journal_verify.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_perspective.hpp"
#include "support/faulty_journal_files.hpp"
#include "support/matrix.hpp"
#include "support/recording_logger.hpp"
#include "support/run.hpp"
#include "support/sample_roster.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <set>

namespace {

using namespace std::chrono_literals;
using mpic::Outcome;
using test::FakePerspective;

/// Real steady time, since deadlines are real; wall time as a test sets it.
class DatedClock final : public base::Clock {
public:
    base::WallTime wall_time = test::at("2026-12-20");
    [[nodiscard]] base::WallTime wall() const override { return wall_time; }
    [[nodiscard]] base::SteadyTime steady() const override {
        return std::chrono::steady_clock::now();
    }
};

mpic::Reply honest(const std::string& id) {
    return test::Says(id).dcv_passed();
}
mpic::Reply hijacked(const std::string& id) {
    return test::Says(id).txt({"evil"});
}
mpic::Reply broken(const std::string& id) {
    return test::Says(id).txt_failed(base::FailureKind::dns_servfail, "SERVFAIL");
}

class CoordinatorTest : public testing::Test {
protected:
    ~CoordinatorTest() override {
        if (coordinator)
            test::run(loop, coordinator->drain());
    }

    void perspective(const std::string& id, FakePerspective::Behaviour behave,
                     base::Milliseconds delay = {}) {
        behaviours[id] = {std::move(behave), delay};
    }

    mpic::coordinator::Coordinator& make(mpic::coordinator::CoordinatorOptions options = {}) {
        std::vector<std::unique_ptr<mpic::coordinator::PerspectiveClient>> clients;
        for (const auto& p : roster.perspectives) {
            auto found = behaviours.find(p.id);
            auto fake =
                found == behaviours.end()
                    ? std::make_unique<FakePerspective>(
                          [id = p.id](const auto&) { return honest(id); })
                    : std::make_unique<FakePerspective>(found->second.first, found->second.second);
            fakes[p.id] = fake.get();
            clients.push_back(std::move(fake));
        }
        coordinator.emplace(loop, clock, random, log, metrics, *journal, roster, std::move(clients),
                            options);
        return *coordinator;
    }

    mpic::coordinator::Answer ask() {
        return test::run(loop, coordinator->corroborate(request, "a-client"));
    }

    /// The reply of one perspective, wherever its seat is.
    static const std::optional<mpic::Reply>& reply_of(const mpic::coordinator::Answer& answer,
                                                      std::string_view id) {
        const auto& seats = answer.corroboration->attempt.seats;
        const auto seat = std::ranges::find(seats, id, &mpic::Seat::id) - seats.begin();
        return answer.corroboration->replies.at(static_cast<std::size_t>(seat));
    }

    /// Every record in the journal, after the stragglers have ended. Expects an intact chain.
    std::vector<nlohmann::json> records() {
        test::run(loop, coordinator->drain());
        std::vector<nlohmann::json> found;
        const auto names = disk.list("/journal").value();
        std::vector<std::string> paths;
        for (const auto& name : names)
            paths.push_back("/journal/" + name);
        const auto verification = base::log::verify_journal(disk, paths, [&](const auto& entry) {
            found.push_back(nlohmann::json::parse(entry.record));
        });
        EXPECT_TRUE(verification.intact());
        return found;
    }

    base::asio::io_context loop{1};
    DatedClock clock;
    base::SeededRandom random{7};
    test::RecordingLogger log;
    base::log::Metrics metrics;
    test::FaultyJournalFiles disk;
    std::unique_ptr<base::log::Journal> journal = std::make_unique<base::log::Journal>(
        base::log::JournalOptions{.folder = "/journal"}, disk, clock, log);
    mpic::Roster roster = test::sample_roster();
    std::map<std::string, std::pair<FakePerspective::Behaviour, base::Milliseconds>> behaviours;
    std::map<std::string, FakePerspective*> fakes;
    std::optional<mpic::coordinator::Coordinator> coordinator;
    int calls = 0; // of a behaviour that changes; outlives the stragglers
    mpic::CheckRequest request{
        .request_id = "r-1",
        .method = "dns",
        .target = {base::dns::Name::parse("www.example.com").value()},
        .dcv = mpic::DnsQuestion{base::dns::Name::parse("_x.www.example.com").value(),
                                 base::dns::RecordType::txt, "secret-value"},
        .caa = {},
        .traceparent = {}};
};

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
