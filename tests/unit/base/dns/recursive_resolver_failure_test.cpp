// SPDX-License-Identifier: Apache-2.0
// The resolver when things go wrong: silence, refusal, deadlines, cancellation, destruction,
// crowds.
#include "base/async/deadline.hpp"
#include "base/async/task_set.hpp"
#include "base/dns/recursive_resolver.hpp"
#include "support/resolver_fixture.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace base::dns {
namespace {

using namespace std::chrono_literals;
using test::ResolverTest;

class ResolverFailureTest : public ResolverTest {
protected:
    /// A port of 127.0.0.1 that refuses every datagram. It is held, connected to somebody else, so
    /// that nobody can take it meanwhile: not another program, and not the resolver, whose own
    /// query would then come back to it.
    net::Endpoint closed_port() {
        const asio::ip::address_v4 loopback = asio::ip::address_v4::loopback();
        closed.open(asio::ip::udp::v4());
        closed.bind({loopback, 0});
        closed.connect({loopback, 9});
        return {net::IpAddress::v4({127, 0, 0, 1}), closed.local_endpoint().port()};
    }
    /// What `work` brings, and how long it took.
    std::pair<Result<Answer>, SteadyTime::duration> timed(Awaitable<Result<Answer>> work) {
        const auto started = clock.steady();
        auto answer = test::run(loop, std::move(work));
        return {std::move(answer), clock.steady() - started};
    }

private:
    asio::ip::udp::socket closed{loop};
};

Awaitable<void> keep(Awaitable<Result<Answer>> work, std::vector<Result<Answer>>* out) {
    out->push_back(co_await std::move(work));
}

Awaitable<void> pause(SteadyTime::duration time) {
    (void)co_await sleep_until(Deadline::after(std::chrono::steady_clock::now(), time));
}

TEST_F(ResolverFailureTest, SilenceIsATimeoutAfterAllTries) {
    options.try_timeout = 60ms;
    options.tries = 3;
    auto resolver = make();
    const auto [answer, took] = timed(resolver->lookup(www, in(10s)));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, FailureKind::dns_timeout);
    EXPECT_NE(answer.error().detail.find("CAA www.example.com: 127.0.0.1:"), std::string::npos)
        << answer.error().detail;
    EXPECT_GE(took, 150ms);
    EXPECT_EQ(server.log().size(), 3U);
}

TEST_F(ResolverFailureTest, ALostQueryIsSentAgain) {
    int queries = 0;
    server.on_query(
        [&](const auto& q) { return ++queries == 1 ? q.silence() : q.answer({www_caa}); });
    options.try_timeout = 60ms;
    auto resolver = make();
    const auto [answer, took] = timed(resolver->lookup(www, in(10s)));
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->tries, 2);
    EXPECT_GE(took, 50ms);
}

TEST_F(ResolverFailureTest, TheNextServerIsAskedAfterSilence) {
    test::ScriptedDnsServer second(loop);
    second.on_query([&](const auto& q) { return q.answer({www_caa}); });
    options.servers.push_back(second.endpoint());
    options.try_timeout = 60ms;
    auto resolver = make();
    const auto answer = lookup(*resolver);
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->resolver, second.endpoint().to_string());
    EXPECT_EQ(answer->tries, 2);
    EXPECT_EQ(server.log().size(), 1U);
}

TEST_F(ResolverFailureTest, TheNextServerIsNotAskedAfterServfail) {
    test::ScriptedDnsServer second(loop);
    second.on_query([&](const auto& q) { return q.answer({www_caa}); });
    server.on_query([](const auto& q) { return q.rcode(Rcode::servfail); });
    options.servers.push_back(second.endpoint());
    auto resolver = make();
    EXPECT_EQ(lookup(*resolver)->rcode, Rcode::servfail);
    EXPECT_TRUE(second.log().empty());
}

TEST_F(ResolverFailureTest, ARefusedPortIsKnownAtOnce) {
    options.servers = {closed_port()};
    auto resolver = make();
    const auto [answer, took] = timed(resolver->lookup(www, in(10s)));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, FailureKind::connection_refused) << answer.error().detail;
    EXPECT_LT(took, 1s);
}

