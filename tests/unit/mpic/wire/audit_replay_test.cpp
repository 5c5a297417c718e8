// SPDX-License-Identifier: Apache-2.0
// What an auditor is told of a journal whose chain is sound: a record that was written wrong, or
// rewritten together with everything after it.
#include "mpic/wire/audit_replay.hpp"

#include "base/core/time_text.hpp"
#include "mpic/wire/draft_request.hpp"
#include "support/sample_attempt.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace {

using mpic::CheckRequest;
using mpic::Outcome;
using mpic::Reply;
using mpic::Verdict;
using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Replies = std::vector<std::pair<std::size_t, Reply>>;
using Seats = std::vector<std::size_t>;

CheckRequest request(std::string_view body) {
    return mpic::wire::decode_draft_request(body, "r-1").value();
}
/// DCV, and CAA by permission.
CheckRequest acme_request() {
    return request(R"({"method":"http-acme","domain_or_ip":"a.example","token":"tok",)"
                   R"("key_authorization":"tok.thumbprint-0123","caa-policy":)"
                   R"({"issuer-domains":["letsencrypt.org"]}})");
}
/// DCV, and CAA by equal record sets.
CheckRequest http_request() {
    return request(R"({"method":"http","domain":"a.example","path":"/","expected":"T"})");
}

Reply silent() {
    return mpic::NoReport{Outcome::timeout, {base::FailureKind::timeout, "no answer"}, 9};
}
mpic::PerspectiveReport hijacked(const CheckRequest& asked, const std::string& id) {
    auto report = test::passing_report(asked, id);
    report.dcv = test::sample_dcv(Verdict::rejected, "body-mismatch", "else");
    return report;
}
mpic::PerspectiveReport other_caa(const CheckRequest& asked, const std::string& id) {
    auto report = test::passing_report(asked, id);
    report.caa->rdata = {"\x01other"};
    return report;
}

base::WallTime at(std::string_view text) {
    return base::parse_rfc3339(text).value();
}
const base::WallTime day = at("2026-11-22T12:00:00Z");

json decision(const CheckRequest& asked, Replies replies = {}, Seats pending = {}) {
    return json::parse(mpic::wire::encode_decision_record(
        asked, test::corroborated(asked, std::move(replies), std::move(pending)), "client-1"));
}

std::vector<std::string> problems(const json& record, base::WallTime when = day) {
    const auto read = mpic::wire::decode_audit_record(record.dump());
    if (!read)
        return {read.error().detail};
    return mpic::wire::replay_problems(std::get<mpic::wire::AuditDecision>(*read), when);
}

TEST(AuditReplayDecision, WhatTheCoordinatorWritesIsReplayedAsItIs) {
    for (const CheckRequest& asked :
         {acme_request(), http_request(), request(R"({"method":"caa","domain":"*.a.example"})")}) {
        auto contradicting = test::passing_report(asked, "gru");
        contradicting.caa->permits = false;
        auto unjudged = test::passing_report(asked, "gru");
        unjudged.caa->permits.reset();
        auto failed_lookup = unjudged; // BR 4.2.2.1.1: permission without a set
        failed_lookup.caa->lookup_failure = {true, true, true, "e"};
        auto retried_only = unjudged;
        retried_only.caa->lookup_failure = {false, true, false, "e"};
        const Replies cases[] = {
            {{4, unjudged}},
            {{4, failed_lookup}},
            {{4, retried_only}},
            {},
            {{2, silent()}},
            {{0, silent()}},
            {{1, test::passing_report(asked, "somebody-else")}},
            {{1, other_caa(asked, "iad")}},
            {{1, other_caa(asked, "iad")}, {3, other_caa(asked, "nrt")}},
            {{0, other_caa(asked, "cdg")}},
            {{4, contradicting}},
        };
        for (const auto& replies : cases)
            for (const Seats& pending : {Seats{}, Seats{5}, Seats{4, 5}, Seats{0}, Seats{0, 5}})
                EXPECT_THAT(problems(decision(asked, replies, pending)), IsEmpty())
                    << decision(asked, replies, pending).dump(2);
        if (asked.dcv)
            EXPECT_THAT(problems(decision(
                            asked, {{1, hijacked(asked, "iad")}, {3, hijacked(asked, "nrt")}})),
                        IsEmpty());
    }
}

