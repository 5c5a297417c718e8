// SPDX-License-Identifier: Apache-2.0
// A server that has run out of descriptors: accept(2) fails with EMFILE for as long as that lasts.

#include "base/async/deadline.hpp"
#include "base/async/task_set.hpp"
#include "base/http/server.hpp"

#include "support/http_server.hpp"
#include "support/raw_http_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace base::http {
namespace {

using testing::StartsWith;

Awaitable<Response> fine(const Request&, const Peer&) {
    co_return Response{.body = "fine"};
}

Awaitable<void> pause() {
    static_cast<void>(co_await sleep_until(test::soon(std::chrono::milliseconds(1))));
}

/// Nobody gets a descriptor while it lives.
class NoDescriptors {
public:
    NoDescriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        rlimit none = before_;
        none.rlim_cur = 0; // what is open stays open
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;

private:
    rlimit before_{};
};

std::chrono::microseconds cpu_time() {
    rusage used{};
    ::getrusage(RUSAGE_THREAD, &used);
    const auto of = [](const timeval& t) {
        return std::chrono::seconds(t.tv_sec) + std::chrono::microseconds(t.tv_usec);
    };
    return of(used.ru_utime) + of(used.ru_stime);
}

/// A connection that waits to be accepted; its own descriptor is there before.
class Waiting {
public:
    Waiting() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
    ~Waiting() { ::close(socket_); }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    bool connect(std::uint16_t port) const {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
    }

private:
    int socket_;
};

TEST(AcceptFailure, WithoutDescriptorsTheServerWaitsAndDoesNotSpin) {
    asio::io_context loop;
    test::HttpServer server(loop, fine);
    const Waiting client;
    const auto ask = [&] {
        return test::run(loop, test::RawHttpClient::talk(
                                   server.endpoint(),
                                   {{"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"}}));
    };
    // Before as well: the sanitizers need descriptors of their own where they have not yet been.
    const boost::system::error_code none_left(EMFILE, boost::asio::error::get_system_category());
    EXPECT_NE(none_left, boost::system::errc::protocol_error) << none_left.message();
    log::Logger& logger = server.log;
    logger.error("warm", {});
    ASSERT_THAT(ask(), StartsWith("HTTP/1.1 200 "));
    TaskSet tasks(loop);
    tasks.spawn(pause());
    test::run(loop, tasks.join());
    {
        const NoDescriptors none;
        ASSERT_TRUE(client.connect(server.endpoint().port));
        const auto cpu = cpu_time();
        std::size_t steps = 0;
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(1);
        loop.restart();
        while (loop.run_one_until(until) > 0)
            ++steps;
        EXPECT_EQ(server.log.count("accept-failed"), 1U) << "once, not at every try";
        EXPECT_LT(steps, 200U) << "ten tries a second, and no more";
        EXPECT_LT(cpu_time() - cpu, std::chrono::milliseconds(500));
    }
    EXPECT_THAT(ask(), StartsWith("HTTP/1.1 200 ")) << "it goes on by itself";
}

} // namespace
} // namespace base::http
