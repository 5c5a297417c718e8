// SPDX-License-Identifier: Apache-2.0
#pragma once
// The public API over a coordinator that answers as a test tells it to.

#include "base/core/digest.hpp"
#include "base/core/encoding.hpp"
#include "base/core/random.hpp"
#include "mpic/api/public_api.hpp"
#include "support/fake_clock.hpp"
#include "support/recording_logger.hpp"
#include "support/run.hpp"
#include "support/sample_attempt.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace test {

using base::http::Peer;
using base::http::Request;
using base::http::Response;
using nlohmann::json;

inline std::string token_hash(std::string_view token) {
    return base::hex(base::sha256(token));
}

inline constexpr const char* caa_body = R"({"method":"caa","domain":"www.a.example"})";

class ApiFixture : public testing::Test {
protected:
    /// What the coordinator does with a request.
    enum class Script { passes, fails, audit, compliance, throws };
    using Prepare = mpic::coordinator::Coordinator::Prepare;

    ApiFixture() {
        clients = {{.id = "ca-1",
                    .token_sha256 = {token_hash("right")},
                    .certificate_identities = {"issuer.ca.example"}},
                   {.id = "caa-only", .token_sha256 = {token_hash("caa")}, .methods = {"caa"}},
                   {.id = "slow",
                    .token_sha256 = {token_hash("slow")},
                    .requests_per_second = 0.1,
                    .burst = 2},
                   {.id = "single", .token_sha256 = {token_hash("single")}, .max_in_flight = 1}};
    }

    mpic::api::PublicApi& api() {
        if (!api_) {
            auto made = std::make_shared<const mpic::api::Clients>(clients);
            api_ = std::make_unique<mpic::api::PublicApi>(
                [this](mpic::CheckRequest request, std::string client, Prepare prepare) {
                    return corroborate(*this, std::move(request), std::move(client),
                                       std::move(prepare));
                },
                [made] { return made; }, clock, random, log, metrics, options);
        }
        return *api_;
    }

    static Request post(std::string body = caa_body, std::string token = "right") {
        Request request{.method = "POST", .target = "/mpic/draft-00", .headers = {}, .body = {}};
        request.body = std::move(body);
        request.headers.add("Content-Type", "application/json");
        if (!token.empty())
            request.headers.add("Authorization", "Bearer " + token);
        return request;
    }

    Response answer(const Request& request) { return answer(request, Peer{}); }
    Response answer(const Request& request, const Peer& peer) {
        return run(loop, api().handle(request, peer));
    }

    /// Checks status, code and the one shape of every error answer.
    static void expect_error(const Response& response, unsigned status, std::string_view code) {
        EXPECT_EQ(response.status, status) << response.body;
        EXPECT_EQ(response.headers.get("Content-Type"), "application/json");
        const json body = json::parse(response.body);
        EXPECT_EQ(body["ok"], false);
        EXPECT_EQ(body["success"], false);
        EXPECT_EQ(body["code"], code);
        EXPECT_TRUE(body["error"].is_string() && !body["error"].get<std::string>().empty());
        EXPECT_FALSE(response.headers.get("X-Request-Id").empty());
        EXPECT_EQ(body["request-id"], response.headers.get("X-Request-Id"));
    }

    LoggedEvent logged() { return log.events().back(); }

    boost::asio::io_context loop;
    FakeClock clock;
    base::SeededRandom random{7};
    RecordingLogger log;
    base::log::Metrics metrics;
    std::vector<mpic::api::ClientOptions> clients;
    mpic::api::PublicApiOptions options;
    Script script = Script::passes;
    bool prepares = true; ///< whether the answer may be made early
    std::vector<mpic::CheckRequest> asked;
    std::vector<std::string> asked_by;
    /// Called while a request is under way.
    std::function<void()> meanwhile;

private:
    static base::Awaitable<mpic::coordinator::Answer>
    corroborate(ApiFixture& self, mpic::CheckRequest request, std::string client, Prepare prepare) {
        using mpic::coordinator::Unavailable;
        self.asked.push_back(request);
        self.asked_by.push_back(client);
        co_await boost::asio::post(self.loop, boost::asio::deferred);
        self.clock.advance(std::chrono::milliseconds(250));
        if (self.meanwhile)
            self.meanwhile();
        if (self.prepares)
            prepare(self.decided(request));
        switch (self.script) {
        case Script::audit:
            co_return mpic::coordinator::Answer{{}, Unavailable::audit, "The disk is full."};
        case Script::compliance:
            co_return mpic::coordinator::Answer{{}, Unavailable::compliance, "Too few remotes."};
        case Script::throws:
            throw std::runtime_error("a bug");
        case Script::passes:
        case Script::fails:
            break;
        }
        co_return mpic::coordinator::Answer{self.decided(request), {}, {}};
    }

    mpic::Corroboration decided(const mpic::CheckRequest& request) const {
        if (script == Script::passes)
            return corroborated(request);
        const mpic::NoReport none{
            mpic::Outcome::timeout, {base::FailureKind::timeout, "no report"}, 20'000};
        return corroborated(request, {{0, none}});
    }

    std::unique_ptr<mpic::api::PublicApi> api_;
};

} // namespace test
