// SPDX-License-Identifier: Apache-2.0
// BR 5.4.1 (2)(2), (2)(7) and (2)(8).
#include "mpic/wire/audit_record.hpp"

#include "base/core/digest.hpp"
#include "base/core/encoding.hpp"
#include "mpic/wire/audit_perspective.hpp"
#include "mpic/wire/draft_request.hpp"
#include "support/sample_attempt.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace {

using mpic::CheckRequest;
using mpic::Verdict;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

CheckRequest request(std::string_view body) {
    return mpic::wire::decode_draft_request(body, "r-1").value();
}
CheckRequest acme_request() {
    return request(
        R"({"method":"http-acme","domain_or_ip":"a.example","token":"tok",)"
        R"("key_authorization":"tok.thumbprint-0123","caa-policy":)"
        R"({"issuer-domains":["letsencrypt.org"],"account-uri":"https://ca.example/1"}})");
}
json record(const CheckRequest& asked, const mpic::Corroboration& corroboration) {
    return json::parse(mpic::wire::encode_decision_record(asked, corroboration, "client-1"));
}
json perspective(const json& decision, std::string_view id) {
    for (const json& one : decision["perspectives"])
        if (one["id"] == id)
            return one;
    return nullptr;
}

TEST(AuditRecord, TheVerification_Br5_4_1_2_2) {
    const CheckRequest asked = acme_request();
    const json got = record(asked, test::corroborated(asked));
    EXPECT_EQ(got["kind"], "decision");
    EXPECT_EQ(got["request-id"], "r-1");
    EXPECT_EQ(got["client"], "client-1");
    EXPECT_EQ(got["attempt-id"], "attempt-1");
    EXPECT_EQ(got["method"], "http-acme");
    EXPECT_EQ(got["target"], "a.example");
    EXPECT_EQ(got["validation-method"], "http-01");
    EXPECT_EQ(got["dcv"]["path"], "/.well-known/acme-challenge/tok");
    EXPECT_EQ(got["dcv"]["expected-sha256"], base::hex(base::sha256("tok.thumbprint-0123")));
    EXPECT_EQ(got["caa"]["issuer-domains"], json({"letsencrypt.org"}));
    EXPECT_EQ(got["caa"]["account-uri"], "https://ca.example/1");
    EXPECT_EQ(got["caa"]["validation-method"], "http-01");
    EXPECT_EQ(got["ok"], true);
    EXPECT_EQ(got["code"], "ok");
}

TEST(AuditRecord, MethodsByTheirSection) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {R"({"method":"http","domain":"a.example","path":"/","expected":"T"})", "BR 3.2.2.4.18"},
        {R"({"method":"http","domain":"192.0.2.1","path":"/","expected":"T"})", "BR 3.2.2.5.1"},
        {R"({"method":"dns","domain":"a.example","record-type":"TXT","prefix":"","expected":"T"})",
         "BR 3.2.2.4.7"},
    };
    for (const auto& [body, method] : cases) {
        const CheckRequest asked = request(body);
        EXPECT_EQ(record(asked, test::corroborated(asked))["validation-method"], method);
    }
    const CheckRequest caa = request(R"({"method":"caa","domain":"a.example"})");
    EXPECT_FALSE(record(caa, test::corroborated(caa)).contains("validation-method"));
}

TEST(AuditRecord, EveryPerspective_Br5_4_1_2_7) {
    const CheckRequest asked = acme_request();
    auto wrong = test::passing_report(asked, "iad");
    wrong.dcv = test::sample_dcv(Verdict::rejected, "body-mismatch", "else");
    const mpic::NoReport none{mpic::Outcome::timeout, {base::FailureKind::timeout, "no answer"}, 9};
    const json got = record(asked, test::corroborated(asked, {{1, wrong}, {2, none}}));
    ASSERT_EQ(got["perspectives"].size(), 6U);
    const json cdg = perspective(got, "cdg");
    EXPECT_EQ(cdg["role"], "primary");
    EXPECT_EQ(cdg["target"], "a.example");
    EXPECT_EQ(cdg["outcome"], "corroborates");
    EXPECT_EQ(cdg["dcv"]["result"], "domain validation pass");
    EXPECT_EQ(cdg["caa"]["result"], "CAA permission");
    EXPECT_EQ(cdg["started"], "2026-11-22T13:55:23.041000Z");
    EXPECT_EQ(cdg["elapsed-ms"], 31.416);
    const json iad = perspective(got, "iad");
    EXPECT_EQ(iad["dcv"]["result"], "domain validation fail");
    EXPECT_EQ(iad["dcv"]["code"], "body-mismatch");
    EXPECT_EQ(iad["dcv-outcome"], "disagrees");
    EXPECT_EQ(iad["caa-outcome"], "corroborates");
    const json fra = perspective(got, "fra");
    EXPECT_EQ(fra["outcome"], "timeout");
    EXPECT_EQ(fra["rir"], "RIPE NCC");
    EXPECT_EQ(fra["code"], "timeout");
    EXPECT_EQ(fra["dcv"]["result"], "domain validation fail");
    EXPECT_EQ(fra["caa"]["result"], "CAA prohibition");
}

