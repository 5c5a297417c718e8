// SPDX-License-Identifier: Apache-2.0
// Late records that waited for the end of an outage, however long it was.
#include "mpic/wire/audit_replay.hpp"

#include "mpic/wire/draft_request.hpp"
#include "support/sample_attempt.hpp"

#include <gtest/gtest.h>

namespace {

const char* const mark = R"({"kind":"repair","reason":"write-failed","detail":"d","since":"s",)"
                         R"("refused-records":2})";

TEST(AuditReplayOutage, LateRecordsThatWaitedForTheDiskCompleteTheirAttempt) {
    const auto asked =
        mpic::wire::decode_draft_request(R"({"method":"caa","domain":"a.example"})", "r-1").value();
    const auto attempt = test::sample_attempt(asked);
    const mpic::Reply reply = test::passing_report(asked, attempt.seats[5].id);
    const auto late = mpic::wire::encode_late_record(
        asked, attempt, 5, reply, test::tally_with(asked, {}).decision().seats[5].value());

    std::vector<mpic::wire::AuditRemark> remarks;
    mpic::wire::AuditReplay replay(
        [&](mpic::wire::AuditRemark remark) { remarks.push_back(std::move(remark)); });
    std::size_t line = 0;
    base::WallTime now = std::chrono::sys_days(std::chrono::November / 22 / 2026);
    const auto take = [&](const std::string& record) {
        ++line;
        replay.take({"journal-00000001.jsonl", line}, line, now, record);
    };
    take(mpic::wire::encode_decision_record(asked, test::corroborated(asked, {}, {5}), "client"));
    for (int outage = 0; outage < 5; ++outage) { // each too long for an attempt
        now += 3 * mpic::wire::AuditReplay::longest_attempt;
        take(mark);
    }
    take(late);
    EXPECT_TRUE(remarks.empty()) << remarks[0].message;
    take(late);
    ASSERT_EQ(remarks.size(), 1U) << "the attempt was complete";
    EXPECT_NE(remarks[0].message.find("one terminal record too many"), std::string::npos);
}

} // namespace
