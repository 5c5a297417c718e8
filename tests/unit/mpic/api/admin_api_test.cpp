// SPDX-License-Identifier: Apache-2.0
#include "mpic/api/admin_api.hpp"

#include "mpic/model/codes.hpp"
#include "support/fake_clock.hpp"
#include "support/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace {

using base::http::Request;
using base::http::Response;
using nlohmann::json;
using testing::HasSubstr;

mpic::Perspective perspective(std::string id, mpic::Role role, double latitude, double longitude,
                              mpic::Rir rir) {
    const mpic::Place place{{latitude, longitude}, rir};
    return {.id = id,
            .role = role,
            .place = place,
            .resolver = {id + "-resolver", place},
            .url = "https://" + id + ".perspectives.example:8444",
            .identity = id + ".perspectives.example"};
}

mpic::Roster sample_roster() {
    using enum mpic::Rir;
    using mpic::Role;
    return {{perspective("cdg", Role::primary, 48.9, 2.4, ripe_ncc),
             perspective("iad", Role::remote, 39.0, -77.5, arin),
             perspective("waw", Role::remote, 52.2, 21.0, ripe_ncc),
             perspective("nrt", Role::remote, 35.7, 139.8, apnic),
             perspective("gru", Role::remote, -23.5, -46.6, lacnic)}};
}

class AdminApi : public testing::Test {
protected:
    Response get(std::string path, std::string method = "GET") {
        const base::http::Router router =
            mpic::api::make_admin_router({.clock = clock,
                                          .metrics = metrics,
                                          .roster = [this] { return roster; },
                                          .policy = [this] { return policy; },
                                          .not_ready = [this] { return not_ready; },
                                          .build = "mpicd 0.1.0"});
        const Request request{
            .method = std::move(method), .target = std::move(path), .headers = {}, .body = {}};
        return test::run(loop, router.handle(request, {}));
    }

    boost::asio::io_context loop;
    test::FakeClock clock; // 2026-11-22
    base::log::Metrics metrics;
    mpic::Roster roster = sample_roster();
    mpic::QuorumPolicy policy = mpic::QuorumPolicy::cabf_br();
    std::vector<std::string> not_ready;
};

TEST_F(AdminApi, Health) {
    const Response response = get("/healthz");
    EXPECT_EQ(response.status, 200U);
    EXPECT_EQ(response.body, R"({"status":"ok"})");
    EXPECT_EQ(response.headers.get("Content-Type"), "application/json");
}

TEST_F(AdminApi, Readiness) {
    EXPECT_EQ(get("/readyz").status, 200U);
    not_ready = {"the journal cannot be written", "the service is stopping"};
    const Response response = get("/readyz");
    EXPECT_EQ(response.status, 503U);
    EXPECT_EQ(json::parse(response.body)["reasons"], json(not_ready));
    EXPECT_EQ(get("/healthz").status, 200U) << "alive all the same";
}

TEST_F(AdminApi, Metrics) {
    metrics.counter("mpicd_things_total", "Things.").add(3);
    const Response response = get("/metrics");
    EXPECT_EQ(response.status, 200U);
    EXPECT_THAT(response.headers.get("Content-Type"), HasSubstr("version=0.0.4"));
    EXPECT_THAT(response.body, HasSubstr("mpicd_things_total 3"));
}

TEST_F(AdminApi, Inventory) {
    const json got = json::parse(get("/perspectives").body);
    EXPECT_EQ(got["policy"], "cabf-br");
    EXPECT_EQ(got["build"], "mpicd 0.1.0");
    EXPECT_EQ(got["compliant"], true);
    EXPECT_EQ(got["minimum-remotes"], 4);
    ASSERT_EQ(got["perspectives"].size(), 5U);
    EXPECT_EQ(got["perspectives"][1],
              json::parse(R"({"id":"iad","role":"remote","rir":"ARIN","latitude":39.0,
        "longitude":-77.5,"resolver":{"id":"iad-resolver","rir":"ARIN","latitude":39.0,
        "longitude":-77.5},"url":"https://iad.perspectives.example:8444",
        "identity":"iad.perspectives.example"})"));
}

TEST_F(AdminApi, ComplianceNowAndAtEachLaterDate) {
    const json got = json::parse(get("/perspectives").body);
    ASSERT_EQ(got["compliance"].size(), 2U);
    EXPECT_EQ(got["compliance"][0]["phase"], "cabf-br-2026-06-15");
    EXPECT_EQ(got["compliance"][0]["compliant"], true);
    EXPECT_EQ(got["compliance"][1]["from"], "2026-12-15T00:00:00.000000Z");
    EXPECT_EQ(got["compliance"][1]["compliant"], false); // four remotes, five are needed
    EXPECT_EQ(got["compliance"][1]["breaches"].size(), 1U);
}

TEST_F(AdminApi, ADemoPolicyIsNeverCompliant) {
    policy = mpic::QuorumPolicy::demo();
    const json got = json::parse(get("/perspectives").body);
    EXPECT_EQ(got["compliant"], false);
    EXPECT_EQ(got["compliance"][0]["compliant"], false);
}

TEST_F(AdminApi, TheListOfCodes) {
    const json got = json::parse(get("/errors").body);
    EXPECT_EQ(got["codes"].size(), mpic::all_codes().size());
    EXPECT_EQ(got["codes"][0],
              json::parse(R"({"code":"ok","group":"finding","meaning":"The check is satisfied.",
                              "path":"/errors/ok"})"));
}

TEST_F(AdminApi, TheExplanationOfACode) {
    const Response response = get("/errors/geo-blocking");
    EXPECT_EQ(response.status, 200U);
    EXPECT_THAT(response.headers.get("Content-Type"), HasSubstr("text/markdown"));
    EXPECT_THAT(response.body, testing::StartsWith("## geo-blocking\n"));
    EXPECT_THAT(response.body, HasSubstr("**Remedy.**"));
    for (const mpic::Code& code : mpic::all_codes())
        EXPECT_EQ(get("/errors/" + std::string(code.name)).status, 200U) << code.name;
    EXPECT_EQ(json::parse(get("/errors/nonsense").body)["code"], "not-found");
    EXPECT_EQ(get("/errors/").status, 404U);
}

TEST_F(AdminApi, UnknownPathsAndMethods) {
    const Response lost = get("/mpic/draft-00");
    EXPECT_EQ(lost.status, 404U);
    EXPECT_EQ(json::parse(lost.body)["code"], "not-found");
    EXPECT_EQ(json::parse(lost.body)["ok"], false);
    const Response wrong = get("/healthz", "POST");
    EXPECT_EQ(wrong.status, 405U);
    EXPECT_EQ(json::parse(wrong.body)["code"], "method-not-allowed");
    EXPECT_EQ(wrong.headers.get("Allow"), "GET, HEAD");
    EXPECT_EQ(get("/healthz", "HEAD").status, 200U);
}

} // namespace
