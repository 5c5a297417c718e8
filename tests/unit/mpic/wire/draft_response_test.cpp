// SPDX-License-Identifier: Apache-2.0
#include "mpic/wire/draft_response.hpp"

#include "mpic/wire/draft_request.hpp"
#include "support/sample_attempt.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace {

using mpic::CheckRequest;
using mpic::Corroboration;
using mpic::Verdict;
using nlohmann::json;
using nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

CheckRequest request(std::string_view body) {
    return mpic::wire::decode_draft_request(body, "r-1").value();
}
CheckRequest caa_request() {
    return request(R"({"method":"caa","domain":"www.a.example"})");
}
CheckRequest http_request() {
    return request(R"({"method":"http","domain":"a.example","path":"/x",)"
                   R"("expected":"token-1234567890.thumbprint"})");
}
CheckRequest permission_request() {
    return request(R"({"method":"caa","domain":"a.example",)"
                   R"("caa-policy":{"issuer-domains":["letsencrypt.org"]}})");
}
json answer(const CheckRequest& asked, const Corroboration& corroboration) {
    return json::parse(mpic::wire::encode_draft_response(asked, corroboration));
}
mpic::PerspectiveReport report(const CheckRequest& asked, std::string id) {
    return test::passing_report(asked, std::move(id));
}

TEST(DraftResponse, AsTheDraftAndItsLaterRevisionHaveIt) {
    const json got = answer(caa_request(), test::corroborated(caa_request()));
    EXPECT_EQ(got["ok"], true);
    EXPECT_EQ(got["success"], true);
    EXPECT_EQ(
        got["caa"],
        json::parse(R"({"domain":"a.example","records":["AAVpc3N1ZWxldHNlbmNyeXB0Lm9yZw=="]})"));
    EXPECT_EQ(got["quorum"],
              json::parse(R"({"remotes":5,"corroborated":5,"required":4,"result":"5/5",
        "rirs":["AFRINIC","APNIC","ARIN","LACNIC","RIPE NCC"],"policy":"cabf-br-2026-06-15",
        "compliant":true})"));
    EXPECT_EQ(got["request-id"], "r-1");
    EXPECT_EQ(got["attempts"], 1);
    for (const char* absent : {"error", "code", "diagnosis", "pending"})
        EXPECT_FALSE(got.contains(absent)) << absent;
}

TEST(DraftResponse, MembersStandInTheOrderOfTheContract) {
    const auto got = ordered_json::parse(
        mpic::wire::encode_draft_response(caa_request(), test::corroborated(caa_request())));
    std::vector<std::string> keys;
    for (const auto& member : got.items())
        keys.push_back(member.key());
    EXPECT_EQ(keys, (std::vector<std::string>{"ok", "success", "caa", "quorum", "perspectives",
                                              "attempts", "request-id"}));
    std::vector<std::string> ids;
    for (const auto& member : got["perspectives"].items())
        ids.push_back(member.key());
    EXPECT_EQ(ids, (std::vector<std::string>{"cdg", "iad", "fra", "nrt", "gru", "jnb"}));
}

TEST(DraftResponse, OnePerspective) {
    const json got = answer(http_request(), test::corroborated(http_request()));
    const json& fra = got["perspectives"]["fra"];
    EXPECT_EQ(fra["ok"], true);
    EXPECT_EQ(fra["success"], true);
    EXPECT_EQ(fra["role"], "remote");
    EXPECT_EQ(fra["rir"], "RIPE NCC");
    EXPECT_EQ(fra["outcome"], "corroborates");
    EXPECT_EQ(fra["elapsed-ms"], 31.416);
    EXPECT_EQ(fra["dcv"]["verdict"], "passed");
    EXPECT_EQ(fra["dcv"]["code"], "ok");
    EXPECT_EQ(fra["dcv"]["dnssec"], "secure");
    EXPECT_EQ(fra["dcv"]["hops"][0]["address"], "192.0.2.10");
    EXPECT_EQ(fra["dcv"]["hops"][0]["family"], "ipv4");
    EXPECT_EQ(fra["dcv"]["hops"][0]["status"], 200);
    EXPECT_EQ(fra["dcv"]["lookups"][0]["rcode"], "NOERROR");
    EXPECT_EQ(fra["dcv"]["lookups"][0]["resolver"], "127.0.0.1:53");
    EXPECT_EQ(fra["caa"]["domain"], "a.example");
    EXPECT_EQ(fra["caa"]["records"], json({"AAVpc3N1ZWxldHNlbmNyeXB0Lm9yZw=="}));
    EXPECT_EQ(fra["caa"]["records-text"], json({"0 issue \"letsencrypt.org\""}));
    EXPECT_EQ(got["perspectives"]["cdg"]["role"], "primary");
}

