// SPDX-License-Identifier: Apache-2.0
// tls-alpn-01 (BR 3.2.2.4.20, 3.2.2.5.7; RFC 8737 §3, RFC 8738 §6): certificates made with OpenSSL,
// right, and wrong in each rule.

#include "mpic/check/tls_alpn_judge.hpp"

#include "support/challenge_certificate.hpp"
#include "world.hpp"

#include <gtest/gtest.h>

namespace test {
namespace {

constexpr auto key = "token.thumbprint";
constexpr auto oid = "1.3.6.1.5.5.7.1.31";
const std::string digest = base::sha256(key);

mpic::TlsAlpnQuestion for_name(std::string_view host = "www.example.com") {
    return {.host = name(host), .digest = digest};
}
mpic::TlsAlpnQuestion for_address(std::string_view address) {
    return {.host = ip(address), .digest = digest};
}

std::string judged(const mpic::TlsAlpnQuestion& question, const Extensions& extensions,
                   std::string_view protocol = "acme-tls/1") {
    const auto facts = base::net::read_certificate(ChallengeCertificate(extensions).der()).value();
    const auto finding = mpic::check::judge_challenge(question, protocol, facts);
    EXPECT_EQ(finding.verdict,
              finding.code == "ok" ? mpic::Verdict::passed : mpic::Verdict::rejected);
    return finding.code;
}

const std::pair<std::string, std::string> good_identifier{oid,
                                                          acme_identifier(octet_string(digest))};

TEST(TlsAlpnJudge, TheRightCertificatePasses) {
    EXPECT_EQ(judged(for_name(), challenge_extensions("DNS:www.example.com", key)), "ok");
    EXPECT_EQ(judged(for_name(), challenge_extensions("DNS:WWW.Example.COM", key)), "ok")
        << "names are compared without regard to case";
    // Other extensions do not matter, nor whether the SAN is critical, nor the order.
    EXPECT_EQ(judged(for_name(), {good_identifier,
                                  {"subjectAltName", "critical,DNS:www.example.com"},
                                  {"keyUsage", "digitalSignature"}}),
              "ok");
    EXPECT_EQ(judged(for_name("xn--bcher-kva.example.com"),
                     challenge_extensions("DNS:xn--bcher-kva.example.com", key)),
              "ok");
}

TEST(TlsAlpnJudge, ExactlyAcmeTls1MustHaveBeenChosen) {
    const auto right = challenge_extensions("DNS:www.example.com", key);
    for (const auto* protocol : {"", "h2", "http/1.1", "acme-tls/2", "ACME-TLS/1", "acme-tls/1 "})
        EXPECT_EQ(judged(for_name(), right, protocol), "alpn-mismatch") << protocol;
}

TEST(TlsAlpnJudge, ExactlyOneNameAndNothingElse) {
    for (const auto* san :
         {"DNS:example.com", "DNS:www.example.com.", "DNS:*.example.com", "DNS:www.example.net",
          "DNS:www.example.com,DNS:example.com", "DNS:www.example.com,DNS:www.example.com",
          "DNS:www.example.com,IP:192.0.2.1", "DNS:www.example.com,email:a@www.example.com",
          "URI:www.example.com", "email:www.example.com", "IP:192.0.2.1"})
        EXPECT_EQ(judged(for_name(), {{"subjectAltName", san}, good_identifier}),
                  "certificate-mismatch")
            << san;
    EXPECT_EQ(judged(for_name(), {good_identifier}), "certificate-mismatch") << "no SAN";
    EXPECT_EQ(judged(for_name(), {{"subjectAltName", "DNS:www.example.com"},
                                  {"subjectAltName", "DNS:www.example.com"},
                                  good_identifier}),
              "certificate-mismatch")
        << "two SAN extensions";
}

TEST(TlsAlpnJudge, AnAddressIsAnIpAddressNameOfItsOctets) { // RFC 8738 §6
    EXPECT_EQ(judged(for_address("192.0.2.1"), challenge_extensions("IP:192.0.2.1", key)), "ok");
    EXPECT_EQ(judged(for_address("2001:db8::1"), challenge_extensions("IP:2001:db8::1", key)),
              "ok");
    for (const auto* san :
         {"IP:192.0.2.2", "DNS:192.0.2.1", "DNS:1.2.0.192.in-addr.arpa", "IP:::ffff:192.0.2.1",
          "IP:192.0.2.1,IP:192.0.2.1", "IP:192.0.2.1,DNS:www.example.com"})
        EXPECT_EQ(judged(for_address("192.0.2.1"), challenge_extensions(san, key)),
                  "certificate-mismatch")
            << san;
}

TEST(TlsAlpnJudge, TheAcmeIdentifierIsCriticalAndTheDigestAlone) {
    const auto with = [&](const std::string& value) {
        return judged(for_name(), {{"subjectAltName", "DNS:www.example.com"}, {oid, value}});
    };
    EXPECT_EQ(with(acme_identifier(octet_string(digest))), "ok");
    EXPECT_EQ(with(acme_identifier(octet_string(digest), false)), "acme-identifier-mismatch")
        << "not critical";
    const std::vector<std::pair<std::string, std::string>> wrong{
        {"another digest", octet_string(base::sha256("token.other"))},
        {"the digest without a DER header", digest},
        {"a shorter string", octet_string(digest.substr(1))},
        {"a longer string", octet_string(digest + "x")},
        {"octets after it", octet_string(digest) + "x"},
        {"a length in the long form, which is not DER", "\x04\x81\x20" + digest},
        {"a UTF8String", "\x0c\x20" + digest},
        {"an OCTET STRING in another", octet_string(octet_string(digest))},
        {"hexadecimal text", octet_string(base::hex(digest))},
    };
    for (const auto& [what, value] : wrong)
        EXPECT_EQ(with(acme_identifier(value)), "acme-identifier-mismatch") << what;
    EXPECT_EQ(judged(for_name(), {{"subjectAltName", "DNS:www.example.com"}}),
              "acme-identifier-mismatch")
        << "missing";
    EXPECT_EQ(judged(for_name(),
                     {{"subjectAltName", "DNS:www.example.com"}, good_identifier, good_identifier}),
              "acme-identifier-mismatch")
        << "twice";
    EXPECT_EQ(judged(for_name(), {{"subjectAltName", "DNS:www.example.com"},
                                  {"1.3.6.1.5.5.7.1.30.1", good_identifier.second}}),
              "acme-identifier-mismatch")
        << "the identifier of the drafts";
}

TEST(TlsAlpnJudge, WhatIsShownHasNoDigestInIt) {
    const auto facts =
        base::net::read_certificate(
            ChallengeCertificate(challenge_extensions("DNS:www.example.com", key)).der())
            .value();
    const auto shown = mpic::check::challenge_excerpt(for_name(), "acme-tls/1", facts);
    EXPECT_EQ(shown, "protocol acme-tls/1; certificate for DNS:www.example.com; acmeIdentifier as "
                     "expected");
}

} // namespace
} // namespace test
