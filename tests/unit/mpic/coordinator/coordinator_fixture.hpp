// SPDX-License-Identifier: Apache-2.0
#pragma once
// A coordinator over perspectives that behave as a test tells them to, on a disk that fails
// likewise.

#include "base/async/deadline.hpp"
#include "base/log/journal_verify.hpp"
#include "mpic/coordinator/coordinator.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_perspective.hpp"
#include "support/faulty_journal_files.hpp"
#include "support/matrix.hpp"
#include "support/recording_logger.hpp"
#include "support/run.hpp"
#include "support/sample_roster.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace test {

/// Real steady time, since deadlines are real; wall time as a test sets it.
class DatedClock final : public base::Clock {
public:
    base::WallTime wall_time = at("2026-12-20");
    [[nodiscard]] base::WallTime wall() const override { return wall_time; }
    [[nodiscard]] base::SteadyTime steady() const override {
        return std::chrono::steady_clock::now();
    }
};

inline mpic::Reply honest(const std::string& id) {
    return Says(id).dcv_passed();
}
inline mpic::Reply hijacked(const std::string& id) {
    return Says(id).txt({"evil"});
}
inline mpic::Reply broken(const std::string& id) {
    return Says(id).txt_failed(base::FailureKind::dns_servfail, "SERVFAIL");
}

class CoordinatorTest : public testing::Test {
protected:
    ~CoordinatorTest() override {
        if (coordinator)
            run(loop, coordinator->drain());
    }

    void perspective(const std::string& id, FakePerspective::Behaviour behave,
                     base::Milliseconds delay = {}) {
        behaviours[id] = {std::move(behave), delay};
    }

    mpic::coordinator::Coordinator& make(mpic::coordinator::CoordinatorOptions options = {}) {
        std::vector<std::unique_ptr<mpic::coordinator::PerspectiveClient>> clients;
        for (const auto& p : roster.perspectives) {
            auto found = behaviours.find(p.id);
            auto fake = found == behaviours.end()
                            ? std::make_unique<FakePerspective>(
                                  loop, [id = p.id](const auto&) { return honest(id); })
                            : std::make_unique<FakePerspective>(loop, found->second.first,
                                                                found->second.second);
            fakes[p.id] = fake.get();
            clients.push_back(std::move(fake));
        }
        coordinator.emplace(loop, clock, random, log, metrics, *journal, roster, std::move(clients),
                            options);
        return *coordinator;
    }

    mpic::coordinator::Answer ask() {
        return run(loop, coordinator->corroborate(request, "a-client"));
    }

    /// The reply of one perspective, wherever its seat is.
    static const mpic::SeatReply& reply_of(const mpic::coordinator::Answer& answer,
                                           std::string_view id) {
        const auto& seats = answer.corroboration->attempt.seats;
        const auto seat = std::ranges::find(seats, id, &mpic::Seat::id) - seats.begin();
        return answer.corroboration->replies.at(static_cast<std::size_t>(seat));
    }

    /// Every record in the journal, after the stragglers have ended. Expects an intact chain.
    std::vector<nlohmann::json> records() {
        run(loop, coordinator->drain());
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
    RecordingLogger log;
    base::log::Metrics metrics;
    FaultyJournalFiles disk;
    std::unique_ptr<base::log::Journal> journal = std::make_unique<base::log::Journal>(
        base::log::JournalOptions{.folder = "/journal", .probe_interval = base::Milliseconds{20}},
        disk, clock, log);
    mpic::Roster roster = sample_roster();
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

} // namespace test
