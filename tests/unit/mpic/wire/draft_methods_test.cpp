// SPDX-License-Identifier: Apache-2.0
// The methods beyond the draft: what each request becomes.
#include "mpic/wire/draft_request.hpp"

#include "base/core/digest.hpp"
#include "base/core/encoding.hpp"

#include <gtest/gtest.h>

namespace {

using base::dns::Name;
using base::dns::RecordType;
using mpic::CheckRequest;

CheckRequest decoded(const std::string& body) {
    auto request = mpic::wire::decode_draft_request(body, "made-here");
    if (request)
        return *std::move(request);
    base::json::Issues issues;
    for (const auto& issue : request.error())
        issues.add(issue.path, issue.message);
    ADD_FAILURE() << body << "\n" << issues.to_string();
    return {};
}

template <class Question>
Question question(const std::string& body) {
    const CheckRequest request = decoded(body);
    if (request.dcv && std::holds_alternative<Question>(*request.dcv))
        return std::get<Question>(*request.dcv);
    ADD_FAILURE() << body << " became another question";
    return {};
}

Name name(std::string_view text) {
    return Name::parse(text).value();
}

TEST(DraftTlsAlpn, TheDigestIsAllThatIsKept) { // RFC 8737 §3
    const auto of_key = question<mpic::TlsAlpnQuestion>(
        R"({"method":"tls-alpn-01","domain":"WWW.a.example","key-authorization":"tok.thumb"})");
    EXPECT_EQ(std::get<Name>(of_key.host), name("www.a.example"));
    EXPECT_EQ(of_key.digest, base::sha256("tok.thumb"));
    const auto of_digest = question<mpic::TlsAlpnQuestion>(
        R"({"method":"tls-alpn-01","domain":"www.a.example","key-authorization-digest":")"
        + base::base64url(base::sha256("tok.thumb")) + R"("})");
    EXPECT_EQ(of_digest, of_key);
}

TEST(DraftTlsAlpn, AnAddressIsFineAndHasNoCaa) { // RFC 8738
    const CheckRequest request =
        decoded(R"({"method":"tls-alpn-01","domain":"2001:db8::1","key-authorization":"t.p"})");
    EXPECT_FALSE(request.caa);
    EXPECT_EQ(request.target.text(), "2001:db8::1");
}

TEST(DraftDns01, TheTxtRecordAtAcmeChallenge) { // RFC 8555 §8.4
    const auto asked = question<mpic::DnsQuestion>(
        R"({"method":"dns-01","domain":"*.a.example","key-authorization":)"
        R"("LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0.9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI"})");
    EXPECT_EQ(asked.owner, name("_acme-challenge.a.example"));
    EXPECT_EQ(asked.type, RecordType::txt);
    // The SHA-256 in base64url, made with another tool.
    EXPECT_EQ(asked.expected, "LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo");
}

TEST(DraftDnsAccount01, TheLabelOfTheAccount) { // BR 3.2.2.4.21, the draft's own vector
    const CheckRequest request =
        decoded(R"({"method":"dns-account-01","domain":"a.example","key-authorization":"t.p",)"
                R"("account-url":"https://example.com/acme/acct/ExampleAccount"})");
    const auto& asked = std::get<mpic::DnsQuestion>(*request.dcv);
    EXPECT_EQ(asked.owner, name("_ujmmovf2vn55tgye._acme-challenge.a.example"));
    EXPECT_EQ(asked.expected, base::base64url(base::sha256("t.p")));
    EXPECT_EQ(request.account_url, "https://example.com/acme/acct/ExampleAccount");
}

TEST(DraftDnsPersist01, NamesAndAddressesHaveTheirOwners) { // BR 3.2.2.4.22, 3.2.2.5.8
    const std::string rest =
        R"(","issuer-domains":["CA.example","ca.example","ca.test"],"account-uri":"https://ca.example/1")";
    const auto by_name = question<mpic::PersistQuestion>(
        R"({"method":"dns-persist-01","domain":"*.a.example)" + rest + R"(,"policy":"wildcard"})");
    EXPECT_EQ(by_name.owner, name("_validation-persist.a.example"));
    EXPECT_EQ(by_name.issuer_domains, (std::vector<std::string>{"ca.example", "ca.test"}));
    EXPECT_EQ(by_name.account_uri, "https://ca.example/1");
    EXPECT_EQ(by_name.policy, "wildcard");
    const auto by_address = question<mpic::PersistQuestion>(
        R"({"method":"dns-persist-01","domain":"192.0.2.7)" + rest + "}");
    EXPECT_EQ(by_address.owner, name("_ip-validation-persist.7.2.0.192.in-addr.arpa"));
    EXPECT_EQ(by_address.policy, "");
}

TEST(DraftWebsiteChange, HttpUnlessHttpsIsAskedFor) { // BR 3.2.2.4.18
    const std::string start =
        R"({"method":"website-change","domain":"a.example","path":"/.well-known/pki-validation/f.txt")";
    const auto plain =
        question<mpic::HttpQuestion>(start + R"(,"expected":"value-0123456789 \n"})");
    EXPECT_FALSE(plain.https);
    EXPECT_EQ(plain.path, "/.well-known/pki-validation/f.txt");
    EXPECT_EQ(plain.expected, "value-0123456789");
    EXPECT_TRUE(
        question<mpic::HttpQuestion>(start + R"(,"scheme":"https","expected-base64":"/w=="})")
            .https);
    EXPECT_FALSE(
        question<mpic::HttpQuestion>(start + R"(,"scheme":"http","expected":"VALUE"})").https);
}

