// SPDX-License-Identifier: Apache-2.0
// A check that nobody waits for any more ends at once, whatever it waits for itself.

#include "http_world.hpp"

#include "base/async/task_set.hpp"

namespace test {
namespace {

using std::chrono::seconds;

base::Awaitable<void> check_both(const mpic::check::Vantage& vantage, base::Deadline deadline,
                                 bool& reported) {
    (void)co_await mpic::check::check_caa(vantage, {.domain = name(HttpWorld::host)}, deadline);
    const mpic::HttpQuestion question{name(HttpWorld::host), HttpWorld::path, HttpWorld::token};
    (void)co_await mpic::check::check_dcv(vantage, question, deadline);
    reported = true;
}

base::Awaitable<void> cancel_after(base::TaskSet& tasks, base::Deadline at) {
    (void)co_await base::sleep_until(at);
    tasks.cancel_all();
    co_await tasks.join();
}

void expect_prompt_end(HttpWorld& world) {
    const auto vantage = world.vantage();
    const auto start = world.clock.steady();
    bool reported = false;
    base::TaskSet tasks(world.loop);
    tasks.spawn(check_both(vantage, world.deadline(seconds(20)), reported));
    run(world.loop, cancel_after(tasks, world.deadline(base::Milliseconds(50))));
    EXPECT_FALSE(reported);
    EXPECT_EQ(tasks.running(), 0U);
    EXPECT_LT(world.clock.steady() - start, seconds(5));
}

TEST(Cancellation, ends_a_climb_that_waits_for_dns) {
    HttpWorld world;
    world.settings.dns_try = seconds(20);
    world.dns.set_delay("example.com", seconds(20));
    expect_prompt_end(world);
}

TEST(Cancellation, ends_an_exchange_that_waits_for_a_server) {
    HttpWorld world;
    world.http.on("*", "*", "*", {.response = {}, .delay = seconds(20)});
    expect_prompt_end(world);
}

} // namespace
} // namespace test
