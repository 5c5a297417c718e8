// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/agent_protocol.hpp"

#include "random_values.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace {

using mpic::wire::AgentQuestion;
using mpic::wire::decode_question;
using mpic::wire::decode_report;
using mpic::wire::encode_question;
using mpic::wire::encode_report;
using nlohmann::json;
using testing::HasSubstr;

TEST(AgentProtocol, QuestionsRoundTrip) {
    test::RandomValues values(8659);
    for (int i = 0; i < 500; ++i) {
        const AgentQuestion question = values.question();
        const auto back = decode_question(encode_question(question));
        ASSERT_TRUE(back) << back.error().detail << "\n" << encode_question(question);
        EXPECT_EQ(*back, question);
    }
}

TEST(AgentProtocol, ReportsRoundTrip) {
    test::RandomValues values(8657);
    for (int i = 0; i < 500; ++i) {
        const mpic::PerspectiveReport report = values.report();
        const auto back = decode_report(encode_report(report, "attempt"), "attempt");
        ASSERT_TRUE(back) << back.error().detail;
        EXPECT_EQ(*back, report);
    }
}

// A zone must not be able to make every agent look broken: what decides is sent, however long the
// rest is.
TEST(AgentProtocol, AReportIsNeverLongerThanIsRead) {
    mpic::LookupEvidence lookup;
    lookup.name = std::string(253, 'n');
    lookup.type = "CAA";
    lookup.rcode = "NOERROR";
    lookup.records.assign(20, std::string(800, '\\'));
    lookup.record_count = 20;
    lookup.chain.assign(16, std::string(1000, '\\'));
    lookup.extended_errors.assign(8, std::string(800, '"'));
    mpic::PerspectiveReport report;
    report.perspective = "fra";
    report.caa.emplace();
    report.caa->finding = {mpic::Verdict::passed, "ok", "determined"};
    report.caa->node = "example.com";
    report.caa->rdata.assign(4096, std::string(12, '\xff'));
    report.caa->lookups.edit().assign(127, lookup);
    report.dcv.emplace();
    report.dcv->finding = {mpic::Verdict::rejected, "http-status", "404"};
    report.dcv->lookups.edit().assign(22, lookup);
    const std::string sent = encode_report(report, "attempt");
    EXPECT_LE(sent.size(), mpic::wire::agent_report_limit);
    const auto back = decode_report(sent, "attempt");
    ASSERT_TRUE(back) << back.error().detail;
    EXPECT_EQ(back->dcv->finding, report.dcv->finding);
    EXPECT_EQ(back->caa->finding, report.caa->finding);
    EXPECT_EQ(back->caa->rdata, report.caa->rdata);
    ASSERT_EQ(back->caa->lookups.list().size(), 127U);
    EXPECT_EQ(back->caa->lookups.list().front().name, lookup.name);
    EXPECT_EQ(back->caa->lookups.list().front().record_count, 20U);
}

// Times are sent to the microsecond, which is what answers show.
TEST(AgentProtocol, TimesAreRoundedOnceAndForAll) {
    mpic::PerspectiveReport report;
    report.perspective = "fra";
    report.elapsed_ms = 12.3456789;
    const auto back = decode_report(encode_report(report, "a"), "a");
    ASSERT_TRUE(back) << back.error().detail;
    EXPECT_EQ(back->elapsed_ms, 12.346);
    report.elapsed_ms = 1'234'567.8912;
    EXPECT_EQ(decode_report(encode_report(report, "a"), "a")->elapsed_ms, 1'234'567.891);
}

json sample_question() {
    return json::parse(R"({"attempt-id":"a1","perspective":"fra","budget-ms":5000,"request-id":"r",
        "traceparent":"",
        "dcv":{"type":"http","host-name":"a.example","path":"/x","expected-base64":"VA=="},
        "caa":{"domain":"a.example","wildcard":false,"policy":{"issuer-domains":["ca.example"]}}})");
}

json sample_report() {
    return json::parse(encode_report(test::RandomValues(4).report(), "a1"));
}

