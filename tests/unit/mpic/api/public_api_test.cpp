// SPDX-License-Identifier: Apache-2.0
#include "api_fixture.hpp"

namespace {

using test::ApiFixture;
using test::json;
using test::Peer;
using test::Request;
using test::Response;
using testing::HasSubstr;

class PublicApi : public ApiFixture {};

TEST_F(PublicApi, ADecisionIs200WhateverItIs) {
    const Response yes = answer(post());
    EXPECT_EQ(yes.status, 200U);
    EXPECT_EQ(yes.headers.get("Content-Type"), "application/json");
    EXPECT_EQ(json::parse(yes.body)["ok"], true);
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].target.text(), "www.a.example");
    EXPECT_EQ(asked_by[0], "ca-1");
    script = Script::fails;
    const Response no = answer(post());
    EXPECT_EQ(no.status, 200U);
    const json body = json::parse(no.body);
    EXPECT_EQ(body["ok"], false);
    EXPECT_EQ(body["code"], "primary-unavailable");
}

TEST_F(PublicApi, AnAnswerIsTheSameWhetherItWasPreparedOrNot) {
    Request request = post();
    request.headers.add("X-Request-Id", "r-1");
    for (const auto of : {Script::passes, Script::fails}) {
        script = of;
        prepares = true;
        const Response early = answer(request);
        prepares = false;
        EXPECT_EQ(early, answer(request));
    }
}

TEST_F(PublicApi, TheBasePathIsConfigurable) {
    options.base_path = "/staging";
    Request request = post();
    expect_error(answer(request), 404, "not-found");
    request.target = "/staging/mpic/draft-00";
    EXPECT_EQ(answer(request).status, 200U);
    request.target = "/staging/mpic/draft-00?x=1";
    EXPECT_EQ(answer(request).status, 200U);
}

TEST_F(PublicApi, UnknownPathsAndMethods) {
    for (const char* path : {"/", "/mpic", "/mpic/draft-01", "/mpic/draft-00/", "/healthz", "*"}) {
        Request request = post();
        request.target = path;
        expect_error(answer(request), 404, "not-found");
    }
    for (const char* method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}) {
        Request request = post();
        request.method = method;
        const Response response = answer(request);
        expect_error(response, 405, "method-not-allowed");
        EXPECT_EQ(response.headers.get("Allow"), "POST");
    }
    EXPECT_TRUE(asked.empty());
}

TEST_F(PublicApi, TheBodyMustBeJson) {
    for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded",
                             "application/jsonx", "text/json", "application/json+x"}) {
        Request request = post();
        request.headers.set("Content-Type", type);
        expect_error(answer(request), 415, "unsupported-media-type");
    }
    for (const char* type :
         {"application/json; charset=utf-8", "Application/JSON", "application/json ;x=y"}) {
        Request request = post();
        request.headers.set("Content-Type", type);
        EXPECT_EQ(answer(request).status, 200U) << type;
    }
    Request compressed = post();
    compressed.headers.set("Content-Encoding", "gzip");
    expect_error(answer(compressed), 415, "unsupported-media-type");
}

TEST_F(PublicApi, Credentials) {
    for (const char* token : {"", "wrong", "Right", "right right"}) {
        const Response response = answer(post(test::caa_body, token));
        expect_error(response, 401, "unauthorized");
        EXPECT_THAT(response.headers.get("WWW-Authenticate"), testing::StartsWith("Bearer"));
    }
    Request twice = post();
    twice.headers.add("Authorization", "Bearer right");
    expect_error(answer(twice), 401, "unauthorized");
    Request basic = post(test::caa_body, "");
    basic.headers.add("Authorization", "Basic right");
    expect_error(answer(basic), 401, "unauthorized");
    EXPECT_TRUE(asked.empty());
    EXPECT_THAT(metrics.expose(), HasSubstr("mpicd_authentication_failures_total 6"));
}

TEST_F(PublicApi, NothingOfTheBodyIsJudgedBeforeTheClientIsKnown) {
    const Response response = answer(post("{", "wrong"));
    expect_error(response, 401, "unauthorized");
    EXPECT_FALSE(json::parse(response.body).contains("issues"));
}

TEST_F(PublicApi, AClientCertificateWillDo) {
    Peer peer;
    peer.identities = {"other.example", "Issuer.CA.example"};
    EXPECT_EQ(answer(post(test::caa_body, ""), peer).status, 200U);
    EXPECT_EQ(asked_by.at(0), "ca-1");
    expect_error(answer(post(test::caa_body, "wrong"), peer), 401, "unauthorized");
    peer.identities = {"other.example"};
    expect_error(answer(post(test::caa_body, ""), peer), 401, "unauthorized");
}

