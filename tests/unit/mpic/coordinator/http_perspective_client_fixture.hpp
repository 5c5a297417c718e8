// SPDX-License-Identifier: Apache-2.0
#pragma once
// One perspective as the coordinator meets it over mutual TLS.

#include "mpic/coordinator/http_perspective_client.hpp"

#include "base/async/deadline.hpp"
#include "support/http_server.hpp"
#include "support/run.hpp"
#include "support/sample_attempt.hpp"
#include "support/test_pki.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

using namespace std::chrono_literals;
using base::FailureKind;
using base::http::Response;
using mpic::Outcome;
using mpic::wire::AgentQuestion;
using testing::HasSubstr;

inline const std::string identity = "mpicd://perspective/iad";
inline const std::string coordinator = "mpicd://coordinator";

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

    void start(base::net::TlsContext tls = pki().mutual_server({identity})) {
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
        const bool replied = run_until(
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
    mpic::PerspectiveReport honest() const { return passing_report(request, "iad"); }
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
    base::net::TlsContext client_tls = pki().mutual_client({coordinator});
    std::optional<HttpServer> server;
    OneAsker asker;
    std::optional<mpic::coordinator::HttpPerspectiveClient> client; // goes first
};

} // namespace test
