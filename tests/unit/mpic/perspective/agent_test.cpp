// SPDX-License-Identifier: Apache-2.0
// An agent by what it answers: to whom it listens, what it refuses and how, and that its report is
// back in time whatever the world does.

#include "mpic/perspective/agent.hpp"

#include "base/async/task_set.hpp"
#include "support/dns_records.hpp"
#include "support/fake_exchanger.hpp"
#include "support/fake_handshaker.hpp"
#include "support/fake_resolver.hpp"
#include "support/recording_logger.hpp"
#include "support/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>

namespace {

using namespace std::chrono_literals;
using base::dns::RecordType;
using base::http::Response;
using mpic::Verdict;
using mpic::wire::AgentQuestion;
using test::FakeExchanger;
using test::FakeResolver;
using testing::HasSubstr;

const std::string coordinator = "mpicd://coordinator";

class AgentTest : public testing::Test {
protected:
    AgentTest() {
        dns.add("_proof.www.example.com", RecordType::txt, "it is me");
        dns.add("www.example.com", RecordType::a, "192.0.2.1");
        dns.add("example.com", RecordType::caa, R"(0 issue "ca.example")");
    }

    static base::http::Peer peer(std::vector<std::string> identities = {coordinator}) {
        return {.endpoint = {*base::net::IpAddress::parse("127.0.0.1"), 40000},
                .identities = std::move(identities),
                .certificate_sha256 = {}};
    }
    static AgentQuestion question() {
        AgentQuestion out;
        out.attempt_id = "attempt-1";
        out.perspective = "iad";
        out.budget = 5s;
        out.request_id = "r-1";
        out.dcv =
            mpic::DnsQuestion{test::name("_proof.www.example.com"), RecordType::txt, "it is me"};
        out.caa = mpic::CaaQuestion{test::name("www.example.com"), false, {}};
        return out;
    }
    static AgentQuestion http_question() {
        AgentQuestion out = question();
        out.dcv = mpic::HttpQuestion{test::name("www.example.com"), "/proof", "it is me"};
        return out;
    }
    static base::http::Request post(const AgentQuestion& question) {
        base::http::Request out;
        out.method = "POST";
        out.target = std::string(mpic::wire::agent_check_path);
        out.body = mpic::wire::encode_question(question);
        return out;
    }
    mpic::perspective::Agent& agent() {
        if (!agent_)
            agent_.emplace(vantage, clock, log, options);
        return *agent_;
    }
    Response ask(const base::http::Request& request, const base::http::Peer& from = peer()) {
        return test::run(loop, agent().handle(request, from));
    }
    mpic::PerspectiveReport report(const AgentQuestion& question) {
        const auto response = ask(post(question));
        EXPECT_EQ(response.status, 200U) << response.body;
        EXPECT_EQ(response.headers.get("Content-Type"), "application/json");
        return mpic::wire::decode_report(response.body, question.attempt_id).value();
    }
    static std::string error(const Response& response) {
        return nlohmann::json::parse(response.body).at("error").get<std::string>();
    }
    base::SteadyTime::duration elapsed() const { return clock.steady() - started_; }

