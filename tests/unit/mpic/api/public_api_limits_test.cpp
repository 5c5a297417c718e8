// SPDX-License-Identifier: Apache-2.0
// Rates, and how much may be under way at once.
#include "api_fixture.hpp"

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