TEST(AuditRecord, QuorumPerPart_Br5_4_1_2_8) {
    const CheckRequest asked = acme_request();
    auto wrong = test::passing_report(asked, "iad");
    wrong.dcv = test::sample_dcv(Verdict::rejected, "body-mismatch", "else");
    const json quorum = record(asked, test::corroborated(asked, {{1, wrong}}))["quorum"];
    EXPECT_EQ(quorum["dcv"]["result"], "4/5");
    EXPECT_EQ(quorum["caa"]["result"], "5/5");
    EXPECT_EQ(quorum["result"], "4/5");
    EXPECT_EQ(quorum["dcv"]["primary-passed"], true);
    EXPECT_EQ(quorum["dcv"]["rirs"], json({"AFRINIC", "APNIC", "LACNIC", "RIPE NCC"}));
    EXPECT_EQ(quorum["required"], 4);
    EXPECT_EQ(quorum["minimum-remotes"], 4);
    EXPECT_EQ(quorum["minimum-rirs"], 2);
    EXPECT_EQ(quorum["policy"], "cabf-br-2026-06-15");
}

TEST(AuditRecord, WithoutAPolicyRecordsAreDeterminedNotPermitted) {
    const CheckRequest asked = request(R"({"method":"caa","domain":"*.a.example"})");
    const json got = record(asked, test::corroborated(asked));
    EXPECT_EQ(got["target"], "*.a.example");
    EXPECT_EQ(got["caa"], json::parse(R"({"domain":"a.example","wildcard":true})"));
    const json cdg = perspective(got, "cdg");
    EXPECT_EQ(cdg["caa"]["result"], "CAA records determined");
    EXPECT_EQ(cdg["caa"]["domain"], "a.example");
    EXPECT_EQ(cdg["caa"]["records"], json({"AAVpc3N1ZWxldHNlbmNyeXB0Lm9yZw=="}));
}

TEST(AuditRecord, DnssecValidationCanBeShown_Br4_2_2_2_7) {
    const CheckRequest asked = acme_request();
    const json lookup =
        perspective(record(asked, test::corroborated(asked)), "cdg")["caa"]["lookups"][0];
    EXPECT_EQ(lookup["name"], "a.example");
    EXPECT_EQ(lookup["type"], "CAA");
    EXPECT_EQ(lookup["dnssec"], "secure");
    EXPECT_EQ(lookup["dnssec-proof"], "AD");
    EXPECT_EQ(lookup["resolver"], "127.0.0.1:53");
}

TEST(AuditRecord, RefusalsAndPending) {
    const CheckRequest asked = acme_request();
    auto wrong = test::passing_report(asked, "cdg");
    wrong.dcv = test::sample_dcv(Verdict::rejected, "body-mismatch", "else");
    auto corroboration = test::corroborated(asked, {{0, wrong}}, {4, 5});
    corroboration.diagnoses = {{"value-not-published", "S.", {}}};
    corroboration.attempts = 2;
    const json got = record(asked, corroboration);
    EXPECT_EQ(got["ok"], false);
    EXPECT_EQ(got["code"], "primary-rejected");
    EXPECT_EQ(got["error"], corroboration.refusal->error);
    EXPECT_EQ(got["attempts"], 2);
    EXPECT_EQ(got["pending"], json({"gru", "jnb"}));
    EXPECT_EQ(got["perspectives"].size(), 4U);
    EXPECT_EQ(got["diagnosis"], json({"value-not-published"}));
}

