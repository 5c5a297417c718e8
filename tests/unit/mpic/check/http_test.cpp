// SPDX-License-Identifier: Apache-2.0
// The http method of BR 3.2.2.4.18, .19 and RFC 8555 §8.3: what is asked for, and what is compared.

#include "http_world.hpp"

#include "mpic/check/http_judge.hpp"

namespace test {
namespace {

using base::dns::DnssecState;
using base::dns::RecordType;
using base::http::Response;
using mpic::Verdict;

TEST(HttpCheck, passes_when_the_body_is_the_expected_one) {
    HttpWorld world;
    world.serve(HttpWorld::token);
    const auto report = world.ask();
    expect_finding(report, Verdict::passed, "ok");
    ASSERT_EQ(report.hops.size(), 1U);
    const auto& hop = report.hops.front();
    EXPECT_EQ(hop.url, "http://www.example.com/.well-known/acme-challenge/t");
    EXPECT_EQ(hop.resolved, (std::vector<std::string>{HttpWorld::ipv6, HttpWorld::ipv4}));
    EXPECT_EQ(hop.address, HttpWorld::ipv6);
    EXPECT_EQ(hop.family, "ipv6");
    EXPECT_EQ(hop.status, 200U);
    ASSERT_EQ(hop.tried.size(), 1U);
    EXPECT_EQ(hop.tried.front().outcome, "answered");
    EXPECT_FALSE(hop.failure);
}

TEST(HttpCheck, asks_as_its_settings_say) {
    HttpWorld world;
    world.settings.user_agent = "mpicd-test";
    world.settings.source = ip("2001:db8::99");
    world.serve(HttpWorld::token);
    (void)world.ask();
    ASSERT_EQ(world.http.asked().size(), 1U);
    const auto& [options, request] = world.http.asked().front();
    EXPECT_EQ(options.to.to_string(), "[2001:db8::1]:80");
    EXPECT_EQ(options.source, ip("2001:db8::99"));
    EXPECT_FALSE(options.tls_server_name);
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.target, HttpWorld::path);
    EXPECT_EQ(request.headers,
              (base::http::Headers{
                  {"Host", "www.example.com"}, {"User-Agent", "mpicd-test"}, {"Accept", "*/*"}}));
}

TEST(HttpCheck, on_a_test_network_only_the_connection_goes_to_another_port) {
    HttpWorld world;
    world.settings.http_port = 15080;
    world.settings.https_port = 15443;
    world.redirect("https://www.example.com/s");
    world.http.redirect(HttpWorld::host, "/s", 302, "http://www.example.com/p");
    world.http.serve(HttpWorld::host, "/p", HttpWorld::token);
    expect_finding(world.ask(), Verdict::passed, "ok");
    EXPECT_EQ(world.connected_to(),
              (std::vector<std::string>{"[2001:db8::1]:15080", "[2001:db8::1]:15443",
                                        "[2001:db8::1]:15080"}));
    for (const auto& asked : world.http.asked())
        EXPECT_EQ(asked.request.headers.get("Host"), "www.example.com");
}

TEST(HttpCheck, an_address_is_connected_to_straight_rfc_8738_3) {
    World world;
    world.http.serve("192.0.2.7", "/t", "x");
    const auto ipv4 = world.dcv(mpic::HttpQuestion{ip("192.0.2.7"), "/t", "x"});
    expect_finding(ipv4, Verdict::passed, "ok");
    world.http.serve("[2001:db8::7]", "/t", "x");
    const auto ipv6 = world.dcv(mpic::HttpQuestion{ip("2001:db8::7"), "/t", "x"});
    expect_finding(ipv6, Verdict::passed, "ok");
    EXPECT_EQ(ipv6.hops.front().url, "http://[2001:db8::7]/t");
    EXPECT_TRUE(world.dns.asked().empty());
    EXPECT_TRUE(ipv4.lookups.list().empty());
    EXPECT_EQ(ipv4.dnssec, DnssecState::indeterminate);
}

TEST(HttpCheck, every_status_but_2xx_is_a_rejection) {
    for (const unsigned status : {199U, 300U, 303U, 304U, 301U, 400U, 403U, 404U, 500U, 503U}) {
        HttpWorld world;
        world.answer({.status = status, .headers = {{"Server", "cdn"}}, .body = HttpWorld::token});
        const auto report = world.ask();
        expect_finding(report, Verdict::rejected, "http-status");
        EXPECT_TRUE(report.finding.detail.contains(std::to_string(status)));
        EXPECT_EQ(report.hops.front().server, "cdn");
        EXPECT_EQ(world.http.asked().size(), 1U) << "a status is a verdict and ends the trying";
    }
    for (const unsigned status : {200U, 201U, 204U, 299U}) {
        HttpWorld world;
        world.answer({.status = status, .body = HttpWorld::token});
        expect_finding(world.ask(), Verdict::passed, "ok");
    }
}

TEST(HttpCheck, a_status_counts_even_if_its_body_never_ends) {
    HttpWorld world;
    world.http.on("*", HttpWorld::host, HttpWorld::path,
                  {.response = {.status = 403}, .fails_in = base::http::ExchangePhase::body});
    expect_finding(world.ask(), Verdict::rejected, "http-status");
}

TEST(HttpCheck, trailing_white_space_is_no_difference) {
    using mpic::check::body_matches;
    EXPECT_TRUE(body_matches("a", "a"));
    EXPECT_TRUE(body_matches("a \t\r\n\v\f", "a"));
    EXPECT_TRUE(body_matches("a", "a\n"));
    EXPECT_TRUE(body_matches(std::string("\0a", 2), std::string("\0a", 2)));
    EXPECT_FALSE(body_matches(" a", "a"));
    EXPECT_FALSE(body_matches("A", "a"));
    EXPECT_FALSE(body_matches("ab", "a"));
    EXPECT_FALSE(body_matches("", "a"));
    EXPECT_FALSE(body_matches(std::string("a\0", 2), "a"));
    EXPECT_FALSE(body_matches("a\xc2\xa0", "a"));
    EXPECT_FALSE(body_matches("", "\n")) << "nothing must not match nothing";
}

TEST(HttpCheck, octets_that_are_not_utf8_are_compared_like_others) {
    const std::string octets = std::string(99, 'a') + "\xc3\xa9\xff" + std::string(1, '\0') + "z";
    HttpWorld world;
    world.serve(octets + "\n");
    const auto ask = [&](std::string expected) {
        return world.dcv(
            mpic::HttpQuestion{name(HttpWorld::host), HttpWorld::path, std::move(expected)});
    };
    expect_finding(ask(octets), Verdict::passed, "ok");
    expect_finding(ask(octets.substr(0, 100)), Verdict::rejected, "body-mismatch");
}

TEST(HttpCheck, another_body_is_a_rejection_that_shows_what_was_seen) {
    HttpWorld world;
    world.serve("<html>\"not\" found\n");
    const auto report = world.ask();
    expect_finding(report, Verdict::rejected, "body-mismatch");
    EXPECT_EQ(report.seen, R"(<html>\"not\" found\x0a)");
    EXPECT_EQ(world.http.asked().size(), 1U) << "a body is a verdict and ends the trying";
}

TEST(HttpCheck, the_expected_value_is_in_no_report) {
    for (const std::string body : {"token.thumbprint", "xx token.thumbprint yy token.thumbprint"}) {
        HttpWorld world;
        world.serve(body);
        const auto report = world.ask();
        EXPECT_FALSE(report.seen.contains(HttpWorld::token));
        EXPECT_FALSE(report.finding.detail.contains(HttpWorld::token));
        EXPECT_TRUE(report.seen.contains("[expected]"));
    }
}

TEST(HttpCheck, a_body_over_the_limit_is_another_body) {
    HttpWorld world;
    world.settings.max_body_bytes = 20;
    world.serve(std::string(HttpWorld::token) + std::string(100, ' '));
    const auto report = world.ask();
    expect_finding(report, Verdict::rejected, "body-mismatch");
    EXPECT_TRUE(report.finding.detail.contains("more than 20 octets")) << report.finding.detail;
}

TEST(HttpCheck, a_content_coding_is_not_undone) {
    HttpWorld world;
    world.answer({.headers = {{"Content-Encoding", "gzip"}}, .body = HttpWorld::token});
    const auto report = world.ask();
    expect_finding(report, Verdict::rejected, "body-mismatch");
    EXPECT_TRUE(report.finding.detail.contains("gzip"));
    world.answer({.headers = {{"Content-Encoding", "identity"}}, .body = HttpWorld::token});
    expect_finding(world.ask(), Verdict::passed, "ok");
}

TEST(HttpCheck, with_caa_no_lookup_is_made_twice) {
    HttpWorld world;
    world.redirect("https://www.example.com/s");
    world.http.serve(HttpWorld::host, "/s", HttpWorld::token);
    expect_finding(world.ask(), Verdict::passed, "ok");
    EXPECT_EQ(world.caa({.domain = name(HttpWorld::host)}).finding.code, "ok");
    EXPECT_EQ(world.dns.asked_text(),
              (std::vector<std::string>{"AAAA www.example.com", "A www.example.com",
                                        "CAA www.example.com", "CAA example.com", "CAA com"}));
}

TEST(HttpCheck, dnssec_is_that_of_the_addresses_which_answered) {
    HttpWorld world;
    world.dns.set_dnssec("example.com", DnssecState::secure);
    world.serve(HttpWorld::token);
    EXPECT_EQ(world.ask().dnssec, DnssecState::secure);

    world.redirect("http://cdn.example.net/");
    world.dns.add("cdn.example.net", RecordType::a, "192.0.2.2");
    world.http.serve("cdn.example.net", "/", HttpWorld::token);
    EXPECT_EQ(world.ask().dnssec, DnssecState::indeterminate);
    world.settings.prove_insecure = true;
    EXPECT_EQ(world.ask().dnssec, DnssecState::insecure);
}

} // namespace
} // namespace test
