// SPDX-License-Identifier: Apache-2.0
// Requests that are understood, and what they become.
#include "mpic/wire/draft_request.hpp"

#include <gtest/gtest.h>

namespace {

using base::dns::Name;
using base::dns::RecordType;
using mpic::CheckRequest;
using mpic::DnsQuestion;
using mpic::HttpQuestion;

CheckRequest decoded(std::string_view body) {
    auto request = mpic::wire::decode_draft_request(body, "made-here");
    if (request)
        return *std::move(request);
    base::json::Issues issues;
    for (const auto& issue : request.error())
        issues.add(issue.path, issue.message);
    ADD_FAILURE() << body << "\n" << issues.to_string();
    return {};
}

Name name(std::string_view text) {
    return Name::parse(text).value();
}

TEST(DraftRequest, TheDraftsOwnCaaExample) {
    const CheckRequest request = decoded(R"({"method": "caa", "domain": "some.example.com"})");
    EXPECT_EQ(request.method, "caa");
    EXPECT_EQ(request.request_id, "made-here");
    EXPECT_EQ(request.target.text(), "some.example.com");
    EXPECT_FALSE(request.dcv);
    ASSERT_TRUE(request.caa);
    EXPECT_EQ(request.caa->domain, name("some.example.com"));
    EXPECT_FALSE(request.caa->wildcard);
    EXPECT_FALSE(request.caa->policy);
}

TEST(DraftRequest, DomainsAreNormalised) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"WWW.Example.COM", "www.example.com"},
        {"www.example.com.", "www.example.com"},
        {"*.Example.com.", "*.example.com"},
        {"bücher.example", "xn--bcher-kva.example"},
        {"*.BÜCHER.example", "*.xn--bcher-kva.example"},
        {"xn--bcher-kva.example", "xn--bcher-kva.example"},
        {"brand", "brand"}, // a TLD has CAA records too (RFC 8659 §3)
    };
    for (const auto& [given, canonical] : cases) {
        const CheckRequest request =
            decoded(R"({"method":"caa","domain":")" + std::string(given) + R"("})");
        EXPECT_EQ(request.target.text(), canonical);
        ASSERT_TRUE(request.caa);
        EXPECT_EQ(request.caa->wildcard, canonical.starts_with("*."));
        EXPECT_FALSE(request.caa->domain.text().starts_with("*"));
    }
}

TEST(DraftRequest, HttpAsksForCaaByDefault) {
    const CheckRequest request =
        decoded(R"({"method":"http","domain":"a.example","path":"/x?y=1","expected":"T"})");
    ASSERT_TRUE(request.dcv);
    const auto& http = std::get<HttpQuestion>(*request.dcv);
    EXPECT_EQ(std::get<Name>(http.host), name("a.example"));
    EXPECT_EQ(http.path, "/x?y=1");
    EXPECT_EQ(http.expected, "T");
    ASSERT_TRUE(request.caa);
    EXPECT_EQ(request.caa->domain, name("a.example"));
}

TEST(DraftRequest, CaaCanBeLeftOut) {
    EXPECT_FALSE(
        decoded(R"({"method":"http","domain":"a.example","path":"/","expected":"T","caa":false})")
            .caa);
    EXPECT_FALSE(decoded(R"({"method":"dns","domain":"a.example","record-type":"TXT","prefix":"",)"
                         R"("expected":"T","caa":false})")
                     .caa);
    EXPECT_FALSE(decoded(R"({"method":"http-acme","domain_or_ip":"a.example","token":"t",)"
                         R"("key_authorization":"t.p","caa_check":false})")
                     .caa);
}

TEST(DraftRequest, ExpectedBytesNeedNotBeUtf8) {
    const CheckRequest request =
        decoded(R"({"method":"http","domain":"a.example","path":"/","expected-base64":"AP8Q"})");
    EXPECT_EQ(std::get<HttpQuestion>(*request.dcv).expected, std::string("\x00\xff\x10", 3));
}

TEST(DraftRequest, TrailingWhiteSpaceOfABodyDoesNotCount_Rfc8555_8_3) {
    const CheckRequest request =
        decoded(R"({"method":"http","domain":"a.example","path":"/","expected":" T \r\n\t"})");
    EXPECT_EQ(std::get<HttpQuestion>(*request.dcv).expected, " T");
}

