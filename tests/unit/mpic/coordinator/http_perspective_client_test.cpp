// SPDX-License-Identifier: Apache-2.0
// One perspective as the coordinator meets it over mutual TLS: honest, broken, somebody else, gone.
// Who is to blame decides the outcome.

#include "http_perspective_client_fixture.hpp"

#include "support/http2_frames.hpp"
#include "support/raw_tls_server.hpp"

namespace {

using namespace std::chrono_literals;
using base::FailureKind;
using base::http::Response;
using mpic::Outcome;
using mpic::wire::AgentQuestion;
using test::coordinator;
using test::HttpPerspectiveClientTest;
using test::identity;
using testing::HasSubstr;

TEST_F(HttpPerspectiveClientTest, AnHonestReportComesBackWhole) {
    start();
    const auto reply = ask(5s);
    ASSERT_TRUE(std::holds_alternative<mpic::PerspectiveReport>(reply));
    auto expected = honest();
    expected.elapsed_ms = 31.416; // times travel to the microsecond
    EXPECT_EQ(std::get<mpic::PerspectiveReport>(reply), expected);
    ASSERT_EQ(questions.size(), 1U);
    EXPECT_EQ(questions[0].perspective, "iad"); // filled in by the client
    EXPECT_GT(questions[0].budget, 4s);         // what is left of the deadline
    EXPECT_LE(questions[0].budget, 5s);
    EXPECT_EQ(questions[0].dcv, request.dcv);
    EXPECT_EQ(questions[0].caa, request.caa);
    EXPECT_EQ(requests[0].headers.get("traceparent"), question.traceparent);
    EXPECT_EQ(peers[0], std::vector{coordinator});
}

TEST_F(HttpPerspectiveClientTest, OneConnectionServesManyQuestions) {
    start();
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(std::holds_alternative<mpic::PerspectiveReport>(ask()));
    EXPECT_EQ(server->server->connections(), 1U);
}

TEST_F(HttpPerspectiveClientTest, WhatIsNoReportIsUnreachable) {
    start();
    for (const char* body :
         {"", "{", "null", "[1]", "{}", "<html>", R"({"attempt-id":"attempt-1"})", "\xff\xfe",
          R"({"attempt-id":"attempt-1","attempt-id":"attempt-1"})"}) {
        answer = [body](const auto&) { return base::http::json_response(200, body); };
        expect_none(Outcome::unreachable, "");
        EXPECT_EQ(failure, FailureKind::peer_malformed) << body;
    }
}

TEST_F(HttpPerspectiveClientTest, AReportOverTheLimitIsUnreachable) {
    start();
    answer = [](const auto&) {
        return base::http::json_response(200, std::string(mpic::wire::agent_report_limit + 1, ' '));
    };
    expect_none(Outcome::unreachable, "");
    EXPECT_EQ(failure, FailureKind::http_too_large);
}

TEST_F(HttpPerspectiveClientTest, TheReportOfAnotherAttempt) {
    start();
    answer = [this](const auto&) { return report(honest(), "attempt-2"); };
    expect_none(Outcome::unreachable, "attempt-id");
}

TEST_F(HttpPerspectiveClientTest, AReportAsAnotherPerspective) {
    start();
    answer = [this](const auto& asked) {
        return report(test::passing_report(request, "fra"), asked.attempt_id);
    };
    expect_none(Outcome::misconfigured, "\"fra\"");
    EXPECT_EQ(failure, FailureKind::tls_identity);
}

TEST_F(HttpPerspectiveClientTest, AReportThatLacksOrAddsAPart) {
    start();
    answer = [this](const auto& asked) {
        auto half = honest();
        half.caa.reset();
        return report(half, asked.attempt_id);
    };
    expect_none(Outcome::unreachable, "what was asked");
    answer = [this](const auto& asked) {
        auto half = honest();
        half.dcv.reset();
        return report(half, asked.attempt_id);
    };
    expect_none(Outcome::unreachable, "what was asked");
    question.caa.reset();
    answer = [this](const auto& asked) { return report(honest(), asked.attempt_id); };
    expect_none(Outcome::unreachable, "what was asked");
}

// BR 4.2.2.1.1: "passed" by an agent that knows of no policies is about a set, not permission.
TEST_F(HttpPerspectiveClientTest, AReportThatDoesNotJudgeThePolicy) {
    request.caa->policy = mpic::CaaPolicy{
        .issuer_domains = {"ca.example"}, .account_uri = {}, .validation_method = {}};
    question = make_question(request);
    start();
    answer = [this](const auto& asked) {
        auto silent = honest();
        silent.caa->permits.reset();
        return report(silent, asked.attempt_id);
    };
    expect_none(Outcome::unreachable, "what was asked");
    answer = [this](const auto& asked) {
        auto failed = honest();
        failed.caa->permits.reset();
        failed.caa->finding = {mpic::Verdict::undetermined, "dns-timeout", "no answer"};
        return report(failed, asked.attempt_id);
    };
    EXPECT_TRUE(std::holds_alternative<mpic::PerspectiveReport>(ask()));
}

TEST_F(HttpPerspectiveClientTest, StatusesOfTheAgent) {
    start();
    const std::pair<unsigned, Outcome> cases[] = {
        {403, Outcome::misconfigured}, {421, Outcome::misconfigured}, {500, Outcome::unreachable},
        {503, Outcome::unreachable},   {404, Outcome::unreachable},   {204, Outcome::unreachable},
        {301, Outcome::unreachable},   {400, Outcome::unreachable}};
    for (const auto& [status, outcome] : cases) {
        answer = [status](const auto&) {
            return base::http::json_response(status, status == 204 ? "" : R"({"error":"no"})");
        };
        expect_none(outcome, std::to_string(status));
    }
}

TEST_F(HttpPerspectiveClientTest, TheCertificateOfAnotherPerspective) {
    start(test::pki().mutual_server({"mpicd://perspective/fra"}));
    expect_none(Outcome::misconfigured, "mpicd://perspective/fra");
    EXPECT_EQ(failure, FailureKind::tls_identity);
    EXPECT_TRUE(requests.empty()); // nobody else learns the question
}

TEST_F(HttpPerspectiveClientTest, TheCertificateOfAnotherCa) {
    const test::TestPki other;
    start(test::TestPki::must(
        base::net::mutual_server_context(other.issue({identity}), test::pki().ca_pem())));
    expect_none(Outcome::unreachable, "");
    EXPECT_EQ(failure, FailureKind::tls_failed);
    EXPECT_TRUE(requests.empty());
}

TEST_F(HttpPerspectiveClientTest, AnAgentThatDoesNotKnowOurCa) {
    const test::TestPki other;
    start(test::TestPki::must(
        base::net::mutual_server_context(test::pki().issue({identity}), other.ca_pem())));
    expect_none(Outcome::unreachable, "");
    EXPECT_TRUE(requests.empty());
}

TEST_F(HttpPerspectiveClientTest, AnAnswerThatBreaksOff) {
    const auto whole = mpic::wire::encode_report(honest(), "attempt-1");
    namespace h2 = test::http2;
    const auto head =
        h2::settings()
        + h2::headers(1, {{":status", "200"}, {"content-type", "application/json"}}, false);
    // Only the end of the stream is the end of the report: it could be cut where it still parses.
    for (const std::string& octets :
         {std::string(), h2::settings(), head.substr(0, 20), head,
          head + h2::data(1, whole.substr(0, 100), false),
          head + h2::data(1, whole, true).substr(0, whole.size()), head + h2::data(1, whole, false),
          std::string("no frames at all, though long enough for a few\r\n\r\n")}) {
        const test::RawTlsServer broken(test::pki().mutual_server({identity}), octets);
        endpoint = broken.endpoint();
        client.reset();
        expect_none(Outcome::unreachable, "");
    }
    const test::RawTlsServer sound(test::pki().mutual_server({identity}),
                                   head + h2::data(1, whole));
    endpoint = sound.endpoint();
    client.reset();
    EXPECT_TRUE(std::holds_alternative<mpic::PerspectiveReport>(ask())); // the test's own test
    client.reset(); // the server waits for the end of a kept connection
}

TEST_F(HttpPerspectiveClientTest, SilenceIsATimeoutAtTheDeadline) {
    start();
    silence = 20s;
    const auto before = clock.steady();
    expect_none(Outcome::timeout, "", 200ms);
    EXPECT_EQ(failure, FailureKind::timeout);
    EXPECT_GE(clock.steady() - before, 200ms);
    EXPECT_LT(clock.steady() - before, silence);
}

TEST_F(HttpPerspectiveClientTest, WithoutTimeLeftNobodyIsAsked) {
    start();
    expect_none(Outcome::timeout, "no time was left", 0ms);
    EXPECT_TRUE(peers.empty());
}

TEST_F(HttpPerspectiveClientTest, ARefusedConnectionIsUnreachable) {
    start();
    server.reset();
    expect_none(Outcome::unreachable, "");
    EXPECT_EQ(failure, FailureKind::connection_refused);
}

TEST_F(HttpPerspectiveClientTest, AnAgentThatComesBackIsAskedAgain) {
    start();
    EXPECT_TRUE(std::holds_alternative<mpic::PerspectiveReport>(ask()));
    answer = [](const auto&) { return base::http::json_response(500, "{}"); };
    expect_none(Outcome::unreachable, "500");
    answer = [this](const auto& asked) { return report(honest(), asked.attempt_id); };
    EXPECT_TRUE(std::holds_alternative<mpic::PerspectiveReport>(ask()));
}

} // namespace
