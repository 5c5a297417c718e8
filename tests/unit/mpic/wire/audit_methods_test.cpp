// SPDX-License-Identifier: Apache-2.0
// Audit records and answers of the methods beyond the draft: what was asked without its secrets,
// what was selected, and that such decisions are replayed (BR 5.4.1).
#include "mpic/wire/audit_replay.hpp"

#include "base/core/digest.hpp"
#include "base/core/encoding.hpp"
#include "base/core/time_text.hpp"
#include "mpic/wire/draft_request.hpp"
#include "mpic/wire/draft_response.hpp"
#include "support/sample_attempt.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace {

using mpic::CheckRequest;
using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Replies = std::vector<std::pair<std::size_t, mpic::Reply>>;

const base::WallTime day = base::parse_rfc3339("2026-11-22T12:00:00Z").value();
const std::string token = "token-0123456789abcdef";
const std::string authorization = token + ".thumbprint-0123456789";

CheckRequest request(const std::string& body) {
    return mpic::wire::decode_draft_request(body, "r-1").value();
}
CheckRequest reverse() {
    return request(R"({"method":"ip-reverse","ip-address":"192.0.2.7"})");
}
std::string record(const CheckRequest& asked, Replies replies = {}) {
    return mpic::wire::encode_decision_record(asked, test::corroborated(asked, std::move(replies)),
                                              "client-1");
}
std::vector<std::string> problems(const json& written) {
    const auto read = mpic::wire::decode_audit_record(written.dump());
    if (!read)
        return {read.error().detail};
    return mpic::wire::replay_problems(std::get<mpic::wire::AuditDecision>(*read), day);
}
mpic::PerspectiveReport finds(const CheckRequest& asked, std::string id,
                              std::vector<std::string> values) {
    auto report = test::passing_report(asked, std::move(id));
    report.dcv->selected = std::move(values);
    return report;
}

TEST(AuditMethods, WhatWasAskedWithoutItsSecret) {
    const auto alpn = request(R"({"method":"tls-alpn-01","domain":"a.example","caa":false,)"
                              R"("key-authorization":")"
                              + authorization + R"("})");
    const json written = json::parse(record(alpn));
    EXPECT_EQ(written["validation-method"], "tls-alpn-01");
    EXPECT_EQ(written["dcv"], json({{"type", "tls-alpn"},
                                    {"host", "a.example"},
                                    {"expected-sha256", base::hex(base::sha256(authorization))}}));

    const auto account = request(R"({"method":"dns-account-01","domain":"a.example","caa":false,)"
                                 R"("account-url":"https://ca.example/1","key-authorization":")"
                                 + authorization + R"("})");
    const std::string text = record(account);
    EXPECT_EQ(json::parse(text)["validation-method"], "BR 3.2.2.4.21");
    EXPECT_EQ(json::parse(text)["dcv"]["account-url"], "https://ca.example/1");
    EXPECT_THAT(text, Not(HasSubstr(token)));
    EXPECT_THAT(text, Not(HasSubstr(base::base64url(base::sha256(authorization)))));
}

TEST(AuditMethods, TheTxtValueIsBlottedOutOfWhatWasSeen) {
    const auto asked = request(R"({"method":"dns-01","domain":"a.example","caa":false,)"
                               R"("key-authorization":")"
                               + authorization + R"("})");
    const std::string value = base::base64url(base::sha256(authorization));
    auto report = test::passing_report(asked, "iad");
    report.dcv->seen = '"' + value + '"';
    report.dcv->lookups.edit()[0].records = {'"' + value + '"'};
    const auto corroboration = test::corroborated(asked, {{1, report}});
    const std::string answer = mpic::wire::encode_draft_response(asked, corroboration);
    EXPECT_THAT(answer, Not(HasSubstr(value)));
    EXPECT_THAT(answer, HasSubstr("[the expected value]"));
    EXPECT_THAT(record(asked, {{1, report}}), Not(HasSubstr(value)));
}

TEST(AuditMethods, EveryQuestionIsReplayedAsItIs) {
    for (const std::string& body :
         {std::string(R"({"method":"ip-reverse","ip-address":"192.0.2.7","fqdn":"a.example"})"),
          std::string(R"({"method":"contact","domain":"a.example","kind":"email","source":"txt",)"
                      R"("expected":"a@b.example"})"),
          std::string(R"({"method":"dns-persist-01","domain":"192.0.2.7",)"
                      R"("issuer-domains":["ca.example"],"account-uri":"u:1","policy":"x"})"),
          std::string(R"({"method":"website-change","domain":"a.example","scheme":"https",)"
                      R"("path":"/.well-known/pki-validation/f","expected":"T"})"),
          std::string(
              R"({"method":"tls-alpn-01","domain":"192.0.2.7","key-authorization":"t.p"})")})
        EXPECT_THAT(problems(json::parse(record(request(body)))), IsEmpty()) << body;
}

TEST(AuditMethods, ADecisionBySelectionIsReplayedBySelection) {
    const auto asked = reverse();
    const json good = json::parse(record(asked, {{4, finds(asked, "gru", {"other"})}}));
    EXPECT_EQ(good["ok"], true);
    EXPECT_EQ(good["dcv"]["by-selection"], true);
    EXPECT_EQ(good["perspectives"][4]["dcv"]["selected"], json({"other"}));
    EXPECT_EQ(good["perspectives"][4]["outcome"], "disagrees");
    EXPECT_EQ(good["quorum"]["result"], "4/5");
    EXPECT_THAT(problems(good), IsEmpty());

    json forged = good; // as if gru had seen the same
    forged["perspectives"][4]["dcv"]["selected"] = {"selected"};
    EXPECT_THAT(problems(forged), Not(IsEmpty()));
    forged = good;
    forged["perspectives"][2]["dcv"]["selected"] = {"another"};
    EXPECT_THAT(problems(forged), Not(IsEmpty()));
    forged = good;
    forged["dcv"].erase("by-selection");
    EXPECT_THAT(problems(forged), Not(IsEmpty()));
}

TEST(AuditMethods, AnswersSayWhatWasCorroborated) {
    const auto asked = reverse();
    const json good =
        json::parse(mpic::wire::encode_draft_response(asked, test::corroborated(asked)));
    EXPECT_EQ(good["ok"], true);
    EXPECT_EQ(good["selected"], json({"selected"}));
    EXPECT_EQ(good["perspectives"]["iad"]["dcv"]["selected"], json({"selected"}));
    const json bad = json::parse(mpic::wire::encode_draft_response(
        asked, test::corroborated(
                   asked, {{1, finds(asked, "iad", {"x"})}, {2, finds(asked, "fra", {"x"})}})));
    EXPECT_EQ(bad["ok"], false);
    EXPECT_FALSE(bad.contains("selected"));
    const auto plain =
        request(R"({"method":"http","domain":"a.example","path":"/","expected":"T"})");
    EXPECT_FALSE(json::parse(mpic::wire::encode_draft_response(plain, test::corroborated(plain)))
                     .contains("selected"));
}

} // namespace