constexpr mpic::SeatDecision agreed{.outcome = mpic::Outcome::corroborates,
                                    .dcv = mpic::Outcome::corroborates,
                                    .caa = mpic::Outcome::corroborates};

TEST(AuditRecord, LatePerspectivesGetTheirOwn) {
    const CheckRequest asked = acme_request();
    const mpic::Attempt attempt = test::sample_attempt(asked);
    const json got = json::parse(mpic::wire::encode_late_record(
        asked, attempt, 3, test::passing_report(asked, "nrt"), agreed));
    EXPECT_EQ(got["kind"], "late");
    EXPECT_EQ(got["attempt-id"], "attempt-1");
    EXPECT_EQ(got["request-id"], "r-1");
    EXPECT_EQ(got["perspective"]["id"], "nrt");
    EXPECT_EQ(got["perspective"]["outcome"], "corroborates");
    EXPECT_EQ(got["perspective"]["dcv"]["result"], "domain validation pass");
    EXPECT_EQ(got["perspective"]["dcv-outcome"], "corroborates");
    constexpr auto gone = mpic::Outcome::unreachable;
    const json lost = json::parse(mpic::wire::encode_late_record(
        asked, attempt, 3, mpic::NoReport{gone, {base::FailureKind::connection_reset, "d"}, 1},
        {.outcome = gone, .dcv = gone, .caa = gone}));
    EXPECT_EQ(lost["perspective"]["outcome"], "unreachable");
    EXPECT_EQ(lost["perspective"]["code"], "connection-reset");
}

TEST(AuditRecord, SaysWhenSomebodyElseReported) {
    const CheckRequest asked = acme_request();
    const json got =
        record(asked, test::corroborated(asked, {{1, test::passing_report(asked, "x")}}));
    EXPECT_EQ(perspective(got, "iad")["outcome"], "misconfigured");
    EXPECT_EQ(perspective(got, "iad")["reported-as"], "x");
    EXPECT_FALSE(perspective(got, "cdg").contains("reported-as"));
}

TEST(AuditRecord, PassedButNotPermittedIsProhibition_Br5_4_1_2_7) {
    const CheckRequest asked = acme_request();
    auto contradicting = test::passing_report(asked, "iad");
    contradicting.caa->permits = false;
    const json got = record(asked, test::corroborated(asked, {{1, contradicting}}));
    EXPECT_EQ(perspective(got, "iad")["caa"]["result"], "CAA prohibition");
    EXPECT_EQ(perspective(got, "iad")["caa-outcome"], "disagrees");
}

TEST(AuditRecord, HoldsNoSecrets) {
    const CheckRequest asked = acme_request();
    auto leaking = test::passing_report(asked, "cdg");
    leaking.dcv->finding.detail = "saw tok.thumbprint-0123 and more";
    EXPECT_THAT(
        mpic::wire::encode_decision_record(asked, test::corroborated(asked, {{0, leaking}}), "c"),
        Not(HasSubstr("thumbprint-0123")));
    EXPECT_THAT(
        mpic::wire::encode_late_record(asked, test::sample_attempt(asked), 0, leaking, agreed),
        Not(HasSubstr("thumbprint-0123")));
}

TEST(AuditRecord, WhatAHostileZoneMakesBigIsDigested) {
    const CheckRequest asked = acme_request();
    std::vector<std::pair<std::size_t, mpic::Reply>> replies;
    for (std::size_t i = 0; i < 6; ++i) {
        auto big = test::passing_report(asked, test::sample_attempt(asked).seats[i].id);
        big.caa->rdata.assign(4, std::string(60'000, '\x01'));
        replies.emplace_back(i, big);
    }
    const std::string got =
        mpic::wire::encode_decision_record(asked, test::corroborated(asked, replies), "c");
    EXPECT_LE(got.size(), mpic::wire::audit_record_limit);
    const json cdg = perspective(json::parse(got), "cdg");
    EXPECT_EQ(cdg["caa"]["records-digest"]["count"], 4);
    EXPECT_EQ(cdg["caa"]["records-digest"]["sha256"].get<std::string>().size(), 64U);
    EXPECT_EQ(cdg["caa"]["result"], "CAA permission");
    const auto& big = std::get<mpic::PerspectiveReport>(replies[3].second);
    EXPECT_LE(
        mpic::wire::encode_late_record(asked, test::sample_attempt(asked), 3, big, agreed).size(),
        mpic::wire::audit_record_limit);
}

} // namespace
