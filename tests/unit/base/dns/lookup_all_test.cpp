// SPDX-License-Identifier: Apache-2.0
// Several questions at the same time: each has its own outcome, tries and time.
#include "base/async/task_set.hpp"
#include "support/resolver_fixture.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace base::dns {
namespace {

using namespace std::chrono_literals;
using test::ResolverTest;

class LookupAllTest : public ResolverTest {
protected:
    static Question caa(const std::string& name) { return test::question(name, RecordType::caa); }

    std::vector<TimedAnswer> ask(RecursiveResolver& resolver, std::vector<Question> questions) {
        return test::run(loop, resolver.lookup_all(std::move(questions), in(10s)));
    }
};

TEST_F(LookupAllTest, AnswersComeInTheOrderOfTheQuestions) {
    server.on_query([&](const test::DnsQuery& q) {
        auto reply = q.question() == www ? q.answer({www_caa}) : q.rcode(Rcode::nxdomain);
        if (q.question() == www)
            reply.delay = 60ms; // the first comes last
        return reply;
    });
    auto resolver = make();
    const auto all = ask(*resolver, {www, caa("example.com"), caa("com")});
    ASSERT_EQ(all.size(), 3U);
    for (const TimedAnswer& one : all)
        ASSERT_TRUE(one.result) << one.result.error().detail;
    EXPECT_EQ(all[0].result->records, std::vector{www_caa});
    EXPECT_EQ(all[1].result->question, caa("example.com"));
    EXPECT_EQ(all[1].result->rcode, Rcode::nxdomain);
    EXPECT_EQ(all[2].result->question, caa("com"));
    EXPECT_GE(all[0].elapsed, 60ms);
    EXPECT_LT(all[1].elapsed, all[0].elapsed) << "the time of each is its own";
}

TEST_F(LookupAllTest, NoQuestionHasNoAnswerAtOnce) {
    auto resolver = make();
    EXPECT_TRUE(ask(*resolver, {}).empty());
}

TEST_F(LookupAllTest, AllAreAskedBeforeAnyIsAnswered) {
    std::vector<std::string> seen;
    server.on_query([&](const test::DnsQuery& q) {
        seen.push_back(q.question().name.text());
        auto reply = q.rcode(Rcode::nxdomain);
        reply.delay = 50ms;
        return reply;
    });
    auto resolver = make();
    const auto started = clock.steady();
    (void)ask(*resolver, {www, caa("example.com"), caa("com")});
    EXPECT_EQ(seen, (std::vector<std::string>{"www.example.com", "example.com", "com"}));
    EXPECT_GE(clock.steady() - started, 50ms);
}

TEST_F(LookupAllTest, EachGoesItsOwnWay) {
    const auto big =
        test::record("big.test", RecordType::caa, "0 issue \"" + std::string(5000, 'x') + "\"");
    int lost = 0;
    server.on_query([&](const test::DnsQuery& q) {
        if (q.question().name == big.owner)
            return q.answer({big}); // truncated over UDP
        if (q.question().name.text() == "silent.test")
            return q.silence();
        if (q.question().name.text() == "lost.test" && ++lost == 1)
            return q.silence();
        return q.answer({www_caa});
    });
    options.try_timeout = 150ms;
    auto resolver = make();
    const auto all = ask(*resolver, {www, caa("big.test"), caa("silent.test"), caa("lost.test")});
    ASSERT_TRUE(all.at(0).result) << all[0].result.error().detail;
    EXPECT_EQ(all[0].result->tries, 1);
    ASSERT_TRUE(all.at(1).result) << all[1].result.error().detail;
    EXPECT_EQ(all[1].result->records, std::vector{big});
    EXPECT_EQ(all[1].result->tries, 1) << "TCP after UDP is no further try";
    ASSERT_FALSE(all.at(2).result);
    EXPECT_EQ(all[2].result.error().kind, FailureKind::dns_timeout);
    EXPECT_TRUE(all[2].result.error().detail.starts_with("CAA silent.test: "))
        << all[2].result.error().detail;
    EXPECT_GE(all[2].elapsed, 300ms) << "two tries";
    ASSERT_TRUE(all.at(3).result) << all[3].result.error().detail;
    EXPECT_EQ(all[3].result->tries, 2);
    EXPECT_LT(all[0].elapsed, all[2].elapsed);
}

TEST_F(LookupAllTest, NoQuestionsNoAnswers) {
    auto resolver = make();
    EXPECT_TRUE(ask(*resolver, {}).empty());
    EXPECT_TRUE(server.log().empty());
}

Awaitable<void> keep(Awaitable<std::vector<TimedAnswer>> work, std::vector<TimedAnswer>* out) {
    *out = co_await std::move(work);
}

TEST_F(LookupAllTest, CancellationEndsThoseUnderWay) {
    server.on_query([&](const test::DnsQuery& q) {
        return q.question() == www ? q.answer({www_caa}) : q.silence();
    });
    auto resolver = make();
    std::vector<TimedAnswer> out;
    TaskSet tasks(loop);
    tasks.spawn(keep(resolver->lookup_all({www, caa("silent.test")}, in(10s)), &out));
    const auto started = clock.steady();
    while (server.log().size() < 2 && clock.steady() - started < 10s)
        loop.run_one_for(100ms);
    tasks.cancel_all();
    test::run(loop, tasks.join());
    EXPECT_LT(clock.steady() - started, 9s);
    if (!out.empty()) { // Asio may throw the cancellation instead
        ASSERT_EQ(out.size(), 2U);
        EXPECT_EQ(out[1].result.error().kind, FailureKind::cancelled);
    }
    EXPECT_TRUE(lookup(*resolver)) << "the resolver is as good as before";
}

} // namespace
} // namespace base::dns
