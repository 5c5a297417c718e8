// SPDX-License-Identifier: Apache-2.0
// One perspective as the coordinator meets it over mutual TLS: honest, broken, somebody else, gone.
// Who is to blame decides the outcome.

#include "mpic/coordinator/http_perspective_client.hpp"

#include "base/async/deadline.hpp"
#include "support/http2_frames.hpp"
#include "support/http_server.hpp"
#include "support/raw_tls_server.hpp"
#include "support/run.hpp"
#include "support/sample_attempt.hpp"
#include "support/test_pki.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using base::FailureKind;
using base::http::Response;
using mpic::Outcome;
using mpic::wire::AgentQuestion;
using testing::HasSubstr;

const std::string identity = "mpicd://perspective/iad";
const std::string coordinator = "mpicd://coordinator";

struct OneAsker final : mpic::coordinator::Asker {
    void replied(std::size_t, std::unique_ptr<mpic::Reply> with) override {
        EXPECT_FALSE(std::exchange(reply, std::move(with)));
    }
    void faulted(std::size_t, const std::exception_ptr&) noexcept override { fault = true; }

    std::unique_ptr<mpic::Reply> reply;
    bool fault = false;
};

class HttpPerspectiveClientTest : public testing::Test {
protected:
    using Answer = std::function<Response(const AgentQuestion&)>;

    static base::Awaitable<Response> serve(HttpPerspectiveClientTest* self,
                                           const base::http::Request& request) {
        self->requests.push_back(request);
        if (self->silence.count() > 0)
            (void)co_await base::sleep_until(
                base::Deadline::after(self->clock.steady(), self->silence));
        self->questions.push_back(mpic::wire::decode_question(request.body).value());
        co_return self->answer(self->questions.back());
    }

    void start(base::net::TlsContext tls = test::pki().mutual_server({identity})) {
        server.emplace(
            loop,
            [this](const base::http::Request& got, const base::http::Peer& peer) {
                peers.push_back(peer.identities);
                return serve(this, got);
            },
            [&](base::http::ServerOptions& options) { options.tls = [tls] { return tls; }; });
        endpoint = server->endpoint();
    }
    mpic::Reply ask(base::Milliseconds budget = 5s) {
        if (!client) {
            base::http::PoolOptions pool;
            pool.host = endpoint.address.to_string();
            pool.port = endpoint.port;
            pool.tls = [tls = client_tls] { return tls; };
            pool.peer_identity = identity;
            pool.body_limit = mpic::wire::agent_report_limit;
            client.emplace("iad", loop, clock, std::move(pool));
        }
        const auto until = base::Deadline::after(clock.steady(), budget);
        const auto asking = client->ask(question, until, asker, 0);
        const bool replied = test::run_until(
            loop, [&] { return asker.reply || asker.fault || until.passed(clock.steady()); });
        EXPECT_TRUE(replied);
        EXPECT_FALSE(asker.fault);
        if (!asker.reply)
            asker.reply = asking->given_up();
        return std::move(*std::exchange(asker.reply, nullptr));
    }
    void expect_none(Outcome outcome, std::string_view detail, base::Milliseconds budget = 5s) {
        const auto reply = ask(budget);
        const auto* none = std::get_if<mpic::NoReport>(&reply);
        ASSERT_NE(none, nullptr);
        EXPECT_EQ(none->outcome, outcome) << none->failure.detail;
        EXPECT_THAT(none->failure.detail, HasSubstr(detail));
        EXPECT_GE(none->elapsed_ms, 0);
        failure = none->failure.kind;
    }
    mpic::PerspectiveReport honest() const { return test::passing_report(request, "iad"); }
    static Response report(const mpic::PerspectiveReport& report, const std::string& attempt_id) {
        return base::http::json_response(200, mpic::wire::encode_report(report, attempt_id));
    }
    static AgentQuestion make_question(const mpic::CheckRequest& request) {
        AgentQuestion out;
        out.attempt_id = "attempt-1";
        out.perspective = "to be filled in";
        out.request_id = "r-1";
        out.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        out.dcv = request.dcv;
        out.caa = request.caa;
        return out;
    }