    base::asio::io_context loop{1};
    base::SystemClock clock;
    test::RecordingLogger log;
    FakeResolver dns;
    FakeExchanger web{clock};
    test::FakeHandshaker tls{clock};
    base::net::AddressPolicy addresses{{*base::net::Prefix::parse("192.0.2.0/24")}};
    mpic::check::Vantage vantage{dns, web, tls, addresses, clock, {}};
    mpic::perspective::AgentOptions options{.perspective = "iad",
                                            .build = "mpicd 0.1.0 (test)",
                                            .coordinators = {coordinator, "backup.example"}};

private:
    std::optional<mpic::perspective::Agent> agent_;
    base::SteadyTime started_ = clock.steady();
};

TEST_F(AgentTest, ReportsWithItsIdBuildAndEvidence) {
    const auto got = report(question());
    EXPECT_EQ(got.perspective, "iad");
    EXPECT_EQ(got.build, "mpicd 0.1.0 (test)");
    EXPECT_THAT(got.started, testing::MatchesRegex("20..-..-..T..:..:..\\..*Z"));
    EXPECT_GT(got.elapsed_ms, 0);
    ASSERT_TRUE(got.dcv);
    EXPECT_EQ(got.dcv->finding.verdict, Verdict::passed);
    ASSERT_FALSE(got.dcv->lookups.list().empty());
    EXPECT_EQ(got.dcv->lookups.list()[0].name, "_proof.www.example.com");
    ASSERT_TRUE(got.caa);
    EXPECT_EQ(got.caa->finding.verdict, Verdict::passed);
    EXPECT_EQ(got.caa->node, "example.com");
    EXPECT_EQ(got.caa->rdata.size(), 1U);
    EXPECT_EQ(log.count("checked"), 1U);
    EXPECT_EQ(log.find("checked")->field("request-id"), "r-1");
}

TEST_F(AgentTest, ReportsOnlyWhatWasAsked) {
    auto only_caa = question();
    only_caa.dcv.reset();
    EXPECT_FALSE(report(only_caa).dcv);
    EXPECT_EQ(dns.times_asked("_proof.www.example.com", RecordType::txt), 0U);
    auto only_dcv = question();
    only_dcv.caa.reset();
    EXPECT_FALSE(report(only_dcv).caa);
}

TEST_F(AgentTest, AVerdictIsAReportAndNoError) {
    auto other = question();
    other.dcv = mpic::DnsQuestion{test::name("_proof.www.example.com"), RecordType::txt, "another"};
    const auto got = report(other);
    EXPECT_EQ(got.dcv->finding.verdict, Verdict::rejected);
    EXPECT_EQ(got.caa->finding.verdict, Verdict::passed);
}

TEST_F(AgentTest, AnyOfItsCoordinatorsMayAsk) {
    EXPECT_EQ(ask(post(question()), peer({"other", "backup.example"})).status, 200U);
}

TEST_F(AgentTest, AWrongCertificateIsRefusedAndLoggedOnce) {
    for (const auto& identities :
         {std::vector<std::string>{"mpicd://perspective/fra", "fra.example"},
          {},
          {"mpicd://coordinator2"},
          {"MPICD://COORDINATOR"}}) {
        const auto before = log.events().size();
        EXPECT_EQ(ask(post(question()), peer(identities)).status, 403U);
        ASSERT_EQ(log.events().size(), before + 1);
        EXPECT_EQ(log.events().back().event, "coordinator-refused");
    }
    EXPECT_EQ(log.find("coordinator-refused")->field("certificate"),
              "mpicd://perspective/fra fra.example");
    EXPECT_TRUE(dns.asked().empty());
}

TEST_F(AgentTest, AFloodOfStrangersCannotFillTheLog) {
    for (int i = 0; i < 1000; ++i)
        EXPECT_EQ(ask(post(question()), peer({"stranger"})).status, 403U);
    EXPECT_LE(log.events().size(), 30U);
}

TEST_F(AgentTest, TellsItsCoordinatorsThatItIsThere) {
    base::http::Request request{
        .method = "GET", .target = "/agent/v1/health", .headers = {}, .body = {}};
    const auto response = ask(request);
    EXPECT_EQ(response.status, 200U);
    EXPECT_EQ(mpic::wire::decode_agent_health(response.body), "iad");
    EXPECT_EQ(ask(request, peer({"stranger"})).status, 403U);
    request.method = "POST";
    EXPECT_EQ(ask(request).status, 404U);
    EXPECT_TRUE(dns.asked().empty());
}

TEST_F(AgentTest, ReplacedCoordinatorsMayAskFromThenOn) {
    EXPECT_EQ(ask(post(question()), peer({"mpicd://new"})).status, 403U);
    agent().replace_coordinators({"mpicd://new"});
    EXPECT_EQ(ask(post(question()), peer({"mpicd://new"})).status, 200U);
    EXPECT_EQ(ask(post(question())).status, 403U);
}

TEST_F(AgentTest, AStrangerLearnsNothingOfPathsAndVerbs) {
    auto request = post(question());
    request.target = "/other";
    request.method = "GET";
    EXPECT_EQ(ask(request, peer({"stranger"})).status, 403U);
}

TEST_F(AgentTest, AnotherPath) {
    for (const char* target : {"/", "/agent/v1/check/", "/agent/v2/check", "/agent/v1"}) {
        auto request = post(question());
        request.target = target;
        EXPECT_EQ(ask(request).status, 404U) << target;
    }
}

TEST_F(AgentTest, AnotherVerbIsToldWhichIsAllowed_Rfc9110_15_5_6) {
    for (const char* method : {"GET", "PUT", "HEAD", "post"}) {
        auto request = post(question());
        request.method = method;
        const auto response = ask(request);
        EXPECT_EQ(response.status, 405U) << method;
        EXPECT_EQ(response.headers.get("Allow"), "POST");
    }
}

TEST_F(AgentTest, AQuestionThatCannotBeDecoded) {
    auto request = post(question());
    for (const char* body : {"", "{", "[]", "{}", R"({"attempt-id":"a","perspective":"iad"})"}) {
        request.body = body;
        const auto response = ask(request);
        EXPECT_EQ(response.status, 400U) << body;
        EXPECT_FALSE(error(response).empty());
    }
    request.body = R"({"attempt-id": 7, "perspective": "iad"})";
    EXPECT_THAT(error(ask(request)), HasSubstr("$.attempt-id"));
    EXPECT_TRUE(dns.asked().empty());
}

TEST_F(AgentTest, AnotherPerspectivesQuestionIsMisdirected_Rfc9110_15_5_20) {
    auto misdirected = question();
    misdirected.perspective = "fra";
    const auto response = ask(post(misdirected));
    EXPECT_EQ(response.status, 421U);
    EXPECT_THAT(error(response), HasSubstr("iad"));
    EXPECT_EQ(log.count("question-for-another"), 1U);
    EXPECT_TRUE(dns.asked().empty());
}

base::Awaitable<Response> handle(mpic::perspective::Agent& agent, base::http::Request request,
                                 base::http::Peer peer) {
    co_return co_await agent.handle(request, peer);
}

TEST_F(AgentTest, MoreThanItCanBearAtOnceAreToldToComeBack) {
    options.max_in_flight = 2;
    dns.set_delay("_proof.www.example.com", 50ms);
    std::vector<base::Awaitable<Response>> all;
    for (int i = 0; i < 3; ++i)
        all.push_back(handle(agent(), post(question()), peer()));
    const auto responses = test::run(loop, base::gather(std::move(all)));
    EXPECT_EQ(responses[0].status, 200U);
    EXPECT_EQ(responses[1].status, 200U);
    EXPECT_EQ(responses[2].status, 503U);
    EXPECT_EQ(responses[2].headers.get("Retry-After"), "1");
    EXPECT_EQ(ask(post(question())).status, 200U); // their places are free again
}

TEST_F(AgentTest, BothPartsAreCheckedSideBySide) {
    constexpr auto slow = 400ms;
    dns.set_delay("_proof.www.example.com", slow);
    dns.set_delay("example.com", slow);
    const auto got = report(question());
    EXPECT_EQ(got.dcv->finding.verdict, Verdict::passed);
    EXPECT_EQ(got.caa->finding.verdict, Verdict::passed);
    EXPECT_GE(elapsed(), slow);
    EXPECT_LT(elapsed(), 2 * slow);
}

TEST_F(AgentTest, ABlackHoleStillYieldsAReportBeforeTheBudgetEnds) {
    for (const char* owner : {"_proof.www.example.com", "www.example.com"})
        dns.set_delay(owner, 1h);
    auto hurried = question();
    hurried.budget = 600ms; // a tenth of it is for the way back
    const auto got = report(hurried);
    EXPECT_LT(elapsed(), 600ms);
    EXPECT_GE(elapsed(), 500ms); // and the rest is used
    EXPECT_EQ(got.dcv->finding.verdict, Verdict::undetermined);
    EXPECT_EQ(got.caa->finding.verdict, Verdict::undetermined);
}

TEST_F(AgentTest, AServerThatIsSilentYieldsAReportToo) {
    web.on("*", "*", "*", FakeExchanger::Answer{.response = {}, .fails_in = {}, .delay = 1h});
    auto hurried = http_question();
    hurried.budget = 600ms;
    const auto got = report(hurried);
    EXPECT_LT(elapsed(), 600ms);
    EXPECT_EQ(got.dcv->finding.verdict, Verdict::undetermined);
    EXPECT_EQ(got.caa->finding.verdict, Verdict::passed);
}

TEST_F(AgentTest, ATenthOfTheBudgetIsForTheWay) {
    dns.set_delay("_proof.www.example.com", 1h);
    vantage.settings.dns_try = 10s;
    auto patient = question();
    patient.budget = 2500ms;
    (void)report(patient);
    EXPECT_GE(elapsed(), 2240ms);
    EXPECT_LT(elapsed(), 2450ms);
}

TEST_F(AgentTest, ABudgetIsCutToWhatTheAgentAllows) {
    options.max_budget = 300ms;
    dns.set_delay("_proof.www.example.com", 1h);
    auto greedy = question();
    greedy.budget = 10min;
    const auto got = report(greedy);
    EXPECT_LT(elapsed(), 300ms);
    EXPECT_EQ(got.dcv->finding.verdict, Verdict::undetermined);
}

TEST_F(AgentTest, NoSecretIsLogged) {
    auto secret = http_question();
    secret.dcv = mpic::HttpQuestion{test::name("www.example.com"), "/proof", "a-key-authorization"};
    web.serve("www.example.com", "/proof", "a-key-authorization");
    EXPECT_EQ(report(secret).dcv->finding.verdict, Verdict::passed);
    for (const auto& event : log.events())
        for (const auto& [key, value] : event.fields)
            EXPECT_THAT(event.field(key), testing::Not(HasSubstr("a-key-authorization")));
}

} // namespace
