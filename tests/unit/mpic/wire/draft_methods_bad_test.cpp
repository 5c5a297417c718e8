// SPDX-License-Identifier: Apache-2.0
// Requests of the methods beyond the draft that are refused, each with its path and words.
#include "bad_request.hpp"

namespace {

using namespace test; // NOLINT(google-build-using-namespace): the helpers of this folder

std::string of(const std::string& method, const std::string& members) {
    return R"({"method":")" + method + R"(",)" + members + "}";
}
const std::string key = R"("key-authorization":"t.p")";

TEST(BadMethods, TargetsThatTheMethodCannotValidate) { // BR 3.2.2.4, RFC 8738 §7
    const Bad rows[] = {
        {of("tls-alpn-01", R"("domain":"*.a.example",)" + key), "$.domain", "BR 3.2.2.4.20"},
        {of("website-change",
            R"("domain":"*.a.example","path":"/.well-known/pki-validation/f","expected":"VALUE")"),
         "$.domain", "BR 3.2.2.4.18"},
        {of("dns-01", R"("domain":"192.0.2.7",)" + key), "$.domain", "RFC 8738 §7"},
        {of("dns-account-01",
            R"("domain":"2001:db8::7","account-url":"https://ca.example/1",)" + key),
         "$.domain", "RFC 8738 §7"},
        {of("contact", R"("domain":"192.0.2.7","kind":"email","source":"caa")"), "$.domain",
         "needs a domain name"},
        {of("ip-reverse", R"("ip-address":"a.example")"), "$.ip-address", "must be an IP address"},
        {of("ip-reverse", R"("ip-address":"*.a.example")"), "$.ip-address",
         "must be an IP address"},
        {of("dns-persist-01",
            R"("domain":"7.2.0.192.in-addr.arpa","issuer-domains":["c.a"],"account-uri":"u:1")"),
         "$.domain", "BR 4.2.2"},
        {of("tls-alpn-01", R"("domain":"x.onion",)" + key), "$.domain", "Tor"},
        {of("ip-reverse", R"("ip-address":"192.0.2.7","caa":false)"), "$.caa", "unknown field"},
    };
    for (const Bad& bad : rows)
        expect_only_issue(bad);
}

TEST(BadMethods, KeyAuthorizations) { // RFC 8555 §8.1
    const auto alpn = [](const std::string& members) {
        return of("tls-alpn-01", R"("domain":"a.example",)" + members);
    };
    for (const auto* wrong : {"", "t", "t.", ".p", "t.p.q", "t p.q", "t.p="})
        expect_only_issue({alpn(R"("key-authorization":")" + std::string(wrong) + R"(")"),
                           "$.key-authorization", "thumbprint"});
    for (const auto* wrong : {"", "x", "LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
                              "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ",
                              "LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmC"})
        expect_only_issue({alpn(R"("key-authorization-digest":")" + std::string(wrong) + R"(")"),
                           "$.key-authorization-digest", "SHA-256"});
    expect_only_issue(
        {alpn(key + R"(,"key-authorization-digest":"LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ")"),
         "$.key-authorization-digest", "not both"});
    expect_only_issue({of("dns-01", R"("domain":"a.example")"), "$.key-authorization",
                       "required, or key-authorization-digest"});
    expect_only_issue({alpn(R"("key-authorization":")" + std::string(1023, 'a') + R"(.p")"),
                       "$.key-authorization", ""});
}

// RFC 1035 §2.3.4: the prefix counts too.
TEST(BadMethods, NamesThatAreTooLongForThePrefix) {
    std::string long_name;
    while (long_name.size() < 240)
        long_name += "abcdefghi.";
    long_name += "example"; // 247
    const std::string domain = R"("domain":")" + long_name + R"(",)";
    const std::string persist = R"("issuer-domains":["ca.example"],"account-uri":"u:1")";
    for (const std::string& body :
         {of("dns-01", domain + key),
          of("dns-account-01", domain + key + R"(,"account-url":"https://ca.example/1")"),
          of("dns-persist-01", domain + persist),
          of("contact", domain + R"("kind":"email","source":"txt")")})
        expect_only_issue({body, "$.domain", "longer than 253 characters"});
    EXPECT_TRUE(mpic::wire::decode_draft_request(
        of("contact", domain + R"("kind":"email","source":"caa")"), "r"));
}

TEST(BadMethods, WebsitePaths) { // BR 3.2.2.4.18
    const auto with = [](const std::string& path) {
        return of("website-change",
                  R"("domain":"a.example","expected":"value-0123456789","path":")" + path + R"(")");
    };
    for (const auto* wrong :
         {"/", "/f", "/.well-known/acme-challenge/f", "/.well-known/pki-validation",
          "/.well-known/pki-validation/", "/.well-known/pki-validation/../f",
          "/.well-known/pki-validation/%2e%2e/f", "/.well-known/pki-validation/x%2F..%2f..%2Ff",
          "/.well-known/pki-validation/./f", "/.Well-Known/pki-validation/f",
          "/x/.well-known/pki-validation/f", "/.well-known/pki-validation/?f"})
        expect_only_issue({with(wrong), "$.path", "/.well-known/pki-validation/"});
    for (const auto* wrong : {"/.well-known/pki-validation/value-0123456789.txt",
                              "/.well-known/pki-validation/f?x=value-0123456789",
                              "/.well-known/pki-validation/%76alue-0123456789"})
        expect_only_issue({with(wrong), "$.path", "must not contain the expected value"});
    expect_only_issue(
        {of("website-change", R"("domain":"value1234.example","expected":"Value1234",)"
                              R"("path":"/.well-known/pki-validation/f")"),
         "$.expected", "part of the domain"});
    expect_only_issue(
        {of("website-change", R"("domain":"a.example","expected":"VALUE","scheme":"ftp",)"
                              R"("path":"/.well-known/pki-validation/f")"),
         "$.scheme", "http"});
}

TEST(BadMethods, PersistentRecords) {
    const auto with = [](const std::string& members) {
        return of("dns-persist-01", R"("domain":"a.example",)" + members);
    };
    const std::string issuers = R"("issuer-domains":["ca.example"],)";
    const Bad rows[] = {
        {with(R"("account-uri":"u:1")"), "$.issuer-domains", "required"},
        {with(R"("issuer-domains":[],"account-uri":"u:1")"), "$.issuer-domains", "1 to 16"},
        {with(R"("issuer-domains":["a_b.c"],"account-uri":"u:1")"), "$.issuer-domains[0]", "a_b"},
        {with(R"("issuer-domains":["ca.example"])"), "$.account-uri", "required"},
        {with(issuers + R"("account-uri":"no uri")"), "$.account-uri", "URI"},
        {with(issuers + R"("account-uri":"https://ca.example/a;b")"), "$.account-uri", "semicolon"},
        {with(issuers + R"("account-uri":"u:1","policy":"a b")"), "$.policy", "a word"},
        {with(issuers + R"("account-uri":"u:1","policy":"")"), "$.policy", "a word"},
    };
    for (const Bad& bad : rows)
        expect_only_issue(bad);
}

TEST(BadMethods, AccountsReverseNamesAndContacts) {
    const Bad rows[] = {
        {of("dns-account-01", R"("domain":"a.example",)" + key), "$.account-url", "required"},
        {of("dns-account-01", R"("domain":"a.example","account-url":"acct",)" + key),
         "$.account-url", "URI"},
        {of("ip-reverse", R"("ip-address":"192.0.2.7","fqdn":"a_b.example")"), "$.fqdn", "a_b"},
        {of("ip-reverse", R"("ip-address":"192.0.2.7","fqdn":"host")"), "$.fqdn", ""},
        {of("contact", R"("domain":"a.example","kind":"fax","source":"caa")"), "$.kind", "email"},
        {of("contact", R"("domain":"a.example","kind":"email","source":"whois")"), "$.source",
         "caa"},
        {of("contact", R"("domain":"a.example","kind":"email")"), "$.source", "required"},
        {of("contact",
            R"("domain":"a.example","kind":"email","source":"caa","expected":"+15550109999")"),
         "$.expected", "email address"},
        {of("contact", R"("domain":"a.example","kind":"phone","source":"caa","expected":"555")"),
         "$.expected", "global phone number"},
    };
    for (const Bad& bad : rows)
        expect_only_issue(bad);
}

TEST(BadMethods, APolicyThatNamesAnotherMethod) { // RFC 8657 §4
    expect_only_issue({of("dns-01", R"("domain":"a.example",)" + key
                                        + R"(,"caa-policy":{"issuer-domains":["ca.example"],)"
                                          R"("validation-method":"http-01"})"),
                       "$.caa-policy.validation-method", "validates by dns-01"});
}

} // namespace