TEST_F(PublicApi, MethodsThatTheClientMayNotAsk) {
    const Response response =
        answer(post(R"({"method":"http","domain":"a.example","path":"x"})", "caa"));
    expect_error(response, 403, "forbidden");
    EXPECT_THAT(response.body, HasSubstr("caa-only"));
    EXPECT_EQ(answer(post(test::caa_body, "caa")).status, 200U);
    expect_error(answer(post(R"({"method":"nonsense"})", "caa")), 400, "invalid-request");
}

TEST_F(PublicApi, EveryProblemOfTheRequestAtOnce) {
    const Response response =
        answer(post(R"({"method":"caa","domian":"a.example","request-id":"order-7"})"));
    expect_error(response, 400, "invalid-request");
    const json body = json::parse(response.body);
    EXPECT_EQ(body["issues"], json::parse(R"([{"path":"$.domain","message":"required"},
        {"path":"$.domian","message":"unknown field, did you mean domain?"}])"));
    EXPECT_EQ(body["request-id"], "order-7");
    EXPECT_THAT(body["error"].get<std::string>(), HasSubstr("2 problems. $.domain: required."));
    for (const char* bad : {"", "{", "[]", "null", "\"x\"", "{}", "{\"method\":7}", "\xff"})
        expect_error(answer(post(bad)), 400, "invalid-request");
    EXPECT_TRUE(asked.empty());
}

TEST_F(PublicApi, ManyProblemsAreSummedUp) {
    const Response response = answer(post(R"({"method":"dns","a-a":1,"b-b":2,"c-c":3,"d-d":4})"));
    const json body = json::parse(response.body);
    EXPECT_EQ(body["issues"].size(), 8U);
    EXPECT_THAT(body["error"].get<std::string>(), HasSubstr("8 problems."));
    EXPECT_THAT(body["error"].get<std::string>(), testing::EndsWith("The issues have them all."));
}

TEST_F(PublicApi, WhatTheCoordinatorCannotDo) {
    const std::tuple<Script, const char*, const char*> cases[] = {
        {Script::audit, "audit-unavailable", "The disk is full."},
        {Script::compliance, "not-compliant", "Too few remotes."},
    };
    for (const auto& [scripted, code, sentence] : cases) {
        script = scripted;
        const Response response = answer(post());
        expect_error(response, 503, code);
        EXPECT_EQ(json::parse(response.body)["error"], sentence);
        EXPECT_GE(std::stoi(std::string(response.headers.get("Retry-After"))), 1);
    }
}

TEST(PublicApiRejections, HaveTheSameShape) {
    using base::http::Rejection;
    const std::tuple<Rejection, unsigned, const char*> cases[] = {
        {Rejection::malformed, 400, "invalid-request"},
        {Rejection::head_too_large, 431, "headers-too-large"},
        {Rejection::body_too_large, 413, "payload-too-large"},
        {Rejection::timeout, 408, "request-timeout"},
        {Rejection::version_unsupported, 505, "invalid-request"},
    };
    for (const auto& [rejection, status, code] : cases) {
        const Response response = mpic::api::PublicApi::reject(rejection, "the reason");
        EXPECT_EQ(response.status, status);
        const json body = json::parse(response.body);
        EXPECT_EQ(body["ok"], false);
        EXPECT_EQ(body["success"], false);
        EXPECT_EQ(body["code"], code);
        EXPECT_EQ(body["error"], "the reason.");
        EXPECT_EQ(body["request-id"], response.headers.get("X-Request-Id"));
        EXPECT_EQ(response.headers.get("X-Request-Id").size(), 32U);
    }
    EXPECT_FALSE(json::parse(mpic::api::PublicApi::reject(Rejection::malformed, "").body)["error"]
                     .get<std::string>()
                     .empty());
}

TEST(PublicApiFaults, NameTheIncidentAndNothingElse) {
    const Response response = mpic::api::PublicApi::fault("inc-1");
    EXPECT_EQ(response.status, 500U);
    const json body = json::parse(response.body);
    EXPECT_EQ(body["code"], "internal-error");
    EXPECT_EQ(body["incident"], "inc-1");
    EXPECT_EQ(response.headers.get("X-Request-Id"), "inc-1");
}

} // namespace
