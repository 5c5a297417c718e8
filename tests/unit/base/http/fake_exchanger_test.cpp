// SPDX-License-Identifier: Apache-2.0
#include "support/fake_exchanger.hpp"
#include "support/raw_http_client.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

namespace base::http {
namespace {

using test::FakeExchanger;

class FakeExchangerTest : public testing::Test {
protected:
    Exchange ask(std::string_view to, std::string host, std::string target,
                 Deadline deadline = test::soon()) {
        return test::run(loop, fake.exchange({.to = *net::Endpoint::parse(to), .body_limit = 10},
                                             {.target = std::move(target),
                                              .headers = {{"Host", std::move(host)}}},
                                             deadline));
    }

    asio::io_context loop;
    SystemClock clock;
    FakeExchanger fake{clock};
};

TEST_F(FakeExchangerTest, AnswersByAddressHostAndTarget) {
    fake.serve("a.example", "/x", "for all");
    fake.on("192.0.2.1", "a.example", "/x", {.response = {.body = "for one"}});
    fake.redirect("a.example", "/y", 301, "/z");
    EXPECT_EQ(ask("192.0.2.2:80", "a.example", "/x").response.body, "for all");
    EXPECT_EQ(ask("192.0.2.1:80", "a.example", "/x").response.body, "for one");
    EXPECT_EQ(ask("192.0.2.2:80", "a.example", "/y").response.headers.get("location"), "/z");
    EXPECT_EQ(ask("192.0.2.2:80", "a.example", "/other").failure->kind, FailureKind::invalid);
    ASSERT_EQ(fake.asked().size(), 4U);
    EXPECT_EQ(fake.asked()[1].options.to.to_string(), "192.0.2.1:80");
}

TEST_F(FakeExchangerTest, FailsInItsPhase) {
    fake.refuse("192.0.2.1:80");
    fake.on("*", "b.example", "*",
            {.response = {.status = 200, .body = "half"}, .fails_in = ExchangePhase::body});
    const Exchange refused = ask("192.0.2.1:80", "a.example", "/");
    EXPECT_EQ(refused.failure->kind, FailureKind::connection_refused);
    EXPECT_EQ(refused.times.connected, SteadyTime::duration());
    const Exchange reset = ask("192.0.2.1:80", "b.example", "/");
    EXPECT_EQ(reset.phase, ExchangePhase::body);
    EXPECT_EQ(reset.response.body, "half");
}

TEST_F(FakeExchangerTest, CutsAndTimesOutAsTheRealOne) {
    fake.serve("a.example", "/long", std::string(11, 'a'));
    fake.on("*", "a.example", "/late", {.response = {}, .delay = Milliseconds(5000)});
    const Exchange cut = ask("192.0.2.1:80", "a.example", "/long");
    EXPECT_TRUE(cut.body_cut);
    EXPECT_EQ(cut.response.body.size(), 10U);
    const Exchange late = ask("192.0.2.1:80", "a.example", "/late", test::soon(Milliseconds(20)));
    EXPECT_EQ(late.failure->kind, FailureKind::timeout);
    EXPECT_EQ(late.phase, ExchangePhase::head);
}

} // namespace
} // namespace base::http