TEST(DraftResponse, NoCaaAnywhere) {
    const CheckRequest asked = caa_request();
    std::vector<std::pair<std::size_t, mpic::Reply>> replies;
    for (std::size_t i = 0; i < 6; ++i) {
        auto none = report(asked, test::sample_attempt(asked).seats[i].id);
        none.caa = test::sample_caa(Verdict::passed, "ok", "", {});
        replies.emplace_back(i, none);
    }
    const json got = answer(asked, test::corroborated(asked, replies));
    EXPECT_EQ(got["ok"], true);
    EXPECT_EQ(got["caa"], json::parse(R"({"domain":"","records":[]})"));
}

TEST(DraftResponse, CaaIsShownAlsoWhenTheOtherCheckFailed) {
    const CheckRequest asked = http_request();
    auto wrong = report(asked, "cdg");
    wrong.dcv = test::sample_dcv(Verdict::rejected, "body-mismatch", "something else");
    const json got = answer(asked, test::corroborated(asked, {{0, wrong}}));
    EXPECT_EQ(got["ok"], false);
    EXPECT_EQ(got["success"], false);
    EXPECT_EQ(got["code"], "primary-rejected");
    EXPECT_THAT(got["error"].get<std::string>(), Not(testing::IsEmpty()));
    EXPECT_EQ(got["caa"]["domain"], "a.example");
    EXPECT_EQ(got["perspectives"]["cdg"]["ok"], false);
    EXPECT_EQ(got["perspectives"]["cdg"]["dcv"]["seen"], "something else");
}

TEST(DraftResponse, WithoutCaaThereIsNone) {
    CheckRequest asked = http_request();
    asked.caa.reset();
    const json got = answer(asked, test::corroborated(asked));
    EXPECT_FALSE(got.contains("caa"));
    EXPECT_FALSE(got["perspectives"]["fra"].contains("caa"));
}

TEST(DraftResponse, UndeterminedCaaIsNotShownAsAnEmptySet) {
    const CheckRequest asked = caa_request();
    auto failing = report(asked, "cdg");
    failing.caa = test::sample_caa(Verdict::undetermined, "dns-servfail", "", {});
    const json got = answer(asked, test::corroborated(asked, {{0, failing}}));
    EXPECT_EQ(got["ok"], false);
    EXPECT_FALSE(got.contains("caa"));
}

TEST(DraftResponse, PermissionShowsThePrimarysRecords) {
    const CheckRequest asked = permission_request();
    auto other = report(asked, "iad");
    other.caa->rdata.push_back(base::dns::caa_rdata({0, "iodef", "mailto:s@a.example"}));
    const json got = answer(asked, test::corroborated(asked, {{1, other}}));
    EXPECT_EQ(got["ok"], true); // interpretation counts, not bytes (BR 4.2.2.1.1)
    EXPECT_EQ(got["caa"]["records"].size(), 1U);
    EXPECT_EQ(got["perspectives"]["iad"]["caa"]["permits"], true);
}

TEST(DraftResponse, PermissionDeniedShowsWhatForbids) {
    const CheckRequest asked = permission_request();
    auto forbidding = report(asked, "cdg");
    forbidding.caa->finding = {Verdict::rejected, "caa-forbids", "another issuer"};
    forbidding.caa->permits = false;
    forbidding.caa->deciding_record = "0 issue \"other.example\"";
    const json got = answer(asked, test::corroborated(asked, {{0, forbidding}}));
    EXPECT_EQ(got["ok"], false);
    EXPECT_EQ(got["caa"]["domain"], "a.example");
    EXPECT_EQ(got["perspectives"]["cdg"]["caa"]["deciding-record"], "0 issue \"other.example\"");
}

TEST(DraftResponse, PermissionWithoutAPrimaryShowsTheFirstCorroboratingRemotes) {
    const CheckRequest asked = permission_request();
    mpic::Attempt attempt = test::sample_attempt(asked);
    attempt.seats.erase(attempt.seats.begin());
    mpic::Tally tally(attempt);
    for (std::size_t i = 0; i < attempt.seats.size(); ++i) {
        auto one = report(asked, attempt.seats[i].id);
        one.caa->node = i == 0 ? "example" : "a.example";
        if (i == 0) {
            one.caa->finding = {Verdict::rejected, "caa-forbids", "no"};
            one.caa->permits = false;
        }
        tally.record(i, one);
    }
    const json got = answer(asked, mpic::make_corroboration(asked, tally));
    EXPECT_EQ(got["ok"], true);
    EXPECT_EQ(got["caa"]["domain"], "a.example");
}

TEST(DraftResponse, ALookupFailureThatPermitsIsNotAnEmptySet_Br4_2_2_1_1) {
    const CheckRequest asked = permission_request();
    auto permitted = report(asked, "cdg");
    permitted.caa->node.clear();
    permitted.caa->rdata.clear();
    permitted.caa->lookup_failure =
        mpic::LookupFailureConditions{true, true, true, "no DS at example"};
    const json got = answer(asked, test::corroborated(asked, {{0, permitted}}));
    EXPECT_FALSE(got.contains("caa"));
    EXPECT_EQ(got["perspectives"]["cdg"]["caa"]["lookup-failure"],
              json::parse(R"({"outside-infrastructure":true,"retried":true,"proved-insecure":true,
                              "evidence":"no DS at example"})"));
}

