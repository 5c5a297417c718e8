// SPDX-License-Identifier: Apache-2.0
// The target's TLS challenges and reverse names, by perspective.
#include "target_fixture.hpp"

#include "base/core/digest.hpp"
#include "base/net/certificate_facts.hpp"
#include "base/net/tls_handshake.hpp"

namespace test {
namespace {

using base::net::Handshake;

class TargetTls : public TargetTest {
protected:
    Handshake shake(std::string server_name, base::net::IpAddress from,
                    std::string protocol = "acme-tls/1") {
        base::net::DirectHandshaker handshaker(clock,
                                               base::net::unverified_client_context().value());
        return run(loop, handshaker.shake_hands(
                             {.to = target->tls_endpoint(),
                              .source = from,
                              .server_name = std::move(server_name),
                              .protocol = std::move(protocol)},
                             base::Deadline::after(clock.steady(), std::chrono::seconds(20))));
    }
    /// The digest in the acmeIdentifier of the certificate shown.
    static std::string digest(const Handshake& got) {
        EXPECT_FALSE(got.failure) << got.failure->detail;
        const auto facts = base::net::read_certificate(got.certificate).value();
        for (const auto& extension : facts.extensions)
            if (extension.oid == "1.3.6.1.5.5.7.1.31" && extension.critical)
                return extension.value;
        return {};
    }
    static std::string expected(std::string_view key) { return "\x04\x20" + base::sha256(key); }

    mpic::challenge_target::ChallengeTarget* target = &start();
};

TEST_F(TargetTls, ShowsEachPerspectiveItsOwnChallenge) {
    put("/tls", R"({"host":"WWW.mpic.test","key-authorization":"t.p"})");
    put("/tls", R"({"host":"www.mpic.test","key-authorization":"evil.p","perspectives":["iad"]})");
    const Handshake right = shake("www.mpic.test", nrt);
    EXPECT_EQ(right.protocol, "acme-tls/1");
    EXPECT_EQ(digest(right), expected("t.p"));
    EXPECT_EQ(digest(shake("www.mpic.test", nobody)), expected("t.p"));
    EXPECT_EQ(digest(shake("www.mpic.test", iad)), expected("evil.p"));
    const auto names = base::net::read_certificate(right.certificate).value().alternative_names;
    ASSERT_EQ(names.size(), 1U);
    EXPECT_EQ(names[0].value, "www.mpic.test");
}

TEST_F(TargetTls, AnAddressIsAskedForByItsReverseName) { // RFC 8738 §6
    put("/tls", R"({"host":"127.0.0.1","key-authorization":"t.p"})");
    const Handshake got = shake("1.0.0.127.in-addr.arpa", iad);
    EXPECT_EQ(digest(got), expected("t.p"));
    const auto names = base::net::read_certificate(got.certificate).value().alternative_names;
    ASSERT_EQ(names.size(), 1U);
    EXPECT_EQ(names[0].kind, base::net::AlternativeName::Kind::address);
    EXPECT_EQ(names[0].value, std::string("\x7f\0\0\x01", 4));
}

TEST_F(TargetTls, WhatIsNotSetRefusesTheProtocol) {
    EXPECT_TRUE(shake("www.mpic.test", iad).protocol_refused);
    put("/tls", R"({"host":"www.mpic.test","key-authorization":"t.p"})");
    EXPECT_TRUE(shake("other.mpic.test", iad).protocol_refused);
    EXPECT_TRUE(shake("www.mpic.test", iad, "acme-tls/2").protocol_refused);
    EXPECT_FALSE(shake("www.mpic.test", iad).failure);
    EXPECT_EQ(manage("DELETE", "/").status, 200);
    EXPECT_TRUE(shake("www.mpic.test", iad).protocol_refused);
}

TEST_F(TargetTls, HandshakesAreListed) {
    put("/tls", R"({"host":"www.mpic.test","key-authorization":"t.p"})");
    (void)shake("www.mpic.test", nrt);
    Json listed;
    for (int tries = 0; tries < 500 && listed.empty(); ++tries)
        listed = manage("GET", "/requests").body["requests"];
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0]["protocol"], "tls");
    EXPECT_EQ(listed[0]["server-name"], "www.mpic.test");
    EXPECT_EQ(listed[0]["chosen"], "acme-tls/1");
    EXPECT_EQ(listed[0]["perspective"], "nrt");
}

TEST_F(TargetTls, BodiesAreReadStrictly) {
    for (const auto* body :
         {"{}", R"({"host":"www.mpic.test"})", R"({"host":"a_b.test","key-authorization":"t.p"})",
          R"({"host":"www.mpic.test","key-authorization":""})",
          R"({"host":"www.mpic.test","key-authorization":"t.p","zzz":1})",
          R"({"host":"www.mpic.test","key-authorization":"t.p","perspectives":["zzz"]})"})
        EXPECT_EQ(manage("PUT", "/tls", body).status, 400) << body;
    EXPECT_EQ(manage("POST", "/tls", "{}").status, 405);
}

TEST_F(TargetTls, LoopbackAddressesHaveReverseNames) {
    put("/dns", R"({"name":"5.0.0.127.in-addr.arpa","type":"PTR","values":["a.mpic.test"]})");
    put("/dns", R"({"name":"5.0.0.127.in-addr.arpa","type":"PTR","values":["evil.mpic.test"],)"
                R"("perspectives":["iad"]})");
    const auto target_of = [&](base::net::IpAddress from) {
        const auto answer = ask("5.0.0.127.in-addr.arpa", base::dns::RecordType::ptr, from);
        return answer.answers.empty()
                   ? std::string()
                   : base::dns::parse_name_rdata(answer.answers.front().rdata)->text();
    };
    EXPECT_EQ(target_of(nrt), "a.mpic.test");
    EXPECT_EQ(target_of(iad), "evil.mpic.test");
    const auto none = ask("6.0.0.127.in-addr.arpa", base::dns::RecordType::ptr, nrt);
    EXPECT_EQ(none.rcode, base::dns::Rcode::nxdomain);
    ASSERT_EQ(none.authority.size(), 1U);
    EXPECT_EQ(none.authority[0].owner.text(), "127.in-addr.arpa");
    EXPECT_EQ(manage("PUT", "/dns",
                     R"({"name":"7.2.0.192.in-addr.arpa","type":"PTR","values":["a.test"]})")
                  .status,
              400);
}

} // namespace
} // namespace test