TEST(DraftRequest, AnAddressHasNoCaa_Br4_2_2_1) {
    for (const std::string_view address : {"192.0.2.1", "2001:db8::1"}) {
        const CheckRequest request =
            decoded(R"({"method":"http","path":"/","expected":"T","domain":")"
                    + std::string(address) + R"("})");
        EXPECT_EQ(request.target.text(), address);
        EXPECT_FALSE(request.caa);
        const CheckRequest acme = decoded(
            R"({"method":"http-acme","token":"t","key_authorization":"t.p","caa_check":false,)"
            R"("domain_or_ip":")"
            + std::string(address) + R"("})");
        EXPECT_FALSE(acme.caa);
        EXPECT_EQ(
            std::get<base::net::IpAddress>(std::get<HttpQuestion>(*acme.dcv).host).to_string(),
            address);
    }
}

TEST(DraftRequest, ReservedAddressesAreForTheAgentsToRefuse) {
    EXPECT_EQ(decoded(R"({"method":"http","domain":"127.0.0.1","path":"/","expected":"T"})")
                  .target.text(),
              "127.0.0.1");
}

TEST(DraftRequest, HttpAcmeMakesThePathAndTheBody_Rfc8555_8_3) {
    const CheckRequest request = decoded(
        R"({"method":"http-acme","domain_or_ip":"a.example","token":"tok_-9",)"
        R"("key_authorization":"tok_-9.thumb_-","caa-policy":{"issuer-domains":["ca.example"]}})");
    const auto& http = std::get<HttpQuestion>(*request.dcv);
    EXPECT_EQ(http.path, "/.well-known/acme-challenge/tok_-9");
    EXPECT_EQ(http.expected, "tok_-9.thumb_-");
    ASSERT_TRUE(request.caa && request.caa->policy);
    EXPECT_EQ(request.caa->policy->validation_method,
              "http-01"); // RFC 8657 §4: known from the method
}

TEST(DraftRequest, DnsJoinsPrefixAndDomain) {
    const CheckRequest request =
        decoded(R"({"method":"dns","domain":"*.A.example","record-type":"txt",)"
                R"("prefix":"_ACME-challenge","expected":"value"})");
    const auto& dns = std::get<DnsQuestion>(*request.dcv);
    EXPECT_EQ(dns.owner, name("_acme-challenge.a.example"));
    EXPECT_EQ(dns.type, RecordType::txt);
    EXPECT_EQ(dns.expected, "value");
    EXPECT_TRUE(request.target.wildcard);
    ASSERT_TRUE(request.caa);
    EXPECT_TRUE(request.caa->wildcard);
    EXPECT_EQ(request.caa->domain, name("a.example"));
}

TEST(DraftRequest, DnsPrefixesHaveAnyNumberOfLabels) {
    for (const auto& [prefix, owner] : {std::pair("", "a.example"), std::pair("_v", "_v.a.example"),
                                        std::pair("_x.y", "_x.y.a.example")}) {
        const CheckRequest request =
            decoded(R"({"method":"dns","domain":"a.example","record-type":"TXT","expected":"v",)"
                    R"("prefix":")"
                    + std::string(prefix) + R"("})");
        EXPECT_EQ(std::get<DnsQuestion>(*request.dcv).owner, name(owner));
    }
}

TEST(DraftRequest, DnsValuesAreCanonicalForTheirType) {
    const std::tuple<std::string_view, std::string_view, std::string_view> cases[] = {
        {"A", "192.0.2.1", "192.0.2.1"},
        {"aaaa", "2001:DB8:0:0::1", "2001:db8::1"},
        {"CNAME", "_Target.Example.", "_target.example"},
        {"CNAME", "bücher.example", "xn--bcher-kva.example"},
        {"CAA", R"(0 issue \"ca.example\")", R"(0 issue "ca.example")"},
        {"TXT", " spaces stay ", " spaces stay "},
    };
    for (const auto& [type, given, canonical] : cases) {
        const CheckRequest request =
            decoded(R"({"method":"dns","domain":"a.example","prefix":"","record-type":")"
                    + std::string(type) + R"(","expected":")" + std::string(given) + R"("})");
        EXPECT_EQ(std::get<DnsQuestion>(*request.dcv).expected, canonical) << type;
    }
}