TEST_F(ResolverFailureTest, ARefusedPortIsKnownAtOnceToAllWhoAskTogether) {
    options.servers = {closed_port()};
    auto resolver = make();
    std::vector<Result<Answer>> answers;
    const auto started = clock.steady();
    test::run(loop,
              [](RecursiveResolver* asked, Question question, Deadline deadline,
                 std::vector<Result<Answer>>* out) -> Awaitable<void> {
                  std::vector<Awaitable<Result<Answer>>> lookups;
                  for (int i = 0; i < 5; ++i)
                      lookups.push_back(asked->lookup(question, deadline));
                  *out = co_await gather(std::move(lookups));
              }(resolver.get(), www, in(10s), &answers));
    EXPECT_LT(clock.steady() - started, 1s);
    ASSERT_EQ(answers.size(), 5U);
    for (const auto& answer : answers) {
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().kind, FailureKind::connection_refused) << answer.error().detail;
    }
}

TEST_F(ResolverFailureTest, TheNextServerIsAskedAtOnceAfterARefusal) {
    server.on_query([&](const auto& q) { return q.answer({www_caa}); });
    options.servers.insert(options.servers.begin(), closed_port());
    auto resolver = make();
    const auto [answer, took] = timed(resolver->lookup(www, in(10s)));
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->resolver, server.endpoint().to_string());
    EXPECT_LT(took, 1s);
}

TEST_F(ResolverFailureTest, ATcpConnectionThatBreaksDoesNotFailTheOthers) {
    // c-ares fails all queries of a server with any of its connections; the resolver asks again.
    const auto broken = test::question("broken.test", RecordType::caa);
    server.on_query([&](const test::DnsQuery& q) {
        if (q.question() != broken)
            return test::DnsReply{.octets = q.answer({www_caa}).octets, .delay = 100ms};
        auto m = q.response();
        m.truncated = true;
        auto reply = q.reply(m);
        reply.close = q.tcp;
        return reply;
    });
    auto resolver = make();
    std::vector<Result<Answer>> good;
    std::vector<Result<Answer>> bad;
    TaskSet tasks(loop);
    for (int i = 0; i < 10; ++i)
        tasks.spawn(keep(resolver->lookup(www, in(10s)), &good));
    tasks.spawn(keep(resolver->lookup(broken, in(10s)), &bad));
    test::run(loop, tasks.join());
    ASSERT_EQ(bad.size(), 1U);
    EXPECT_EQ(bad.front().error().kind, FailureKind::connection_refused);
    ASSERT_EQ(good.size(), 10U);
    for (const auto& answer : good)
        EXPECT_TRUE(answer) << answer.error().detail;
}

TEST_F(ResolverFailureTest, TheDeadlineEndsALookup) {
    auto resolver = make(); // 2 s a try
    const auto [answer, took] = timed(resolver->lookup(www, in(80ms)));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, FailureKind::dns_timeout);
    EXPECT_GE(took, 75ms);
    EXPECT_LT(took, 1500ms);
    // The late answer to the abandoned query does no harm, nor does the next lookup wait for it.
    server.on_query([&](const auto& q) { return q.answer({www_caa}); });
    EXPECT_TRUE(lookup(*resolver));
}

TEST_F(ResolverFailureTest, ADeadlineThatHasPassedAsksNothing) {
    auto resolver = make();
    const auto answer = test::run(loop, resolver->lookup(www, in(-1s)));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, FailureKind::dns_timeout);
    EXPECT_TRUE(server.log().empty());
}

TEST_F(ResolverFailureTest, LateAnswersToAbandonedLookupsAreDropped) {
    server.on_query([&](const auto& q) {
        auto reply = q.answer({www_caa});
        reply.delay = 150ms;
        return reply;
    });
    auto resolver = make();
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(lookup(*resolver, 10ms).error().kind, FailureKind::dns_timeout);
    test::run(loop, pause(300ms));
    EXPECT_TRUE(lookup(*resolver));
}

TEST_F(ResolverFailureTest, CancellationEndsALookup) {
    auto resolver = make();
    const auto started = clock.steady();
    TaskSet tasks(loop);
    std::vector<Result<Answer>> out;
    for (int i = 0; i < 5; ++i)
        tasks.spawn(keep(resolver->lookup(www, in(10s)), &out));
    test::run(loop, pause(30ms));
    EXPECT_EQ(tasks.running(), 5U);
    tasks.cancel_all();
    test::run(loop, tasks.join());
    EXPECT_LT(clock.steady() - started, 1s);
    for (const auto& answer : out)
        EXPECT_EQ(answer.error().kind, FailureKind::cancelled);
    server.on_query([&](const auto& q) { return q.answer({www_caa}); });
    EXPECT_TRUE(lookup(*resolver)) << "the resolver is as good as before";
}