TEST(AgentProtocol, TheWrittenForm) {
    const auto question = decode_question(sample_question().dump());
    ASSERT_TRUE(question) << question.error().detail;
    EXPECT_EQ(question->perspective, "fra");
    EXPECT_EQ(question->budget, std::chrono::seconds(5));
    EXPECT_EQ(std::get<mpic::HttpQuestion>(*question->dcv).expected, "T");
    EXPECT_EQ(json::parse(encode_question(*question)), sample_question());
}

TEST(AgentProtocol, UnknownMembersAreIgnored) {
    json question = sample_question();
    question["new"] = {1, 2};
    question["dcv"]["new"] = "x";
    question["caa"]["policy"]["new"] = nullptr;
    EXPECT_TRUE(decode_question(question.dump()));
    json report = sample_report();
    report["new"] = 1;
    EXPECT_TRUE(decode_report(report.dump(), "a1"));
}

void expect_refused(const json& question, std::string_view words) {
    const auto decoded = decode_question(question.dump());
    ASSERT_FALSE(decoded) << question;
    EXPECT_EQ(decoded.error().kind, base::FailureKind::peer_malformed);
    EXPECT_THAT(decoded.error().detail, HasSubstr(words)) << question;
}

/// Applies `change` to a good question.
template <class Change>
void expect_refused_after(Change change, std::string_view words) {
    json question = sample_question();
    change(question);
    expect_refused(question, words);
}

TEST(AgentProtocol, MissingMembersAreNotIgnored) {
    for (const char* key : {"attempt-id", "perspective", "budget-ms", "request-id", "traceparent"})
        expect_refused_after([&](json& q) { q.erase(key); },
                             std::string("$.") + key + ": required");
    for (const char* key : {"type", "host-name", "path", "expected-base64"})
        expect_refused_after([&](json& q) { q["dcv"].erase(key); }, std::string("$.dcv.") + key);
    expect_refused_after([](json& q) { q["caa"].erase("wildcard"); }, "$.caa.wildcard");
    expect_refused_after(
        [](json& q) {
            q.erase("dcv");
            q.erase("caa");
        },
        "or caa");
}

TEST(AgentProtocol, IllTypedAndOutOfRangeMembersAreRefused) {
    expect_refused_after([](json& q) { q["budget-ms"] = 0; }, "budget-ms");
    expect_refused_after([](json& q) { q["budget-ms"] = 600'001; }, "budget-ms");
    expect_refused_after([](json& q) { q["budget-ms"] = "5000"; }, "budget-ms");
    expect_refused_after([](json& q) { q["dcv"] = nullptr; }, "$.dcv");
    expect_refused_after([](json& q) { q["dcv"]["type"] = "relation"; }, "not a type of question");
    expect_refused_after([](json& q) { q["dcv"]["path"] = "x"; }, "begin with /");
    expect_refused_after([](json& q) { q["dcv"]["expected-base64"] = "V"; }, "base64");
    expect_refused_after([](json& q) { q["dcv"]["expected-base64"] = ""; }, "must not be empty");
    expect_refused_after([](json& q) { q["dcv"]["host-name"] = "a..b"; }, "host-name");
    expect_refused_after([](json& q) { q["dcv"]["host-address"] = "1.2.3"; }, "host-address");
    expect_refused_after([](json& q) { q["caa"]["wildcard"] = 1; }, "wildcard");
    expect_refused_after([](json& q) { q["caa"]["policy"]["issuer-domains"] = "x"; }, "an array");
    expect_refused_after([](json& q) { q["attempt-id"] = std::string(129, 'x'); }, "at most 128");
    expect_refused(json::array(), "an object");
    EXPECT_FALSE(decode_question(""));
    EXPECT_FALSE(decode_question("{"));
}

TEST(AgentProtocol, ListsAndTextsAreBounded) {
    json report = sample_report();
    report["dcv"] = json::parse(R"({"verdict":"passed","code":"ok","detail":"","dnssec":"secure",
        "lookups":[],"hops":[],"seen":""})");
    ASSERT_TRUE(decode_report(report.dump(), "a1"));
    json long_text = report;
    long_text["dcv"]["seen"] = std::string(9000, 'x');
    EXPECT_FALSE(decode_report(long_text.dump(), "a1"));
    json long_list = report;
    long_list["dcv"]["lookups"] = json(std::vector<int>(5000));
    const auto refused = decode_report(long_list.dump(), "a1");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().detail, HasSubstr("4096"));
    json large = report;
    large["padding"] = std::string(mpic::wire::agent_report_limit, 'x');
    EXPECT_FALSE(decode_report(large.dump(), "a1"));
    json question = sample_question();
    question["padding"] = std::string(mpic::wire::agent_request_limit, 'x');
    EXPECT_FALSE(decode_question(question.dump()));
}