TEST(DraftResponse, PerspectivesNotWaitedForArePending) {
    const json got = answer(caa_request(), test::corroborated(caa_request(), {}, {3}));
    EXPECT_EQ(got["ok"], true);
    EXPECT_EQ(got["pending"], json({"nrt"}));
    EXPECT_FALSE(got["perspectives"].contains("nrt"));
    EXPECT_EQ(got["quorum"]["result"], "4/5");
    for (const auto& [id, one] : got["perspectives"].items())
        EXPECT_TRUE(one["ok"].is_boolean()) << id;
}

TEST(DraftResponse, PerspectivesWithoutAReportSayWhy) {
    const mpic::NoReport none{mpic::Outcome::misconfigured,
                              {base::FailureKind::tls_identity, "the certificate is for gru"},
                              7.0004};
    const json got = answer(caa_request(), test::corroborated(caa_request(), {{2, none}}));
    EXPECT_EQ(got["perspectives"]["fra"],
              json::parse(R"({"ok":false,"success":false,"role":"remote","rir":"RIPE NCC",
                  "outcome":"misconfigured","elapsed-ms":7.0,"code":"tls-identity",
                  "detail":"the certificate is for gru"})"));
}

TEST(DraftResponse, DiagnosesAreAList) {
    auto corroboration = test::corroborated(caa_request());
    corroboration.diagnoses = {{"geo-blocking", "A sentence.", {"iad", "nrt"}}};
    const json got = answer(caa_request(), corroboration);
    EXPECT_EQ(got["diagnosis"], json::parse(R"([{"code":"geo-blocking","sentence":"A sentence.",
                                                 "perspectives":["iad","nrt"]}])"));
}

TEST(DraftResponse, TheExpectedValueNeverAppears) {
    const CheckRequest asked = http_request();
    const std::string secret = std::get<mpic::HttpQuestion>(*asked.dcv).expected;
    auto leaking = report(asked, "cdg");
    leaking.dcv = test::sample_dcv(Verdict::rejected, "body-mismatch", secret + "\\x0aand more");
    leaking.dcv->finding.detail = "saw \"" + secret + "\\x0aand more\"";
    leaking.dcv->hops[0].location = "http://b.example/?v=" + secret;
    const std::string got =
        mpic::wire::encode_draft_response(asked, test::corroborated(asked, {{0, leaking}}));
    EXPECT_THAT(got, Not(HasSubstr(secret)));
    EXPECT_THAT(got, HasSubstr("[the expected value]\\\\x0aand more"));
    EXPECT_THAT(mpic::wire::encode_draft_response(asked, test::corroborated(asked)),
                Not(HasSubstr(secret)));
}

TEST(DraftResponse, TheExpectedTxtRecordIsNotRepeated) {
    const CheckRequest asked =
        request(R"({"method":"dns","domain":"a.example","record-type":"TXT","prefix":"_v",)"
                R"("expected":"va\"lue-0123456789"})");
    auto passing = report(asked, "cdg");
    passing.dcv->lookups.edit()[0].records = {
        base::dns::rdata_text(base::dns::RecordType::txt,
                              base::dns::txt_rdata("va\"lue-0123456789")),
        "\"v=spf1 -all\""};
    const std::string got =
        mpic::wire::encode_draft_response(asked, test::corroborated(asked, {{0, passing}}));
    EXPECT_THAT(got, Not(HasSubstr("lue-0123456789")));
    EXPECT_EQ(json::parse(got)["perspectives"]["cdg"]["dcv"]["lookups"][0]["records"],
              json({"\"[the expected value]\"", "\"v=spf1 -all\""}));
}

TEST(DraftResponse, OctetsThatAreNotUtf8AreReplaced) {
    const CheckRequest asked = caa_request();
    auto odd = report(asked, "fra");
    odd.caa->finding.detail = "saw \xff";
    const json got = answer(asked, test::corroborated(asked, {{2, odd}}));
    EXPECT_EQ(got["perspectives"]["fra"]["caa"]["detail"], "saw \xef\xbf\xbd");
}

TEST(ErrorShape, Least) {
    EXPECT_EQ(mpic::wire::encode_error("not-found", "There is nothing here.", "r-1"),
              R"({"ok":false,"success":false,"error":"There is nothing here.","code":"not-found",)"
              R"("request-id":"r-1"})");
}

TEST(ErrorShape, Most) {
    EXPECT_EQ(mpic::wire::encode_error("invalid-request", "S.", "r-1",
                                       {{"$.domain", "required"}, {"$.x", "unknown \xff"}}, "i-1"),
              R"({"ok":false,"success":false,"error":"S.","code":"invalid-request","issues":[)"
              R"({"path":"$.domain","message":"required"},{"path":"$.x","message":"unknown )"
              "\xef\xbf\xbd"
              R"("}],"incident":"i-1","request-id":"r-1"})");
}

} // namespace