TEST(DraftRequest, CaaPolicyInFull) {
    const CheckRequest request =
        decoded(R"({"method":"caa","domain":"a.example","caa-policy":{"issuer-domains":)"
                R"(["CA.Example.","ca2.example","ca.example"],"wildcard":false,)"
                R"("account-uri":"https://ca.example/acct/1","validation-method":"dns-01"}})");
    ASSERT_TRUE(request.caa && request.caa->policy);
    const mpic::CaaPolicy& policy = *request.caa->policy;
    EXPECT_EQ(policy.issuer_domains, (std::vector<std::string>{"ca.example", "ca2.example"}));
    EXPECT_EQ(policy.account_uri, "https://ca.example/acct/1");
    EXPECT_EQ(policy.validation_method, "dns-01");
    EXPECT_FALSE(request.caa->wildcard);
}

TEST(DraftRequest, ThePolicyMaySayThatTheCertificateIsAWildcard) {
    const CheckRequest request = decoded(R"({"method":"caa","domain":"a.example","caa-policy":{)"
                                         R"("issuer-domains":["ca.example"],"wildcard":true}})");
    ASSERT_TRUE(request.caa);
    EXPECT_TRUE(request.caa->wildcard);
    EXPECT_EQ(request.target.text(), "*.a.example");
}

TEST(DraftRequest, AccountUrisNeedNotBeHttps_Rfc7565) {
    const CheckRequest request =
        decoded(R"({"method":"caa","domain":"a.example","caa-policy":{)"
                R"("issuer-domains":["ca.example"],"account-uri":"acct:7%20@ca.example"}})");
    EXPECT_EQ(request.caa->policy->account_uri, "acct:7%20@ca.example");
}

TEST(DraftRequest, TheClientsRequestIdWins) {
    EXPECT_EQ(
        decoded(R"({"method":"caa","domain":"a.example","request-id":"order 7/b"})").request_id,
        "order 7/b");
}

TEST(DraftRequest, MayRepeatAShortExpectedValueInThePath) {
    const CheckRequest request =
        decoded(R"({"method":"http","domain":"a.example","path":"/hello","expected":"hello"})");
    EXPECT_EQ(std::get<HttpQuestion>(*request.dcv).path, "/hello");
}

TEST(DraftRequest, WhatIsEncodedIsDecodedAgain) {
    const std::string_view bodies[] = {
        R"({"method":"caa","domain":"*.a.example","request-id":"r"})",
        R"({"method":"caa","domain":"a.example","caa-policy":{"issuer-domains":["ca.example"],)"
        R"("account-uri":"https://ca.example/1","validation-method":"ca-tbr-7"}})",
        R"({"method":"http","domain":"192.0.2.1","path":"/p","expected":"é"})",
        R"({"method":"http","domain":"a.example","path":"/p","expected-base64":"/w==","caa":false})",
        R"({"method":"dns","domain":"*.a.example","record-type":"CAA","prefix":"_x.y",)"
        R"("expected":"0 iodef \"x\""})",
        R"({"method":"dns","domain":"a.example","record-type":"A","prefix":"",)"
        R"("expected":"192.0.2.1","caa":false})",
        R"({"method":"http-acme","domain_or_ip":"2001:db8::1","token":"t","key_authorization":"t.p"})",
        R"({"method":"http-acme","domain_or_ip":"a.example","token":"t","key_authorization":"t.p",)"
        R"("caa_check":false})",
    };
    for (const std::string_view body : bodies) {
        const CheckRequest request = decoded(body);
        EXPECT_EQ(decoded(mpic::wire::encode_draft_request(request)), request) << body;
    }
}

TEST(DraftRequest, PeekFindsWhatIsValid) {
    using mpic::wire::peek_draft_request;
    const auto head = peek_draft_request(R"({"method":"dns","request-id":"r-1","nonsense":[]})");
    EXPECT_EQ(head.method, "dns");
    EXPECT_EQ(head.request_id, "r-1");
    const auto odd = peek_draft_request(R"({"method":"DNS","request-id":"a\nb"})");
    EXPECT_EQ(odd.method, "");
    EXPECT_EQ(odd.request_id, "");
    EXPECT_EQ(peek_draft_request(R"({"method":7,"request-id":[]})").method, "");
    EXPECT_EQ(peek_draft_request("[1]").method, "");
    EXPECT_EQ(peek_draft_request("{").method, "");
}

TEST(DraftRequest, MethodsByName) {
    EXPECT_EQ(mpic::wire::draft_methods(),
              (std::vector<std::string>{"caa", "http", "dns", "http-acme", "website-change",
                                        "tls-alpn-01", "dns-01", "dns-account-01", "dns-persist-01",
                                        "ip-reverse", "contact"}));
}

} // namespace