TEST(AgentProtocol, ReportsOfAnotherAttemptAreRefused) {
    const auto report = decode_report(sample_report().dump(), "a2");
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().kind, base::FailureKind::peer_malformed);
    EXPECT_THAT(report.error().detail, HasSubstr("another question"));
}

TEST(AgentProtocol, UnknownVerdictsAndCodesAreRefused) {
    json report = sample_report();
    report["caa"] = json::parse(R"({"verdict":"perhaps","code":"Not A Code","detail":"","domain":"",
        "records":["***"],"deciding-record":"","dnssec":"secured","lookups":[]})");
    const auto refused = decode_report(report.dump(), "a1");
    ASSERT_FALSE(refused);
    for (const char* path : {"$.caa.verdict", "$.caa.code", "$.caa.records[0]", "$.caa.dnssec"})
        EXPECT_THAT(refused.error().detail, HasSubstr(path));
}

TEST(AgentProtocol, AFailureKindFromTheFutureIsStillAFailure) {
    json report = sample_report();
    report["dcv"] =
        json::parse(R"({"verdict":"undetermined","code":"x","detail":"","dnssec":"secure",
        "lookups":[{"name":"","type":"","rcode":"","records":[],"record-count":0,"chain":[],
        "dnssec":"secure","dnssec-proof":"","extended-errors":[],"resolver":"","tries":1,
        "elapsed-ms":1,"failure":{"code":"quic-failed","detail":"d"}}],"hops":[],"seen":""})");
    const auto decoded = decode_report(report.dump(), "a1");
    ASSERT_TRUE(decoded) << decoded.error().detail;
    EXPECT_EQ(decoded->dcv->lookups.list().at(0).failure,
              (base::Failure{base::FailureKind::invalid, "d"}));
}

TEST(AgentProtocol, EncodingNeverThrowsForOctets) {
    mpic::PerspectiveReport report;
    report.perspective = "fra";
    report.elapsed_ms = std::numeric_limits<double>::quiet_NaN();
    report.dcv = mpic::DcvReport{.finding = {.verdict = mpic::Verdict::rejected,
                                             .code = "body-mismatch",
                                             .detail = "saw \xff\xfe"},
                                 .lookups = {},
                                 .hops = {},
                                 .seen = "\x80",
                                 .dnssec = {}};
    const auto back = decode_report(encode_report(report, "a"), "a");
    ASSERT_TRUE(back) << back.error().detail;
    EXPECT_EQ(back->dcv->seen, "\xef\xbf\xbd");
    EXPECT_FALSE(mpic::wire::dcv_report_json(*report.dcv).empty());
}

TEST(AgentProtocol, BriefEvidenceLeavesOutWhatSaysNothing) {
    mpic::CaaReport report;
    report.finding = {mpic::Verdict::passed, "ok", "no CAA records"};
    report.lookups.edit().emplace_back();
    report.lookups.edit()[0].name = "a.example";
    report.lookups.edit()[0].elapsed_ms = 1.23456789;
    const json brief = json::parse(mpic::wire::caa_report_json(report));
    EXPECT_EQ(brief["domain"], ""); // no CAA anywhere
    EXPECT_EQ(brief["records"], json::array());
    EXPECT_EQ(brief["lookups"][0]["elapsed-ms"], 1.235);
    EXPECT_EQ(brief["lookups"][0]["record-count"], 0);
    for (const char* silent : {"rcode", "records", "chain", "resolver", "tries", "failure"})
        EXPECT_FALSE(brief["lookups"][0].contains(silent)) << silent;
}

} // namespace