TEST(DraftIpReverse, AnAddressAndPerhapsAName) { // BR 3.2.2.5.3
    const CheckRequest request = decoded(R"({"method":"ip-reverse","ip-address":"192.0.2.7"})");
    EXPECT_FALSE(request.caa);
    EXPECT_FALSE(std::get<mpic::ReverseQuestion>(*request.dcv).expected);
    EXPECT_EQ(question<mpic::ReverseQuestion>(
                  R"({"method":"ip-reverse","ip-address":"192.0.2.7","fqdn":"Host.a.example."})")
                  .expected,
              name("host.a.example"));
}

TEST(DraftContact, TheOwnerDependsOnTheSource) { // BR Appendix A
    const auto ask = [](const std::string& kind, const std::string& source) {
        return question<mpic::ContactQuestion>(
            R"({"method":"contact","domain":"a.example","kind":")" + kind + R"(","source":")"
            + source + R"("})");
    };
    EXPECT_EQ(ask("email", "caa").owner, name("a.example"));
    EXPECT_EQ(ask("email", "txt").owner, name("_validation-contactemail.a.example"));
    EXPECT_EQ(ask("phone", "txt").owner, name("_validation-contactphone.a.example"));
    EXPECT_EQ(ask("phone", "caa").kind, mpic::ContactKind::phone);
    EXPECT_EQ(question<mpic::ContactQuestion>(
                  R"({"method":"contact","domain":"a.example","kind":"phone","source":"txt",)"
                  R"("expected":"+1 (555) 010-9999"})")
                  .expected,
              "+15550109999");
}

// RFC 8657 §§3, 4: what the request itself says need not be repeated in its policy.
TEST(DraftMethods, ThePolicyIsGivenTheMethodAndTheAccount) {
    struct Row {
        std::string members;
        std::string method;
        std::string account;
    };
    const Row rows[] = {
        {R"("tls-alpn-01","key-authorization":"t.p")", "tls-alpn-01", ""},
        {R"("dns-01","key-authorization":"t.p")", "dns-01", ""},
        {R"("dns-account-01","key-authorization":"t.p","account-url":"https://ca.example/2")",
         "dns-account-01", "https://ca.example/2"},
        {R"("dns-persist-01","issuer-domains":["ca.example"],"account-uri":"https://ca.example/3")",
         "dns-persist-01", "https://ca.example/3"},
        {R"("website-change","path":"/.well-known/pki-validation/f","expected":"VALUE")",
         "ca-tbr-18", ""},
        {R"("contact","kind":"email","source":"caa")", "ca-tbr-13", ""},
        {R"("contact","kind":"email","source":"txt")", "ca-tbr-14", ""},
        {R"("contact","kind":"phone","source":"txt")", "ca-tbr-16", ""},
        {R"("contact","kind":"phone","source":"caa")", "ca-tbr-17", ""},
    };
    for (const Row& row : rows) {
        const std::string start = R"({"domain":"a.example","method":)" + row.members;
        const CheckRequest request =
            decoded(start + R"(,"caa-policy":{"issuer-domains":["ca.example"]}})");
        ASSERT_TRUE(request.caa && request.caa->policy) << row.members;
        EXPECT_EQ(request.caa->policy->validation_method, row.method);
        EXPECT_EQ(request.caa->policy->account_uri.value_or(""), row.account);
        EXPECT_FALSE(decoded(start + R"(,"caa":false})").caa);
        const CheckRequest own =
            decoded(start
                    + R"(,"caa-policy":{"issuer-domains":["ca.example"],"account-uri":"acct:9@ca",)"
                      R"("validation-method":"ca-own"}})");
        EXPECT_EQ(own.caa->policy->validation_method, "ca-own");
        EXPECT_EQ(own.caa->policy->account_uri, "acct:9@ca");
    }
}

TEST(DraftMethods, WhatIsEncodedIsDecodedAgain) {
    const std::string bodies[] = {
        R"({"method":"tls-alpn-01","domain":"a.example","key-authorization":"t.p"})",
        R"({"method":"tls-alpn-01","domain":"2001:db8::1","key-authorization":"t.p"})",
        R"({"method":"dns-01","domain":"*.a.example","key-authorization":"t.p","caa":false})",
        R"({"method":"dns-account-01","domain":"a.example","key-authorization":"t.p",)"
        R"("account-url":"https://ca.example/1","caa-policy":{"issuer-domains":["ca.example"]}})",
        R"({"method":"dns-persist-01","domain":"192.0.2.7","issuer-domains":["ca.example"],)"
        R"("account-uri":"https://ca.example/1"})",
        R"({"method":"dns-persist-01","domain":"*.a.example","issuer-domains":["ca.example"],)"
        R"("account-uri":"https://ca.example/1","policy":"wildcard"})",
        R"({"method":"website-change","domain":"a.example","scheme":"https","expected":"é",)"
        R"("path":"/.well-known/pki-validation/f"})",
        R"({"method":"ip-reverse","ip-address":"192.0.2.7"})",
        R"({"method":"ip-reverse","ip-address":"2001:db8::7","fqdn":"a.example"})",
        R"({"method":"contact","domain":"a.example","kind":"email","source":"caa"})",
        R"({"method":"contact","domain":"*.a.example","kind":"phone","source":"txt",)"
        R"("expected":"+15550109999","caa":false})",
    };
    for (const std::string& body : bodies) {
        const CheckRequest request = decoded(body);
        EXPECT_EQ(decoded(mpic::wire::encode_draft_request(request)), request) << body;
    }
}

} // namespace