TEST_F(ResolverFailureTest, DestructionEndsWhatIsUnderWay) {
    for (const bool with_dnssec : {false, true}) {
        auto resolver = make();
        std::vector<Result<Answer>> out;
        TaskSet tasks(loop);
        for (int i = 0; i < 20; ++i)
            tasks.spawn(keep(with_dnssec ? resolver->lookup_with_dnssec(www, in(10s))
                                         : resolver->lookup(www, in(10s)),
                             &out));
        test::run(loop, pause(30ms));
        ASSERT_EQ(tasks.running(), 20U);
        resolver.reset();
        test::run(loop, tasks.join());
        ASSERT_EQ(out.size(), 20U);
        for (const auto& answer : out)
            EXPECT_EQ(answer.error().kind, FailureKind::cancelled);
    }
}

TEST_F(ResolverFailureTest, ALookupThatStartsAfterDestructionIsCancelled) {
    auto resolver = make();
    auto lookup = resolver->lookup(www, in(10s)); // nothing runs before it is awaited
    resolver.reset();
    EXPECT_EQ(test::run(loop, std::move(lookup)).error().kind, FailureKind::cancelled);
}

TEST_F(ResolverFailureTest, DestructionInsideACallbackOfCares) {
    // The lookup's own continuation drops the last owner of the resolver that brought its answer.
    server.on_query([&](const auto& q) { return q.answer({www_caa}); });
    auto resolver = make();
    const auto use = [](std::unique_ptr<RecursiveResolver> owned, Question question,
                        Deadline deadline) -> Awaitable<bool> {
        const auto answer = co_await owned->lookup(std::move(question), deadline);
        owned.reset();
        co_return answer.has_value();
    };
    EXPECT_TRUE(test::run(loop, use(std::move(resolver), www, in(10s))));
}

TEST_F(ResolverFailureTest, ALoopMayDieWithLookupsThatNobodyAwaitsAnyMore) {
    // A stop at once: the resolver goes, then the loop with the suspended frames, and nothing runs.
    auto own = std::make_unique<asio::io_context>();
    auto resolver = std::make_unique<RecursiveResolver>(*own, clock, random, options);
    bool ended = false;
    for (int i = 0; i < 3; ++i)
        asio::co_spawn(*own, resolver->lookup_with_dnssec(www, in(10s)),
                       [&](const std::exception_ptr&, const Result<Answer>&) { ended = true; });
    own->run_for(20ms);
    resolver.reset();
    own.reset();
    EXPECT_FALSE(ended);
}

TEST_F(ResolverFailureTest, AnIdleResolverDoesNotKeepTheLoopRunning) {
    asio::io_context own;
    test::ScriptedDnsServer here(own);
    here.on_query([&](const auto& q) { return q.answer({www_caa}); });
    options.servers = {here.endpoint()};
    RecursiveResolver resolver(own, clock, random, options);
    // The server's own waits are two: for a datagram and for a connection.
    EXPECT_TRUE(test::run(own, resolver.lookup(www, in(10s))));
    own.restart();
    const auto started = clock.steady();
    while (own.poll() > 0 && clock.steady() - started < 1s)
        continue;
    EXPECT_EQ(own.run_one_for(50ms), 0U) << "a timer or socket of c-ares is still watched";
}

TEST_F(ResolverFailureTest, FiveHundredLookupsAtOnce) {
    int queries = 0;
    server.on_query(
        [&](const test::DnsQuery& q) { // some are lost, some truncated, all out of order
            const int n = ++queries;
            if (n % 50 == 0)
                return q.silence();
            auto m = q.response();
            m.answers = {
                {q.question().name, RecordType::txt, 5, txt_rdata(q.question().name.text())}};
            m.truncated = !q.tcp && n % 7 == 0;
            auto reply = q.reply(m);
            reply.delay = Milliseconds(n % 13);
            return reply;
        });
    options.try_timeout = 500ms;
    options.tries = 5;
    auto resolver = make();
    std::vector<Result<Answer>> out;
    TaskSet tasks(loop);
    for (int i = 0; i < 500; ++i)
        tasks.spawn(
            keep(resolver->lookup(
                     test::question("n" + std::to_string(i) + ".test", RecordType::txt), in(20s)),
                 &out));
    test::run(loop, tasks.join());
    ASSERT_EQ(out.size(), 500U);
    for (const auto& answer : out) {
        ASSERT_TRUE(answer) << answer.error().detail;
        ASSERT_EQ(answer->records.size(), 1U);
        EXPECT_EQ(parse_txt(answer->records.front().rdata), answer->question.name.text())
            << "every asker has its own answer";
    }
}

} // namespace
} // namespace base::dns