    base::asio::io_context loop{1};
    base::SystemClock clock;
    mpic::CheckRequest request{
        .request_id = "r-1",
        .method = "dns",
        .target = {base::dns::Name::parse("a.example").value()},
        .dcv = mpic::DnsQuestion{base::dns::Name::parse("_x.a.example").value(),
                                 base::dns::RecordType::txt, "proof"},
        .caa = mpic::CaaQuestion{base::dns::Name::parse("a.example").value(), false, {}},
        .traceparent = {}};
    AgentQuestion question = make_question(request);
    Answer answer = [this](const AgentQuestion& asked) {
        return report(honest(), asked.attempt_id);
    };
    base::Milliseconds silence{0};
    std::vector<base::http::Request> requests;
    std::vector<AgentQuestion> questions;
    std::vector<std::vector<std::string>> peers;
    FailureKind failure{};
    base::net::Endpoint endpoint;
    base::net::TlsContext client_tls = test::pki().mutual_client({coordinator});
    std::optional<test::HttpServer> server;
    OneAsker asker;
    std::optional<mpic::coordinator::HttpPerspectiveClient> client; // goes first
};

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

class ProbeTest : public HttpPerspectiveClientTest {
protected:
    void start_with(unsigned status, std::string body) {
        client.reset();
        server.emplace(
            loop,
            [this, status, body](const base::http::Request& got, const base::http::Peer&) {
                requests.push_back(got);
                return say(status, body);
            },
            [](base::http::ServerOptions& options) {
                options.tls = [] { return test::pki().mutual_server({identity}); };
            });
        endpoint = server->endpoint();
    }
    base::Result<void> probe() {
        base::http::PoolOptions pool;
        pool.host = endpoint.address.to_string();
        pool.port = endpoint.port;
        pool.tls = [this] { return client_tls; };
        pool.peer_identity = identity;
        client.emplace("iad", loop, clock, std::move(pool));
        return test::run(loop, client->probe(base::Deadline::after(clock.steady(), 5s)));
    }

private:
    static base::Awaitable<Response> say(unsigned status, std::string body) {
        co_return base::http::json_response(status, std::move(body));
    }
};

TEST_F(ProbeTest, AnAgentSaysThatItIsThereAndWho) {
    start_with(200, mpic::wire::encode_agent_health("iad", "mpicd 0.1.0"));
    EXPECT_TRUE(probe());
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0].method, "GET");
    EXPECT_EQ(requests[0].target, mpic::wire::agent_health_path);
    EXPECT_EQ(client->load().questions, 0U);
    EXPECT_EQ(client->load().connections, 1U);
}

TEST_F(ProbeTest, AnOlderAgentIsThereToo) {
    start_with(404, "{}");
    EXPECT_TRUE(probe());
}

TEST_F(ProbeTest, AnotherPerspectiveIsNotTheOne) {
    start_with(200, mpic::wire::encode_agent_health("fra", "mpicd 0.1.0"));
    const auto result = probe();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, FailureKind::tls_identity);
    EXPECT_THAT(result.error().detail, HasSubstr("\"fra\", not as \"iad\""));
}

TEST_F(ProbeTest, WhatElseAnAgentMaySay) {
    for (const auto& [status, body, kind] :
         {std::tuple{403U, "{}", FailureKind::tls_identity},
          {421U, "{}", FailureKind::tls_identity},
          {500U, "{}", FailureKind::peer_malformed},
          {200U, "{}", FailureKind::peer_malformed},
          {200U, "nonsense", FailureKind::peer_malformed},
          {200U, R"({"perspective":7})", FailureKind::peer_malformed}}) {
        start_with(status, body);
        const auto result = probe();
        ASSERT_FALSE(result) << status << body;
        EXPECT_EQ(result.error().kind, kind) << status << body;
    }
}

TEST_F(ProbeTest, NobodyIsThere) {
    start_with(200, "{}");
    server.reset();
    const auto result = probe();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, FailureKind::connection_refused);
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
