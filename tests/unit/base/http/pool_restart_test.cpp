// SPDX-License-Identifier: Apache-2.0
// The pool and a peer that is restarted, or gone, or silent: who fails, and who need not.

#include "base/http/client.hpp"

#include "base/async/task_set.hpp"
#include "support/http_server.hpp"
#include "support/raw_http_client.hpp"
#include "support/raw_http_server.hpp"
#include "support/test_pki.hpp"

#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>

#include <sys/socket.h>

namespace base::http {
namespace {

using std::chrono::milliseconds;

/// A port that stays ours while nobody listens on it.
class KeptPort {
public:
    explicit KeptPort(asio::io_context& loop) : socket_(loop) {
        socket_.open(asio::ip::tcp::v4());
        socket_.set_option(asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>(true));
        socket_.bind({asio::ip::address_v4::loopback(), 0});
    }
    [[nodiscard]] net::Endpoint endpoint() const {
        return net::from_asio(socket_.local_endpoint());
    }

private:
    asio::ip::tcp::acceptor socket_;
};

/// Real time, which a test can stop: then patience does not run out, however slow the machine is.
class StoppableClock final : public Clock {
public:
    void stop() { stopped_at_ = std::chrono::steady_clock::now(); }
    [[nodiscard]] WallTime wall() const override { return {}; }
    [[nodiscard]] SteadyTime steady() const override {
        return stopped_at_.value_or(std::chrono::steady_clock::now());
    }

private:
    std::optional<SteadyTime> stopped_at_;
};

class PoolRestartTest : public testing::Test {
protected:
    PoolRestartTest() {
        options.host = "127.0.0.1";
        options.port = port.endpoint().port;
        options.connect_timeout = std::chrono::seconds(30);
    }
    void start() {
        server.emplace(
            loop,
            [](const Request&, const Peer&) -> Awaitable<Response> {
                co_return Response{.body = "fine"};
            },
            [this](ServerOptions& o) {
                o.listen = port.endpoint();
                o.reuse_port = true;
            });
    }
    Result<Response> ask(Deadline deadline = test::soon()) {
        return test::run(loop, pool->send({.target = "/x"}, deadline));
    }
    /// Asked once, and gone: the peer's listener and the connection to it.
    void answer_once_and_go() {
        start();
        pool.emplace(loop, clock, options);
        ASSERT_TRUE(ask());
        server.reset();
        ASSERT_TRUE(test::run_until(loop, [this] { return pool->open_connections() == 0; }));
    }
    static Awaitable<void> keep(Pool& pool, Deadline deadline, std::vector<Result<Response>>& all) {
        all.push_back(co_await pool.send({.target = "/x"}, deadline));
    }
    /// Several beside each other, begun when this returns: on the loop they begin at once.
    Awaitable<void> begin_asking(TaskSet& tasks, int n) {
        for (int i = 0; i < n; ++i) {
            tasks.spawn(keep(*pool, test::soon(), answers));
        }
        co_return;
    }
    void ask_beside(TaskSet& tasks, int n) { test::run(loop, begin_asking(tasks, n)); }

    asio::io_context loop;
    StoppableClock clock;
    KeptPort port{loop};
    PoolOptions options;
    std::optional<test::HttpServer> server;
    std::vector<Result<Response>> answers;
    std::optional<Pool> pool; // goes first
};

TEST_F(PoolRestartTest, RequestsThatMeetARestartAreAnsweredAfterIt) {
    answer_once_and_go();
    TaskSet tasks(loop);
    ask_beside(tasks, 4);
    clock.stop();
    // Refused, and nobody has failed.
    ASSERT_TRUE(test::run_until(loop, [this] { return pool->open_connections() == 0; }));
    ASSERT_TRUE(answers.empty());
    ask_beside(tasks, 1); // this one comes in the pause
    start();
    test::run(loop, tasks.join());
    ASSERT_EQ(answers.size(), 5U);
    for (const auto& answer : answers) {
        EXPECT_TRUE(answer) << answer.error().detail;
    }
    EXPECT_EQ(pool->open_connections(), 1U);
}

TEST_F(PoolRestartTest, TheirDeadlinesStandAllTheSame) {
    answer_once_and_go();
    clock.stop();
    const auto answer = ask(test::soon(milliseconds(100)));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, FailureKind::timeout) << answer.error().detail;
}

TEST_F(PoolRestartTest, APeerThatStaysAwayIsWaitedForOnce) {
    answer_once_and_go();
    const auto begin = clock.steady();
    const auto first = ask();
    ASSERT_FALSE(first);
    EXPECT_EQ(first.error().kind, FailureKind::connection_refused) << first.error().detail;
    EXPECT_GE(clock.steady() - begin, milliseconds(1'500));
    clock.stop(); // from here on, patience would last longer than any request
    for (int i = 0; i < 3; ++i) {
        const auto later = ask();
        ASSERT_FALSE(later);
        EXPECT_EQ(later.error().kind, FailureKind::connection_refused) << later.error().detail;
    }
    start();
    EXPECT_TRUE(ask()) << "it is asked all the same";
    server.reset();
    ASSERT_TRUE(test::run_until(loop, [this] { return pool->open_connections() == 0; }));
    TaskSet tasks(loop);
    ask_beside(tasks, 1);
    ASSERT_TRUE(test::run_until(loop, [this] { return pool->open_connections() == 0; }));
    EXPECT_TRUE(answers.empty()) << "and waited for once more";
    start();
    test::run(loop, tasks.join());
    EXPECT_TRUE(answers.at(0));
}

TEST_F(PoolRestartTest, APoolMayDieWhileItWaits) {
    answer_once_and_go();
    clock.stop();
    TaskSet tasks(loop);
    ask_beside(tasks, 1);
    ASSERT_TRUE(test::run_until(loop, [this] { return pool->open_connections() == 0; }));
    pool.reset();
    start();
    test::run(loop, tasks.join());
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_TRUE(answers[0]) << "a request may outlive its pool";
}

TEST_F(PoolRestartTest, WhoComesDuringASilentHandshakeGetsAConnectionOfTheirOwn) {
    const test::RawHttpServer silent({{test::raw::Hold{}}});
    const auto client = test::pki().mutual_client({"coordinator.test"});
    options.port = silent.endpoint().port;
    options.tls = [client] { return client; };
    options.connect_timeout = milliseconds(300);
    pool.emplace(loop, clock, options);
    TaskSet tasks(loop);
    ask_beside(tasks, 2); // the first has begun to connect when the second comes
    ASSERT_TRUE(test::run_until(loop, [this] { return !answers.empty(); }));
    EXPECT_EQ(answers.size(), 1U) << "the second has seen nothing of it yet";
    EXPECT_EQ(pool->open_connections(), 1U);
    test::run(loop, tasks.join());
    EXPECT_EQ(silent.connections(), 2U);
    ASSERT_EQ(answers.size(), 2U);
    for (const auto& answer : answers) {
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().kind, FailureKind::timeout) << answer.error().detail;
    }
}

} // namespace
} // namespace base::http
