// SPDX-License-Identifier: Apache-2.0
// Lookups that are kept as text must be what the list would be, and be written as it would be.
#include "mpic/wire/agent_protocol.hpp"
#include "mpic/wire/audit_record.hpp"
#include "mpic/wire/draft_request.hpp"
#include "mpic/wire/draft_response.hpp"

#include "random_values.hpp"
#include "support/sample_attempt.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>

namespace {

using mpic::CheckRequest;
using mpic::Lookups;
using mpic::PerspectiveReport;
using ::testing::HasSubstr;
using ::testing::Not;

std::string lookups_text(const PerspectiveReport& report) {
    std::string out;
    if (report.dcv)
        out += report.dcv->lookups.text();
    if (report.caa)
        out += report.caa->lookups.text();
    return out;
}

/// With lists only.
PerspectiveReport listed(PerspectiveReport report) {
    if (report.dcv)
        static_cast<void>(report.dcv->lookups.edit());
    if (report.caa)
        static_cast<void>(report.caa->lookups.edit());
    EXPECT_EQ(lookups_text(report), "");
    return report;
}

PerspectiveReport sent(const PerspectiveReport& report) {
    return mpic::wire::decode_report(mpic::wire::encode_report(report, "attempt-1"), "attempt-1")
        .value();
}

CheckRequest request(const std::string& body) {
    return mpic::wire::decode_draft_request(body, "request-1").value();
}

PerspectiveReport sample() {
    PerspectiveReport out = test::passing_report(
        request(R"({"method":"http","domain":"a.example","path":"/x","expected":"0123456789"})"),
        "fra");
    out.elapsed_ms = 31.416;
    auto& lookup = out.caa->lookups.edit().emplace_back(test::sample_lookup("www", "CAA"));
    lookup.records = {"0 issue \"ca.example\"", "", "a\\b\tc"};
    lookup.chain = {"b.example", "c.example"};
    lookup.extended_errors = {"stale answer"};
    lookup.record_count = 1'000'000;
    lookup.tries = 1'000'000;
    lookup.elapsed_ms = 999'999.999;
    auto& quiet = out.caa->lookups.edit().emplace_back();
    quiet.name = "example";
    quiet.type = "CAA";
    return out;
}

TEST(LookupText, IsKeptOfWhatAnAgentUsuallyReports) {
    const PerspectiveReport report = sample();
    const PerspectiveReport got = sent(report);
    EXPECT_NE(got.dcv->lookups.text(), "");
    EXPECT_NE(got.caa->lookups.text(), "");
    EXPECT_EQ(mpic::wire::caa_report_json(*got.caa), mpic::wire::caa_report_json(*report.caa));
    EXPECT_EQ(mpic::wire::dcv_report_json(*got.dcv), mpic::wire::dcv_report_json(*report.dcv));
    EXPECT_EQ(mpic::wire::encode_report(got, "a"), mpic::wire::encode_report(report, "a"));
    EXPECT_EQ(got, report); // makes the lists
    EXPECT_NE(got.caa->lookups.text(), "");
}

TEST(LookupText, IsNotKeptOfOtherLookups) {
    const auto kept = [](auto change) {
        PerspectiveReport report = sample();
        change(report.caa->lookups.edit());
        const PerspectiveReport got = sent(report);
        EXPECT_EQ(got, report);
        return !got.caa->lookups.text().empty();
    };
    using List = Lookups::List;
    EXPECT_TRUE(kept([](List&) {}));
    EXPECT_FALSE(kept([](List& list) { list.clear(); }));
    EXPECT_FALSE(kept([](List& list) { list[0].name.clear(); }));
    EXPECT_FALSE(kept([](List& list) { list[1].type.clear(); }));
    EXPECT_FALSE(kept([](List& list) { list[0].links.emplace_back(); }));
    EXPECT_FALSE(kept([](List& list) {
        list[0].failure = {.kind = base::FailureKind::timeout, .detail = "late"};
    }));
    EXPECT_FALSE(kept([](List& list) { list[0].records = {"é"}; }));
    EXPECT_FALSE(kept([](List& list) { list[0].records = {"\x01"}; }));
    EXPECT_FALSE(kept([](List& list) { list[0].elapsed_ms = 1e6; }));
}

TEST(LookupText, EditedItIsGone) {
    PerspectiveReport got = sent(sample());
    got.caa->lookups.edit()[0].name = "b.example";
    EXPECT_EQ(got.caa->lookups.text(), "");
    EXPECT_EQ(got.caa->lookups.list().size(), 3U);
    EXPECT_THAT(mpic::wire::caa_report_json(*got.caa), HasSubstr(R"({"name":"b.example")"));
}

TEST(LookupText, WritesWhatTheListWrites) {
    test::RandomValues values(4711);
    int kept = 0;
    for (int i = 0; i < 300; ++i) {
        const PerspectiveReport got = sent(values.report());
        kept += lookups_text(got).empty() ? 0 : 1;
        EXPECT_EQ(mpic::wire::encode_report(got, "a"), mpic::wire::encode_report(listed(got), "a"));
    }
    EXPECT_GT(kept, 50);
}

TEST(LookupText, OfADamagedReportWritesWhatTheListWrites) {
    const std::string whole = mpic::wire::encode_report(sample(), "a");
    const std::string octets = "{}[],:\"\\/bu0123456789eE+-.trueA \n\x80\xc3\xa9";
    std::mt19937 random(51);
    int kept = 0;
    for (int round = 0; round < 4'000; ++round) {
        std::string damaged = whole;
        for (std::size_t i = 0; i <= random() % 2; ++i)
            damaged[random() % damaged.size()] = octets[random() % octets.size()];
        if (random() % 4 == 0) {
            const std::size_t at = random() % damaged.size();
            const std::string piece = damaged.substr(at, random() % 40);
            random() % 2 == 0 ? damaged.insert(at, piece) : damaged.erase(at, piece.size());
        }
        const auto got = mpic::wire::decode_report(damaged, "a");
        if (!got || damaged == whole || lookups_text(*got).empty())
            continue;
        ++kept;
        ASSERT_EQ(mpic::wire::encode_report(*got, "a"),
                  mpic::wire::encode_report(listed(*got), "a"))
            << damaged;
    }
    EXPECT_GT(kept, 200);
}

/// Answer and record of an attempt in which everybody's lookups are lists, or all that can be
/// texts.
void expect_same_words(const CheckRequest& asked, const PerspectiveReport& report,
                       const char* secret = nullptr) {
    const auto from_list = test::corroborated(asked, {{2, listed(report)}});
    const auto from_text = test::corroborated(asked, {{2, sent(report)}});
    const std::string answer = mpic::wire::encode_draft_response(asked, from_text);
    EXPECT_EQ(answer, mpic::wire::encode_draft_response(asked, from_list));
    const std::string record = mpic::wire::encode_decision_record(asked, from_text, "client");
    EXPECT_EQ(record, mpic::wire::encode_decision_record(asked, from_list, "client"));
    if (secret != nullptr) {
        EXPECT_THAT(answer, Not(HasSubstr(secret)));
        EXPECT_THAT(record, Not(HasSubstr(secret)));
    }
}

TEST(LookupText, StandsInAnswersAndRecordsAsTheListWould) {
    PerspectiveReport report = sample();
    expect_same_words(request(R"({"method":"caa","domain":"a.example"})"), report);
    const std::string body =
        R"({"method":"http","domain":"a.example","path":"/x","expected":"pa\"s\\s-0123456789"})";
    expect_same_words(request(body), report);
    report.caa->lookups.edit()[1].records = {"is pa\"s\\s-0123456789, it is"};
    expect_same_words(request(body), report, "s-0123456789");
    report.caa->lookups.edit()[1].records.clear();
    report.dcv->lookups.edit()[0].extended_errors = {"pa\"s\\s-0123456789"};
    expect_same_words(request(body), report, "s-0123456789");
}

} // namespace
