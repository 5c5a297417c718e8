// SPDX-License-Identifier: Apache-2.0
// website-change: what is different from http. BR 3.2.2.4.18, 3.2.2.5.1.

#include "http_world.hpp"

#include <gtest/gtest.h>

namespace test {
namespace {

using mpic::Verdict;

constexpr auto file = "/.well-known/pki-validation/file.txt";
constexpr auto value = "a-random-value-of-the-ca-0123456789";

mpic::HttpQuestion question(bool https) {
    return {.host = name(HttpWorld::host), .path = file, .expected = value, .https = https};
}

TEST(WebsiteChange, BeginsWithHttpsOnPort443WhenAskedTo) {
    HttpWorld world;
    world.http.serve(HttpWorld::host, file, value);
    const auto report = world.dcv(question(true));
    expect_finding(report, Verdict::passed, "ok");
    EXPECT_EQ(world.connected_to(), std::vector<std::string>{"[2001:db8::1]:443"});
    EXPECT_EQ(world.http.asked().front().options.tls_server_name, HttpWorld::host);
    EXPECT_EQ(report.hops.front().url, std::string("https://www.example.com") + file);
}

TEST(WebsiteChange, BeginsWithHttpOtherwise) {
    HttpWorld world;
    world.http.serve(HttpWorld::host, file, value);
    expect_finding(world.dcv(question(false)), Verdict::passed, "ok");
    EXPECT_EQ(world.connected_to(), std::vector<std::string>{"[2001:db8::1]:80"});
    EXPECT_FALSE(world.http.asked().front().options.tls_server_name);
}

TEST(WebsiteChange, AnAddressByHttpsGoesWithoutSni) { // BR 3.2.2.5.1
    HttpWorld world;
    world.http.serve("192.0.2.1", file, value);
    auto asked = question(true);
    asked.host = ip("192.0.2.1");
    expect_finding(world.dcv(asked), Verdict::passed, "ok");
    EXPECT_EQ(world.http.asked().front().options.tls_server_name, "");
}

TEST(WebsiteChange, ARedirectMustNotPutTheValueIntoTheRequest) {
    HttpWorld world;
    world.http.redirect(HttpWorld::host, file, 302, std::string("/echo?text=") + value);
    world.http.serve(HttpWorld::host, std::string("/echo?text=") + value, value);
    const auto report = world.dcv(question(false));
    expect_finding(report, Verdict::rejected, "redirect-refused");
    EXPECT_EQ(world.http.asked().size(), 1U);
}

} // namespace
} // namespace test