TEST(AuditReplayDecision, RecordSetsInFullAndAsDigestsCompareAsEqual) {
    const CheckRequest asked = http_request();
    Replies replies;
    for (std::size_t i = 0; i < 6; ++i) {
        auto big = test::passing_report(asked, test::sample_attempt(asked).seats[i].id);
        for (char c = 'a'; c < 'f'; ++c)
            big.caa->rdata.push_back(std::string(60'000, c));
        if (i == 3)
            std::ranges::reverse(big.caa->rdata); // the order on the wire means nothing
        replies.emplace_back(i, big);
    }
    const json record = decision(asked, replies);
    ASSERT_TRUE(record["perspectives"][0]["caa"].contains("records-digest"));
    EXPECT_EQ(record["ok"], true);
    EXPECT_THAT(problems(record), IsEmpty());
}

struct Tampering {
    const char* name;
    void (*change)(json& record);
    const char* found;
};

json& seat(json& record, std::string_view id) {
    for (json& one : record["perspectives"])
        if (one["id"] == id)
            return one;
    throw std::invalid_argument("no such seat");
}

TEST(AuditReplayDecision, EveryTamperedMemberIsFound) {
    // iad and nrt were hijacked: 3/5, refused.
    const Tampering cases[] = {
        {"ok", [](json& r) { r["ok"] = true; }, "ok is recorded as true"},
        {"code", [](json& r) { r["code"] = "ok"; }, "its code as ok"},
        {"quorum.result", [](json& r) { r["quorum"]["result"] = "4/5"; }, "quorum.result"},
        {"part result", [](json& r) { r["quorum"]["dcv"]["result"] = "5/5"; },
         "quorum.dcv.result is recorded as 5/5, and the reports make it 3/5"},
        {"part passed", [](json& r) { r["quorum"]["dcv"]["passed"] = true; }, "quorum.dcv.passed"},
        {"primary", [](json& r) { r["quorum"]["dcv"]["primary-passed"] = false; },
         "quorum.dcv.primary-passed"},
        {"rirs", [](json& r) { r["quorum"]["dcv"]["rirs"].push_back("ARIN"); }, "quorum.dcv.rirs"},
        {"part gone", [](json& r) { r["quorum"].erase("caa"); }, "quorum.caa is missing"},
        {"required", [](json& r) { r["quorum"]["required"] = 3; }, "below the 4 of cabf-br"},
        {"minimum-rirs", [](json& r) { r["quorum"]["minimum-rirs"] = 1; }, "quorum.minimum-rirs"},
        {"minimum-remotes", [](json& r) { r["quorum"]["minimum-remotes"] = 2; },
         "quorum.minimum-remotes"},
        {"policy", [](json& r) { r["quorum"]["policy"] = "cabf-br-2025-03-15"; }, "not in force"},
        {"remotes", [](json& r) { r["quorum"]["remotes"] = 4; }, "the quorum counts 4"},
        {"outcome", [](json& r) { seat(r, "iad")["outcome"] = "corroborates"; },
         "outcome of perspective iad is recorded as corroborates, and the reports make it "
         "disagrees"},
        {"dcv-outcome", [](json& r) { seat(r, "iad")["dcv-outcome"] = "corroborates"; },
         "dcv-outcome of perspective iad"},
        {"result", [](json& r) { seat(r, "iad")["dcv"]["result"] = "domain validation pass"; },
         "dcv.result of perspective iad"},
        {"verdict", [](json& r) { seat(r, "iad")["dcv"]["verdict"] = "passed"; },
         "quorum.dcv.result is recorded as 3/5, and the reports make it 4/5"},
        {"records",
         [](json& r) { seat(r, "fra")["caa"]["records"] = json::array({"AAVpc3N1ZQ=="}); },
         "caa-outcome of perspective fra"},
        {"node", [](json& r) { seat(r, "fra")["caa"]["domain"] = "example"; },
         "caa-outcome of perspective fra"},
        {"silence", [](json& r) { seat(r, "fra").erase("started"); }, "needs a report"},
        {"role", [](json& r) { seat(r, "cdg")["role"] = "remote"; }, "remote perspectives"},
        {"two primaries", [](json& r) { seat(r, "fra")["role"] = "primary"; },
         "2 perspectives are recorded as the primary"},
        {"rir", [](json& r) { seat(r, "fra")["rir"] = "ARIN"; }, "rirs"},
        {"missing seat", [](json& r) { r["perspectives"].erase(5); }, "a record is missing"},
        {"duplicate", [](json& r) { r["perspectives"].push_back(r["perspectives"][5]); },
         "perspective jnb has more than one place"},
        {"pending and there", [](json& r) { r["pending"] = json::array({"jnb"}); },
         "perspective jnb has more than one place"},
        {"no quorum", [](json& r) { r.erase("quorum"); }, "$.quorum: required"},
        {"no outcome", [](json& r) { seat(r, "iad").erase("outcome"); }, "outcome: required"},
    };
    const CheckRequest asked = http_request();
    const json sound = decision(asked, {{1, hijacked(asked, "iad")}, {3, hijacked(asked, "nrt")}});
    ASSERT_THAT(problems(sound), IsEmpty());
    for (const Tampering& one : cases) {
        json record = sound;
        one.change(record);
        EXPECT_THAT(problems(record), Contains(HasSubstr(one.found))) << one.name;
    }
}

TEST(AuditReplayDecision, ATighterRuleIsNoProblemAndDatesCount_Br3_2_2_9) {
    const CheckRequest asked = http_request();
    json record = decision(asked);
    record["quorum"]["required"] = 5;
    EXPECT_THAT(problems(record), IsEmpty());
    // Decided a moment before the next phase and written a moment after; then long after.
    EXPECT_THAT(problems(decision(asked), at("2026-12-15T00:00:05Z")), IsEmpty());
    EXPECT_THAT(problems(decision(asked), at("2026-12-16")), Contains(HasSubstr("not in force")));
}

TEST(AuditReplayDecision, ALaterPhaseHoldsThroughAClockThatWasSetBack) {
    json record = decision(http_request());
    record["quorum"]["policy"] = "cabf-br-2026-12-15";
    record["quorum"]["minimum-remotes"] = 5;
    EXPECT_THAT(problems(record, at("2026-12-14")), IsEmpty());
    record["quorum"]["minimum-remotes"] = 4; // then it is that phase's floor that counts
    EXPECT_THAT(problems(record, at("2026-12-14")), Contains(HasSubstr("below the 5")));
}

TEST(AuditReplayDecision, WhatIsNoAuditRecordSaysWhy) {
    for (const char* text : {"", "{}", "[]", R"({"kind":"decision"})", R"({"kind":"late"})",
                             R"({"kind":"other"})", R"({"kind":"repair"})"})
        EXPECT_FALSE(mpic::wire::decode_audit_record(text)) << text;
    EXPECT_TRUE(mpic::wire::decode_audit_record(mpic::wire::encode_start_record("mpicd 0.1.0")));
    EXPECT_TRUE(mpic::wire::decode_audit_record(
        R"({"kind":"repair","reason":"torn-line","segment":"s","bytes":3,"moved-to":"t"})"));
}

/// A journal's records one after the other, a second apart.
class AuditReplayTest : public testing::Test {
protected:
    void take(const json& record) { take_text(record.dump()); }
    void take_text(const std::string& record) {
        replay.take({"journal-00000001.jsonl", line}, line, now, record);
        ++line;
        now += std::chrono::seconds(1);
    }
    json late(std::size_t index, const Reply& reply, const Replies& replies = {}) {
        const auto attempt = test::sample_attempt(asked);
        auto all = replies;
        all.emplace_back(index, reply);
        const auto seats = test::tally_with(asked, all).decision().seats;
        return json::parse(
            mpic::wire::encode_late_record(asked, attempt, index, reply, seats[index].value()));
    }
    json honest_late(std::size_t index) {
        return late(index,
                    test::passing_report(asked, test::sample_attempt(asked).seats[index].id));
    }
    json other_attempt(json record) {
        record["attempt-id"] = "attempt-2";
        return record;
    }
    /// A single step could be a clock that was set.
    void pass_longest_attempt() {
        for (const char* id : {"between-1", "between-2", "between-3"}) {
            now += mpic::wire::AuditReplay::longest_attempt;
            json record = decision(asked);
            record["attempt-id"] = id;
            take(record);
        }
    }
    std::vector<std::string> said(bool problem) const {
        std::vector<std::string> out;
        for (const auto& remark : remarks)
            if (remark.problem == problem)
                out.push_back(std::to_string(remark.place.line) + " " + remark.message);
        return out;
    }

    CheckRequest asked = http_request();
    Replies hijack{{1, hijacked(asked, "iad")}, {3, hijacked(asked, "nrt")}}; // a certain refusal
    std::vector<mpic::wire::AuditRemark> remarks;
    mpic::wire::AuditReplay replay{
        [this](mpic::wire::AuditRemark remark) { remarks.push_back(std::move(remark)); }};
    std::size_t line = 1;
    base::WallTime now = day;
};

TEST_F(AuditReplayTest, DecisionsAndTheirLateRecordsInAnyOrder) {
    take_text(mpic::wire::encode_start_record("mpicd 0.1.0"));
    take(decision(asked, hijack, {4, 5}));
    take(other_attempt(decision(asked, {}, {2})));
    take(late(5, silent(), hijack));
    take(other_attempt(late(2, hijacked(asked, "fra"))));
    take(late(4, test::passing_report(asked, "gru"), hijack));
    replay.finish();
    EXPECT_THAT(remarks, IsEmpty());
    EXPECT_EQ(replay.decisions(), 2U);
    EXPECT_EQ(replay.late_records(), 3U);
}

TEST_F(AuditReplayTest, ADecisionThatLateReportsCouldChange) {
    take(decision(asked, {}, {4, 5}));
    take(honest_late(5));
    take(honest_late(4));
    EXPECT_THAT(said(true), ElementsAre(HasSubstr("1 ok is recorded as false before all had")));
}

TEST_F(AuditReplayTest, ASecondTerminalRecord) {
    take(decision(asked, hijack, {4, 5}));
    take(honest_late(5));
    take(honest_late(5));
    take(honest_late(3));
    take(honest_late(4));
    take(honest_late(4));
    EXPECT_THAT(said(true),
                ElementsAre(HasSubstr("3 a second terminal record of perspective jnb"),
                            HasSubstr("4 a second terminal record of perspective nrt"),
                            HasSubstr("6 one terminal record too many: perspective gru")));
}

TEST_F(AuditReplayTest, ASeatThatWasNone) {
    take(decision(asked, {}, {5}));
    json record = honest_late(5);
    record["perspective"]["id"] = "lhr";
    take(record);
    EXPECT_THAT(said(true), ElementsAre(HasSubstr("2 perspective lhr had no seat")));
}

TEST_F(AuditReplayTest, ASecondDecision) {
    take(decision(asked));
    take(decision(asked));
    EXPECT_THAT(said(true), ElementsAre(HasSubstr("2 a second decision of attempt attempt-1")));
}

TEST_F(AuditReplayTest, ALateRecordThatWasTamperedWith) {
    take(decision(asked, {}, {5}));
    json record = honest_late(5);
    record["perspective"]["outcome"] = "disagrees";
    take(record);
    EXPECT_THAT(said(true), ElementsAre(HasSubstr("2 outcome of perspective jnb")));
}

TEST_F(AuditReplayTest, ALateRecordWithoutItsDecision) {
    take(other_attempt(decision(asked)));
    take(honest_late(5));
    EXPECT_THAT(said(true), ElementsAre(HasSubstr("2 the decision record is missing")));
}

TEST_F(AuditReplayTest, EarlierSegmentsThatWereNotGivenExplainAnEarlyLateRecord) {
    line = 100;
    take(honest_late(5));
    EXPECT_THAT(said(false), ElementsAre(HasSubstr("an earlier segment")));
    pass_longest_attempt();
    take(honest_late(4));
    EXPECT_THAT(said(true), ElementsAre(HasSubstr("104 the decision record is missing")));
}

TEST_F(AuditReplayTest, AMissingLateRecordInTheMiddle) {
    take(decision(asked, {}, {4, 5}));
    take(honest_late(4));
    pass_longest_attempt();
    take(other_attempt(decision(asked)));
    EXPECT_THAT(said(true), ElementsAre("1 perspective jnb has no terminal record"));
}

TEST_F(AuditReplayTest, AClockThatIsSetMeanwhileHidesNoLateRecord) {
    for (const auto step : {std::chrono::hours(2), std::chrono::hours(-4), std::chrono::hours(3)}) {
        const auto of_this = [&step](json record) {
            record["attempt-id"] = "attempt" + std::to_string(step.count());
            return record;
        };
        take(of_this(decision(asked, hijack, {4, 5})));
        now += step;
        take(of_this(late(4, silent(), hijack)));
        take(of_this(late(5, silent(), hijack)));
    }
    replay.finish();
    EXPECT_THAT(remarks, IsEmpty());
}

TEST_F(AuditReplayTest, AMissingLateRecordAtTheEndIsANotice) {
    take(decision(asked, {}, {5}));
    take(other_attempt(decision(asked)));
    replay.finish();
    EXPECT_THAT(said(true), IsEmpty());
    EXPECT_THAT(said(false), ElementsAre(HasSubstr("1 perspective jnb has no terminal record: ")));
}

TEST_F(AuditReplayTest, AServiceThatWasKilledIsANotice) {
    take(decision(asked, {}, {5}));
    take_text(mpic::wire::encode_start_record("mpicd 0.1.0"));
    take(other_attempt(decision(asked)));
    replay.finish();
    EXPECT_THAT(said(true), IsEmpty());
    EXPECT_THAT(said(false), ElementsAre(HasSubstr("the service ended before")));
}

TEST_F(AuditReplayTest, RecordsThatTheDiskRefusedAreANotice) {
    take(decision(asked, {}, {5}));
    take_text(R"({"kind":"repair","reason":"write-failed","detail":"d","since":"s",)"
              R"("refused-records":2})");
    take(other_attempt(honest_late(4))); // its decision was the other one refused
    pass_longest_attempt();
    json third = decision(asked);
    third["attempt-id"] = "attempt-3";
    take(third);
    EXPECT_THAT(said(true), IsEmpty());
    EXPECT_THAT(said(false), ElementsAre(HasSubstr("3 its decision was refused"),
                                         HasSubstr("1 perspective jnb has no terminal record: ")));
}

} // namespace
