// SPDX-License-Identifier: Apache-2.0
#include "mpic/api/clients.hpp"

#include "base/core/digest.hpp"
#include "base/core/encoding.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace {

using base::SteadyTime;
using mpic::api::Client;
using mpic::api::ClientOptions;
using mpic::api::Clients;
using mpic::api::RateLimit;
using std::chrono::milliseconds;
using std::chrono::seconds;

const SteadyTime start{std::chrono::hours(1)};

std::string hash(std::string_view token) {
    return base::hex(base::sha256(token));
}

std::string who(const Clients& clients, std::string_view authorization,
                std::vector<std::string> identities = {}) {
    base::http::Peer peer;
    peer.identities = std::move(identities);
    const auto client = clients.authenticate(authorization, peer);
    return client ? client->options().id : "nobody";
}

TEST(Clients, ByToken) {
    std::string upper = hash("upper");
    for (char& c : upper)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    const Clients clients({{.id = "a", .token_sha256 = {hash("old"), hash("new")}},
                           {.id = "b", .token_sha256 = {upper}},
                           {.id = "c"}});
    EXPECT_EQ(who(clients, "Bearer old"), "a"); // two tokens allow a rotation
    EXPECT_EQ(who(clients, "Bearer new"), "a");
    EXPECT_EQ(who(clients, "bearer   upper "), "b");
    for (const char* wrong : {"Bearer", "Bearer ", "Bearer  ", "old", "Basic old", "Bearerold",
                              "Bearer old new", "Bearer Old", "Token old"})
        EXPECT_EQ(who(clients, wrong), "nobody") << wrong;
    EXPECT_EQ(who(clients, "Bearer " + hash("old")), "nobody") << "the hash is no token";
    EXPECT_EQ(who(Clients({}), "Bearer old"), "nobody");
}

TEST(Clients, ByCertificate) {
    const Clients clients({{.id = "a", .token_sha256 = {hash("t")}},
                           {.id = "b", .certificate_identities = {"ra.ca.example"}}});
    EXPECT_EQ(who(clients, "", {"x.example", "RA.ca.example"}), "b");
    EXPECT_EQ(who(clients, "", {"sub.ra.ca.example"}), "nobody");
    EXPECT_EQ(who(clients, "", {}), "nobody");
    EXPECT_EQ(who(clients, "", {""}), "nobody");
    EXPECT_EQ(who(clients, "Bearer t", {"ra.ca.example"}), "a");
    EXPECT_EQ(who(clients, "Bearer x", {"ra.ca.example"}), "nobody");
}

TEST(Clients, Methods) {
    EXPECT_TRUE(Client({.id = "all"}).allows("anything"));
    const Client some({.id = "some", .methods = {"caa", "dns"}});
    EXPECT_TRUE(some.allows("dns"));
    EXPECT_FALSE(some.allows("http"));
    EXPECT_FALSE(some.allows(""));
}

TEST(Clients, InFlight) {
    Client client({.id = "two", .max_in_flight = 2});
    EXPECT_TRUE(client.enter());
    EXPECT_TRUE(client.enter());
    EXPECT_FALSE(client.enter());
    client.leave();
    EXPECT_TRUE(client.enter());
    Client free({.id = "free"});
    for (int i = 0; i < 1000; ++i)
        EXPECT_TRUE(free.enter());
}

TEST(RateLimit, BurstThenRate) {
    RateLimit limit(10, 3); // one each 100 ms, three at once
    for (int i = 0; i < 3; ++i)
        EXPECT_FALSE(limit.take(start));
    EXPECT_EQ(limit.take(start), milliseconds(100));
    EXPECT_EQ(limit.take(start + milliseconds(40)), milliseconds(60));
    EXPECT_FALSE(limit.take(start + milliseconds(100)));
    EXPECT_TRUE(limit.take(start + milliseconds(100)));
    for (int i = 0; i < 3; ++i)
        EXPECT_FALSE(limit.take(start + seconds(60)))
            << "idle time saves up no more than the burst";
    EXPECT_TRUE(limit.take(start + seconds(60)));
}

TEST(RateLimit, ABurstIsAtLeastOne) {
    RateLimit limit(1, 0);
    EXPECT_FALSE(limit.take(start));
    EXPECT_EQ(limit.take(start), seconds(1));
}

TEST(RateLimit, NeverMoreThanAllowedOverAnyStretch) {
    RateLimit limit(50, 5);
    int passed = 0;
    for (int ms = 0; ms < 10'000; ++ms)
        passed += limit.take(start + milliseconds(ms)) ? 0 : 1;
    EXPECT_EQ(passed, 10 * 50 + 4);
}

TEST(RateLimit, ExtremesDoNotOverflow) {
    RateLimit slow(1e-12, 1e12);
    for (int i = 0; i < 2; ++i)
        EXPECT_FALSE(slow.take(start));
    const auto wait = slow.take(start);
    ASSERT_TRUE(wait);
    EXPECT_GT(*wait, SteadyTime::duration::zero());
    RateLimit fast(1e12, 1);
    EXPECT_FALSE(fast.take(start));
    EXPECT_FALSE(fast.take(start));
}

TEST(RateLimit, ThreadsShareIt) {
    RateLimit limit(0.001, 1000);
    std::atomic<int> passed{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 1000; ++i)
                passed += limit.take(start) ? 0 : 1;
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(passed, 1000);
}

TEST(Clients, UnlimitedWithoutARate) {
    Client client({.id = "x", .burst = 1});
    for (int i = 0; i < 100; ++i)
        EXPECT_FALSE(client.take(start));
}

} // namespace
