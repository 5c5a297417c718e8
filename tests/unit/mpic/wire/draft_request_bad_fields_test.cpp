// SPDX-License-Identifier: Apache-2.0
// Fields of the methods that are refused, each with the path and the words of its issue.
#include "bad_request.hpp"

namespace {

using namespace test; // NOLINT(google-build-using-namespace): the helpers of this folder

TEST(BadRequest, AnEmptyExpectedValueWouldPassAnything) {
    const std::string site = R"("domain":"a.example","path":"/",)";
    const std::string record = R"("domain":"a.example","record-type":"TXT","prefix":"",)";
    expect_only_issue({http(site + R"("expected":"")"), "$.expected", "white space"});
    expect_only_issue({http(site + R"("expected":" \r\n")"), "$.expected", "white space"});
    expect_only_issue({http(site + R"("expected-base64":"")"), "$.expected-base64", "white space"});
    expect_only_issue(
        {http(site + R"("expected-base64":"IAo=")"), "$.expected-base64", "white space"});
    expect_only_issue({dns(record + R"("expected":"")"), "$.expected", "white space"});
    expect_only_issue({dns(record + R"("expected":"  ")"), "$.expected", "white space"});
}

TEST(BadRequest, ExpectedOnceAndInOneForm) {
    const std::string site = R"("domain":"a.example","path":"/")";
    expect_only_issue({http(site), "$.expected", "required, or expected-base64"});
    expect_only_issue({http(site + R"(,"expected":"T","expected-base64":"VA==")"),
                       "$.expected-base64", "not both"});
    for (const std::string text : {"VA", "VA==\\n", "V A==", "_-==", "é"})
        expect_only_issue({http(site + R"(,"expected-base64":")" + text + R"(")"),
                           "$.expected-base64", "base64"});
    expect_only_issue({http(site + R"(,"expected":null)"), "$.expected", "must be a string"});
    expect_only_issue({http(site + R"(,"expected":")" + std::string(40'000, 'x') + R"(")"),
                       "$.expected", "at most"});
    expect_only_issue({dns(R"("domain":"a.example","record-type":"TXT","prefix":"",)"
                           R"("expected":"T","expected-base64":"VA==")"),
                       "$.expected-base64", "unknown field"});
}

TEST(BadRequest, Paths) {
    const std::string site = R"("domain":"a.example","expected":"T","path":)";
    const std::pair<std::string, std::string> paths[] = {
        {R"("")", "begin with /"},
        {R"("x")", "begin with /"},
        {R"("http://b.example/")", "begin with /"},
        {R"("/a b")", "spaces"},
        {R"("/a\r\nHost: b")", "printable ASCII"},
        {R"("/a\u0000")", "printable ASCII"},
        {R"("/ü")", "percent-encode"},
        {R"("/a#b")", "fragment"},
        {"7", "must be a string"},
        {"\"/" + std::string(2000, 'a') + "\"", "at most"},
    };
    for (const auto& [path, words] : paths)
        expect_only_issue({http(site + path), "$.path", words});
    expect_only_issue({http(R"("domain":"a.example","expected":"T")"), "$.path", "required"});
}

TEST(BadRequest, TheValueMustNotBeInTheRequest_Br3_2_2_4_18) {
    expect_only_issue({http(R"("domain":"a.example","path":"/0123456789abcdef.txt",)"
                            R"("expected":"0123456789abcdef")"),
                       "$.path", "BR 3.2.2.4.18"});
}

TEST(BadRequest, CaaAndAddresses_Br4_2_2_1) {
    const std::string site = R"("domain":"192.0.2.1","path":"/","expected":"T")";
    expect_only_issue({http(site + R"(,"caa":true)"), "$.caa", "does not apply"});
    expect_only_issue({http(site + R"(,"caa-policy":{"issuer-domains":["ca.example"]})"),
                       "$.caa-policy", "does not apply"});
    expect_only_issue({acme(R"("domain_or_ip":"2001:db8::1","token":"t","key_authorization":"t.p",)"
                            R"("caa_check":true)"),
                       "$.caa_check", "does not apply"});
}

TEST(BadRequest, CaaPolicies) {
    const std::string issuer = R"("issuer-domains":["ca.example"])";
    expect_only_issue({policy(""), "$.caa-policy.issuer-domains", "required"});
    expect_only_issue({policy(R"("issuer-domains":[])"), "$.caa-policy.issuer-domains", "1 to 16"});
    expect_only_issue({policy(R"("issuer-domains":"ca.example")"), "$.caa-policy.issuer-domains",
                       "must be an array"});
    expect_only_issue(
        {policy(R"("issuer-domains":["ca.example",""])"), "$.caa-policy.issuer-domains[1]", ""});
    expect_only_issue(
        {policy(R"("issuer-domains":["ca.example; x=y"])"), "$.caa-policy.issuer-domains[0]", ""});
    expect_only_issue({policy(R"("issuer-domains":["ca.example",7])"),
                       "$.caa-policy.issuer-domains[1]", "must be a string"});
    std::string many = R"("issuer-domains":["c0.example")";
    for (int i = 1; i < 17; ++i)
        many += ",\"c" + std::to_string(i) + ".example\"";
    expect_only_issue({policy(many + "]"), "$.caa-policy.issuer-domains", "at most 16"});
    for (const std::string uri :
         {"", "acct", ":x", "1a:b", "https:", "ht tp:x", "a:b c", "a:b%zz", "a:é"})
        expect_only_issue({policy(issuer + R"(,"account-uri":")" + uri + R"(")"),
                           "$.caa-policy.account-uri", "URI"});
    expect_only_issue({policy(issuer + R"(,"account-uri":"a:)" + std::string(2048, 'x') + R"(")"),
                       "$.caa-policy.account-uri", "at most"});
    for (const std::string label : {"", "http 01", "http-01,dns-01", "é"})
        expect_only_issue({policy(issuer + R"(,"validation-method":")" + label + R"(")"),
                           "$.caa-policy.validation-method", "RFC 8657"});
    expect_only_issue({policy(issuer + R"(,"issuer_domains":[])"), "$.caa-policy.issuer_domains",
                       "did you mean issuer-domains?"});
    expect_only_issue(
        {policy(issuer + R"(,"wildcard":"no")"), "$.caa-policy.wildcard", "true or false"});
    expect_only_issue(
        {caa(R"("domain":"a.example","caa-policy":null)"), "$.caa-policy", "an object"});
}

TEST(BadRequest, CaaPoliciesThatContradictTheRest) {
    expect_only_issue(
        {caa(R"("domain":"*.a.example","caa-policy":{"issuer-domains":["ca.example"],)"
             R"("wildcard":false})"),
         "$.caa-policy.wildcard", "contradicts domain"});
    expect_only_issue({http(R"("domain":"a.example","path":"/","expected":"T","caa":false,)"
                            R"("caa-policy":{"issuer-domains":["ca.example"]})"),
                       "$.caa-policy", "contradicts \"caa\": false"});
    expect_only_issue({acme(R"("domain_or_ip":"a.example","token":"t","key_authorization":"t.p",)"
                            R"("caa-policy":{"issuer-domains":["ca.example"],)"
                            R"("validation-method":"dns-01"})"),
                       "$.caa-policy.validation-method", "http-01"});
}

TEST(BadRequest, DnsRecordTypesAndTheirValues) {
    const std::string base = R"("domain":"a.example","prefix":"")";
    for (const std::string type : {"MX", "", "TXTX", "257", "ANY"})
        expect_only_issue({dns(base + R"(,"expected":"x","record-type":")" + type + R"(")"),
                           "$.record-type", "one of TXT, CNAME, CAA, A or AAAA"});
    const std::tuple<std::string, std::string, std::string> values[] = {
        {"A", "2001:db8::1", "IPv4"},       {"A", "192.0.2.01", "IPv4"},
        {"A", "example.com", "IPv4"},       {"AAAA", "192.0.2.1", "IPv6"},
        {"AAAA", "::1%eth0", "IPv6"},       {"CNAME", ".", "domain name"},
        {"CNAME", "a..b", "domain name"},   {"CNAME", "a b", "domain name"},
        {"CAA", "issue ca.example", "CAA"}, {"CAA", "0 issue", "CAA"},
    };
    for (const auto& [type, value, words] : values)
        expect_only_issue(
            {dns(base + R"(,"record-type":")" + type + R"(","expected":")" + value + R"(")"),
             "$.expected", words});
}

TEST(BadRequest, DnsPrefixes) {
    const std::string base = R"("domain":"a.example","record-type":"TXT","expected":"x")";
    expect_only_issue({dns(base), "$.prefix", "required"});
    for (const std::string prefix : {"*", "a b", "a\\u0000", "é", ".", "..", "_a..b", "\\\\065"})
        expect_only_issue({dns(base + R"(,"prefix":")" + prefix + R"(")"), "$.prefix", ""});
    expect_only_issue(
        {dns(base + R"(,"prefix":")" + std::string(64, 'a') + R"(")"), "$.prefix", ""});
    std::string domain;
    for (int i = 0; i < 24; ++i)
        domain += "abcdefghi.";
    expect_only_issue({dns(R"("record-type":"TXT","expected":"x","prefix":"_acme-challenge",)"
                           R"("domain":")"
                           + domain + R"(example")"),
                       "$.prefix", "253"});
}

TEST(BadRequest, DnsTakesNoAddress_Rfc8738_7) {
    expect_only_issue(
        {dns(R"("domain":"192.0.2.1","record-type":"TXT","prefix":"","expected":"x")"), "$.domain",
         "RFC 8738"});
}

TEST(BadRequest, HttpAcmeTokens_Rfc8555_8_1) {
    const std::string base = R"("domain_or_ip":"a.example",)";
    for (const std::string token : {"", "a/b", "../x", "a=", "a b", "é"})
        expect_only_issue({acme(base + R"("token":")" + token + R"(","key_authorization":"x.y")"),
                           "$.token", "base64url"});
    expect_only_issue(
        {acme(base + R"("token":")" + std::string(129, 'a') + R"(","key_authorization":"x.y")"),
         "$.token", "at most 128"});
    for (const std::string value : {"", "t", "t.", "u.p", "tt.p", "t.p.q", "t.p=", "t.p\\n"})
        expect_only_issue({acme(base + R"("token":"t","key_authorization":")" + value + R"(")"),
                           "$.key_authorization", "thumbprint"});
    const auto missing = refused(R"({"method":"http-acme"})");
    EXPECT_EQ(missing.size(), 3U);
}

} // namespace
