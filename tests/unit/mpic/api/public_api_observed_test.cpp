// SPDX-License-Identifier: Apache-2.0
// Request ids, traces, log lines and metrics.
#include "api_fixture.hpp"

namespace {

using test::ApiFixture;
using test::json;
using test::Peer;
using test::Request;
using test::Response;
using testing::HasSubstr;
using testing::Not;

class PublicApiObserved : public ApiFixture {};

TEST_F(PublicApiObserved, RequestIds) {
    const Response made = answer(post());
    EXPECT_EQ(made.headers.get("X-Request-Id").size(), 32U);
    EXPECT_EQ(json::parse(made.body)["request-id"], made.headers.get("X-Request-Id"));
    EXPECT_NE(answer(post()).headers.get("X-Request-Id"), made.headers.get("X-Request-Id"));

    Request with_header = post();
    with_header.headers.add("X-Request-Id", "header-id");
    EXPECT_EQ(answer(with_header).headers.get("X-Request-Id"), "header-id");
    EXPECT_EQ(asked.back().request_id, "header-id");

    Request with_both = post(R"({"method":"caa","domain":"a.example","request-id":"body-id"})");
    with_both.headers.add("X-Request-Id", "header-id");
    const Response both = answer(with_both);
    EXPECT_EQ(both.headers.get("X-Request-Id"), "body-id");
    EXPECT_EQ(asked.back().request_id, "body-id");

    Request bad = post();
    bad.headers.add("X-Request-Id", "a\tb");
    EXPECT_EQ(answer(bad).headers.get("X-Request-Id").size(), 32U);
    Request long_id = post();
    long_id.headers.add("X-Request-Id", std::string(129, 'x'));
    EXPECT_EQ(answer(long_id).headers.get("X-Request-Id").size(), 32U);
}

TEST_F(PublicApiObserved, TraceContextGoesOn) {
    const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    Request request = post();
    request.headers.add("traceparent", trace);
    EXPECT_EQ(answer(request).status, 200U);
    EXPECT_EQ(asked.back().traceparent, trace);
    EXPECT_EQ(logged().field("traceparent"), trace);
    request.headers.set("traceparent", "00-zz");
    EXPECT_EQ(answer(request).status, 200U);
    EXPECT_EQ(asked.back().traceparent, "");
}

TEST_F(PublicApiObserved, OneLogLineForEachRequest) {
    Peer peer;
    peer.endpoint = base::net::Endpoint::parse("192.0.2.9:4321").value();
    Request request = post();
    request.headers.add("X-Request-Id", "r-1");
    answer(request, peer);
    ASSERT_EQ(log.count("request"), 1U);
    const auto line = logged();
    EXPECT_EQ(line.field("request-id"), "r-1");
    EXPECT_EQ(line.field("client"), "ca-1");
    EXPECT_EQ(line.field("peer"), "192.0.2.9:4321");
    EXPECT_EQ(line.field("method"), "caa");
    EXPECT_EQ(line.field("domain"), "www.a.example");
    EXPECT_EQ(line.field("status"), "200");
    EXPECT_EQ(line.field("ok"), "1");
    EXPECT_EQ(line.field("code"), "ok");
    EXPECT_EQ(std::stod(line.field("elapsed-ms")), 250);
    answer(post("{}"));
    EXPECT_EQ(logged().field("code"), "invalid-request");
    EXPECT_EQ(logged().field("status"), "400");
    Request lost = post();
    lost.target = "/x";
    answer(lost);
    EXPECT_EQ(logged().field("code"), "not-found");
    EXPECT_EQ(log.count("request"), 3U);
}

TEST_F(PublicApiObserved, ARefusedClientIsLoggedOnceWithItsReason) {
    const auto refused = [&](const Request& request, const Peer& peer = {}) {
        const auto before = log.events().size();
        EXPECT_EQ(answer(request, peer).status, 401U);
        EXPECT_EQ(log.events().size(), before + 1);
        EXPECT_EQ(logged().event, "client-refused");
        return logged().field("reason");
    };
    EXPECT_EQ(refused(post(test::caa_body, "")), "no credentials");
    EXPECT_EQ(refused(post(test::caa_body, "wrong-token-123")), "the credentials are no client's");
    Peer agent; // an agent's certificate from the same CA, at the public listener
    agent.endpoint = base::net::Endpoint::parse("192.0.2.9:4321").value();
    agent.identities = {"mpicd://perspective/fra"};
    agent.certificate_sha256 = std::string(64, 'a');
    EXPECT_THAT(refused(post(test::caa_body, ""), agent), HasSubstr("mpicd://perspective/fra"));
    EXPECT_EQ(logged().field("peer"), "192.0.2.9:4321");
    agent.identities.clear();
    EXPECT_EQ(refused(post(test::caa_body, ""), agent), "the client certificate names nobody");
    Request twice = post();
    twice.headers.add("Authorization", "Bearer x");
    EXPECT_EQ(refused(twice), "more than one Authorization field");
}

TEST_F(PublicApiObserved, StrangersCannotFillTheLog) {
    Request lost = post();
    lost.target = "/x";
    for (int i = 0; i < 200; ++i) {
        EXPECT_EQ(answer(post(test::caa_body, "wrong")).status, 401U);
        EXPECT_EQ(answer(lost).status, 404U);
    }
    EXPECT_LE(log.count("client-refused"), 30U);
    EXPECT_LE(log.count("request"), 30U);
    EXPECT_THAT(metrics.expose(), HasSubstr("mpicd_authentication_failures_total 200\n"));
    clock.advance(std::chrono::minutes(10));
    EXPECT_EQ(answer(post(test::caa_body, "wrong")).status, 401U);
    EXPECT_EQ(logged().event, "client-refused");
    EXPECT_GE(std::stoi(logged().field("withheld")), 170);
    const auto before = log.count("request");
    for (int i = 0; i < 50; ++i)
        answer(post());
    EXPECT_EQ(log.count("request"), before + 50) << "a client's requests are all there";
}

TEST_F(PublicApiObserved, SecretsAreInNoLogAndNoAnswer) {
    const Response response = answer(post(
        R"({"method":"http","domain":"a.example","path":"/x","expected":"s3cret-value-123"})"));
    EXPECT_EQ(response.status, 200U);
    EXPECT_THAT(response.body, Not(HasSubstr("s3cret")));
    answer(post(test::caa_body, "wrong-token-123"));
    for (const auto& event : log.events())
        for (const auto& [key, value] : event.fields) {
            EXPECT_THAT(event.field(key), Not(HasSubstr("s3cret"))) << key;
            EXPECT_THAT(event.field(key), Not(HasSubstr("right"))) << key;
            EXPECT_THAT(event.field(key), Not(HasSubstr("wrong-token"))) << key;
        }
}

TEST_F(PublicApiObserved, Metrics) {
    answer(post());
    script = Script::fails;
    answer(post());
    script = Script::audit;
    answer(post());
    answer(post("{}"));
    const std::string text = metrics.expose();
    EXPECT_THAT(text, HasSubstr("mpicd_requests_total{method=\"caa\",status=\"2xx\"} 2"));
    EXPECT_THAT(text, HasSubstr("mpicd_requests_total{method=\"caa\",status=\"5xx\"} 1"));
    EXPECT_THAT(text, HasSubstr("mpicd_requests_total{method=\"none\",status=\"4xx\"} 1"));
    EXPECT_THAT(text, HasSubstr("mpicd_request_seconds_count{method=\"caa\"} 3"));
    EXPECT_THAT(text, testing::AllOf(HasSubstr("code=\"ok\""), HasSubstr("ok=\"true\"")));
    EXPECT_THAT(text, HasSubstr("code=\"primary-unavailable\""));
}

TEST_F(PublicApiObserved, WhatAClientSendsMakesNoNewLabel) {
    answer(post());
    const auto lines = [&] {
        const std::string text = metrics.expose();
        return std::ranges::count(text, '\n');
    };
    const auto before = lines();
    for (const char* method : {"x", "caa\\\"", "y"})
        answer(post(R"({"method":")" + std::string(method) + R"("})"));
    EXPECT_EQ(lines(), before);
}

} // namespace
