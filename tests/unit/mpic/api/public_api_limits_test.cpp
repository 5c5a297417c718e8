// SPDX-License-Identifier: Apache-2.0
// Rates, and how much may be under way at once.
#include "api_fixture.hpp"
#include "base/async/task_set.hpp"
#include "mpic/api/target_places.hpp"

namespace {

using test::ApiFixture;
using test::Peer;
using test::Request;
using test::Response;
using testing::HasSubstr;

class PublicApiLimits : public ApiFixture {};

TEST_F(PublicApiLimits, Rates) {
    EXPECT_EQ(answer(post(test::caa_body, "slow")).status, 200U);
    EXPECT_EQ(answer(post(test::caa_body, "slow")).status, 200U);
    const Response response = answer(post(test::caa_body, "slow"));
    expect_error(response, 429, "rate-limited");
    EXPECT_EQ(response.headers.get("Retry-After"), "10"); // 9.5 s, rounded up
    clock.advance(std::chrono::seconds(10));
    EXPECT_EQ(answer(post(test::caa_body, "slow")).status, 200U);
    EXPECT_EQ(answer(post()).status, 200U) << "others are not held back";
}

TEST_F(PublicApiLimits, TooMuchUnderWay) {
    options.max_in_flight = 1;
    Response inner;
    meanwhile = [&] {
        meanwhile = nullptr;
        boost::asio::io_context other;
        inner = test::run(other, api().handle(post(), Peer{}));
    };
    EXPECT_EQ(answer(post()).status, 200U);
    expect_error(inner, 503, "overloaded");
    EXPECT_EQ(inner.headers.get("Retry-After"), "1");
    EXPECT_EQ(answer(post()).status, 200U) << "the place was given back";
}

TEST_F(PublicApiLimits, TooMuchUnderWayForOneClient) {
    Response inner;
    meanwhile = [&] {
        meanwhile = nullptr;
        boost::asio::io_context other;
        inner = test::run(other, api().handle(post(test::caa_body, "single"), Peer{}));
    };
    EXPECT_EQ(answer(post(test::caa_body, "single")).status, 200U);
    expect_error(inner, 503, "overloaded");
    EXPECT_THAT(inner.body, HasSubstr("single"));
    EXPECT_EQ(answer(post(test::caa_body, "single")).status, 200U);
}

TEST_F(PublicApiLimits, TooMuchUnderWayForOneTarget) {
    options.max_in_flight_per_target = 1;
    const auto asking_for = [](const std::string& domain) {
        return post(R"({"method":"caa","domain":")" + domain + R"("})");
    };
    const std::vector<Request> requests{asking_for("www.a.example"), asking_for("WWW.a.example."),
                                        asking_for("*.www.a.example"), asking_for("other.example")};
    std::vector<base::Awaitable<Response>> calls;
    const Peer peer;
    for (const Request& request : requests)
        calls.push_back(api().handle(request, peer));
    const auto responses = test::run(loop, base::gather(std::move(calls)));
    EXPECT_EQ(responses[0].status, 200U);
    for (const std::size_t same : {1U, 2U}) {
        expect_error(responses[same], 503, "overloaded");
        EXPECT_EQ(responses[same].headers.get("Retry-After"), "1");
        EXPECT_THAT(responses[same].body, HasSubstr("www.a.example"));
    }
    EXPECT_EQ(responses[3].status, 200U) << "other targets are not held back";
    EXPECT_EQ(answer(post()).status, 200U) << "the place was given back";
}

TEST(TargetPlaces, HoldNoMoreNamesThanRequestsUnderWay) {
    mpic::api::TargetPlaces places(2);
    {
        const auto one = places.enter("a.example");
        const auto two = places.enter("a.example");
        const auto other = places.enter("b.example");
        EXPECT_TRUE(one && two && other);
        EXPECT_FALSE(places.enter("a.example"));
        EXPECT_EQ(places.targets(), 2U);
    }
    EXPECT_EQ(places.targets(), 0U);
    mpic::api::TargetPlaces unlimited(0);
    std::vector<std::optional<mpic::api::TargetPlaces::Place>> held;
    for (int i = 0; i < 1000; ++i)
        held.push_back(unlimited.enter("a.example"));
    EXPECT_TRUE(std::ranges::all_of(held, [](const auto& place) { return place.has_value(); }));
}

TEST_F(PublicApiLimits, PlacesAreGivenBackAfterRefusalsAndFaults) {
    options.max_in_flight = 1;
    expect_error(answer(post("{}")), 400, "invalid-request");
    script = Script::throws;
    EXPECT_THROW(answer(post()), std::runtime_error);
    script = Script::passes;
    EXPECT_EQ(answer(post()).status, 200U);
    EXPECT_THAT(metrics.expose(), HasSubstr("mpicd_requests_in_flight 0"));
}

} // namespace
