// SPDX-License-Identifier: Apache-2.0
// Redirects of an http check, BR 3.2.2.4.18 and .19, RFC 8555 §10.4.

#include "http_world.hpp"

namespace test {
namespace {

using base::dns::RecordType;
using mpic::Verdict;

TEST(HttpRedirects, the_four_statuses_are_followed) {
    for (const unsigned status : {301U, 302U, 307U, 308U}) {
        HttpWorld world;
        world.redirect("/elsewhere", status);
        world.http.serve(HttpWorld::host, "/elsewhere", HttpWorld::token);
        const auto report = world.ask();
        expect_finding(report, Verdict::passed, "ok");
        ASSERT_EQ(report.hops.size(), 2U);
        EXPECT_EQ(report.hops[0].location, "/elsewhere");
        EXPECT_EQ(report.hops[0].status, status);
        EXPECT_EQ(report.hops[1].url, "http://www.example.com/elsewhere");
    }
}

TEST(HttpRedirects, no_other_status_is_followed) {
    for (const unsigned status : {300U, 303U, 305U, 201U}) {
        HttpWorld world;
        world.redirect("/elsewhere", status);
        world.http.serve(HttpWorld::host, "/elsewhere", HttpWorld::token);
        EXPECT_EQ(world.ask().finding.verdict, Verdict::rejected) << status;
        EXPECT_EQ(world.http.asked().size(), 1U) << status;
    }
}

TEST(HttpRedirects, to_https_uses_tls_with_the_hosts_name) {
    HttpWorld world;
    world.dns.add("cdn.example.net", RecordType::a, "192.0.2.9");
    world.redirect("https://CDN.example.net/x?y=z#fragment");
    world.http.serve("cdn.example.net", "/x?y=z", HttpWorld::token);
    const auto report = world.ask();
    expect_finding(report, Verdict::passed, "ok");
    ASSERT_EQ(world.http.asked().size(), 2U);
    EXPECT_EQ(world.http.asked()[1].options.to.to_string(), "192.0.2.9:443");
    EXPECT_EQ(world.http.asked()[1].options.tls_server_name, "cdn.example.net");
    EXPECT_EQ(report.hops[1].tls_version, "TLSv1.3");
}

TEST(HttpRedirects, to_an_address_has_no_server_name) {
    HttpWorld world;
    world.redirect("https://[2001:db8::5]/x");
    world.http.serve("[2001:db8::5]", "/x", HttpWorld::token);
    expect_finding(world.ask(), Verdict::passed, "ok");
    EXPECT_EQ(world.http.asked()[1].options.tls_server_name, "");
}

TEST(HttpRedirects, ten_are_followed_and_not_eleven) {
    for (const int redirects : {10, 11}) {
        HttpWorld world;
        world.redirect("/1");
        for (int i = 1; i < redirects; ++i)
            world.http.redirect(HttpWorld::host, "/" + std::to_string(i), 301,
                                "/" + std::to_string(i + 1));
        world.http.serve(HttpWorld::host, "/" + std::to_string(redirects), HttpWorld::token);
        const auto report = world.ask();
        if (redirects == 10)
            expect_finding(report, Verdict::passed, "ok");
        else
            expect_finding(report, Verdict::rejected, "too-many-redirects");
        EXPECT_EQ(world.http.asked().size(), 11U);
    }
}

TEST(HttpRedirects, none_are_followed_if_none_are_allowed) {
    HttpWorld world;
    world.settings.max_redirects = 0;
    world.redirect("/x");
    expect_finding(world.ask(), Verdict::rejected, "too-many-redirects");
}

TEST(HttpRedirects, a_loop_ends_at_its_first_repetition) {
    HttpWorld world;
    world.redirect("https://www.example.com/b");
    world.http.redirect(HttpWorld::host, "/b", 307,
                        "http://www.example.com" + std::string(HttpWorld::path));
    expect_finding(world.ask(), Verdict::rejected, "redirect-loop");
    EXPECT_EQ(world.http.asked().size(), 2U);
    world.redirect("");
    expect_finding(world.ask(), Verdict::rejected, "redirect-loop");
}

TEST(HttpRedirects, forbidden_targets_are_refused_without_a_connection) {
    for (const std::string location : {"http://www.example.com:8080/",
                                       "https://www.example.com:8443/",
                                       "http://www.example.com:22/",
                                       "ftp://www.example.com/",
                                       "file:///etc/passwd",
                                       "gopher://www.example.com/",
                                       "javascript:alert(1)",
                                       "http://",
                                       "http://user:password@www.example.com/",
                                       "http://a_b.example.com/",
                                       "http://xn--zzzz-99999999.example.com/",
                                       "http://-a.example.com/",
                                       "http://exa mple.com/",
                                       "http://www.example.com\\@127.0.0.1/",
                                       "http://2130706433/",
                                       "http://0x7f.0.0.1/",
                                       "http://0x7f000001/",
                                       "http://0177.0.0.1/",
                                       "http://127.1/",
                                       "http://010.0.0.1/",
                                       "http://127.0.0.1.:22/",
                                       "http://[::1%25lo]/",
                                       "http://[fe80::1%eth0]/"}) {
        HttpWorld world;
        world.redirect(location);
        expect_finding(world.ask(), Verdict::rejected, "redirect-refused");
        EXPECT_EQ(world.http.asked().size(), 1U) << location;
        EXPECT_EQ(world.dns.asked().size(), 2U) << location;
    }
}

TEST(HttpRedirects, special_purpose_addresses_are_refused_at_every_hop) {
    for (const std::string location :
         {"http://169.254.169.254/latest/meta-data/", "http://[::ffff:127.0.0.1]/",
          "http://0.0.0.0/", "http://127.0.0.1/", "https://[::1]/", "http://[fd00:ec2::254]/",
          "http://10.0.0.1/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/"}) {
        HttpWorld world;
        world.redirect(location);
        const auto report = world.ask();
        expect_finding(report, Verdict::undetermined, "address-refused");
        EXPECT_EQ(world.http.asked().size(), 1U) << location;
        EXPECT_EQ(report.hops.size(), 2U) << "the refused hop is in the evidence";
    }
}

TEST(HttpRedirects, a_host_that_points_inwards_is_refused) {
    for (const std::string host : {"localhost", "inside.example.net"}) {
        HttpWorld world;
        world.dns.add(host, RecordType::a, "127.0.0.1");
        world.redirect("http://" + host + "/");
        expect_finding(world.ask(), Verdict::undetermined, "address-refused");
        EXPECT_EQ(world.http.asked().size(), 1U);
    }
}

/// Gives a public address the first time a name is asked for, and a private one afterwards.
class RebindingResolver final : public base::dns::Resolver {
public:
    base::Awaitable<base::Result<base::dns::Answer>> lookup(base::dns::Question question,
                                                            base::Deadline) override {
        base::dns::Answer answer;
        answer.question = question;
        if (question.type == RecordType::a)
            answer.records.push_back(
                {question.name, RecordType::a, 0,
                 std::string(ip(asked_++ == 0 ? "192.0.2.1" : "127.0.0.1").octets())});
        co_return answer;
    }
    base::Awaitable<base::Result<base::dns::Answer>>
    lookup_with_dnssec(base::dns::Question question, base::Deadline deadline) override {
        return lookup(std::move(question), deadline);
    }
    base::Awaitable<base::dns::ZoneProof> prove_insecure(base::dns::Name, base::Deadline) override {
        co_return base::dns::ZoneProof{};
    }
    [[nodiscard]] int asked() const { return asked_; }

private:
    int asked_ = 0;
};

TEST(HttpRedirects, a_name_cannot_be_rebound_within_a_check) {
    HttpWorld world;
    RebindingResolver rebinding;
    world.redirect("/second");
    world.http.serve(HttpWorld::host, "/second", HttpWorld::token);
    const mpic::check::Vantage vantage{rebinding,       world.http,  world.tls,
                                       world.addresses, world.clock, world.settings};
    const mpic::HttpQuestion question{name(HttpWorld::host), HttpWorld::path, HttpWorld::token};
    const auto ask = [&] {
        return run(world.loop, mpic::check::check_dcv(vantage, question,
                                                      world.deadline(std::chrono::seconds(10))));
    };
    expect_finding(ask(), Verdict::passed, "ok");
    EXPECT_EQ(rebinding.asked(), 1) << "the second hop goes to the address already judged";
    expect_finding(ask(), Verdict::undetermined, "address-refused");
    for (const auto& to : world.connected_to())
        EXPECT_EQ(to, "192.0.2.1:80");
}

TEST(HttpRedirects, more_than_one_location_is_refused) {
    HttpWorld world;
    world.answer({.status = 302, .headers = {{"Location", "/a"}, {"location", "/b"}}});
    expect_finding(world.ask(), Verdict::rejected, "redirect-refused");
}

TEST(HttpRedirects, a_missing_location_is_a_status) {
    HttpWorld world;
    world.answer({.status = 301});
    const auto report = world.ask();
    expect_finding(report, Verdict::rejected, "http-status");
    EXPECT_TRUE(report.finding.detail.contains("301 without a Location"));
}

} // namespace
} // namespace test
