// SPDX-License-Identifier: Apache-2.0
// Requests that are refused, each with the path and the words of its issue.
#include "bad_request.hpp"

namespace {

using namespace test; // NOLINT(google-build-using-namespace): the helpers of this folder
using testing::AllOf;
using testing::Contains;
using testing::Field;

TEST(BadRequest, IsNotAJsonObject) {
    for (const std::string_view body :
         {"", "{", "null", "[]", "\"caa\"", "7", "{} {}", "{\"method\":\"caa\",}", "\xff{}",
          "{\"method\":\"caa\",\"method\":\"dns\"}", "// comment\n{}"})
        EXPECT_FALSE(refused(body).empty()) << body;
}

TEST(BadRequest, IsTooLargeOrTooDeep) {
    const std::string large =
        caa(R"("domain":"a.example","request-id":")" + std::string(70'000, 'x') + R"(")");
    EXPECT_EQ(refused(large).size(), 1U);
    std::string deep;
    for (int i = 0; i < 40; ++i)
        deep += R"({"a":)";
    EXPECT_EQ(refused(deep + "1" + std::string(40, '}')).size(), 1U);
}

TEST(BadRequest, MissingOrUnknownMethodListsTheMethodsAndNothingElse) {
    expect_only_issue({R"({"domain":"a.example","zzz":1})", "$.method",
                       "required, one of caa, http, dns, http-acme, website-change, tls-alpn-01, "
                       "dns-01, dns-account-01, dns-persist-01, ip-reverse or contact"});
    expect_only_issue({R"({"method":"htpp","domain":"a.example","zzz":1})", "$.method",
                       "ip-reverse or contact, did you mean http?"});
    expect_only_issue({R"({"method":"dns-02"})", "$.method", "did you mean dns-01?"});
    expect_only_issue({R"({"method":7})", "$.method", "must be a string"});
    expect_only_issue(
        {R"({"method":"CAA","domain":"a.example"})", "$.method", "did you mean caa?"});
    EXPECT_THAT(refused(R"({"metod":"caa","domain":"a.example"})"),
                Contains(Field(&Issue::path, "$.metod")));
}

TEST(BadRequest, EveryProblemIsNamedAtOnce) {
    const auto issues = refused(
        R"({"method":"dns","domain":"a_b.example","record_type":"TXT","prefix":7,"caa":"yes",)"
        R"("expectd":"x","request-id":""})");
    const auto has = [](std::string path, std::string words) {
        return Contains(AllOf(Field(&Issue::path, path), Field(&Issue::message, HasSubstr(words))));
    };
    EXPECT_THAT(issues, has("$.domain", "a_b"));
    EXPECT_THAT(issues, has("$.record-type", "required"));
    EXPECT_THAT(issues, has("$.record_type", "did you mean record-type?"));
    EXPECT_THAT(issues, has("$.prefix", "must be a string"));
    EXPECT_THAT(issues, has("$.caa", "must be true or false"));
    EXPECT_THAT(issues, has("$.expected", "required"));
    EXPECT_THAT(issues, has("$.expectd", "did you mean expected?"));
    EXPECT_THAT(issues, has("$.request-id", "1 to 128"));
    EXPECT_EQ(issues.size(), 8U);
}

TEST(BadRequest, Domains) {
    const std::pair<std::string, std::string> domains[] = {
        {"", "empty"},
        {".", ""},
        {"a..example", ""},
        {std::string(64, 'a') + ".example", ""},
        {"a_b.example", "a_b"},
        {"-a.example", "-a"},
        {"a.example:80", "port"},
        {"http://a.example/", "scheme"},
        {"a.example/x", "path"},
        {"a b.example", ""},
        {"*", ""},
        {"a.*.example", ""},
        {"*.*.example", ""},
        {"*.192.0.2.1", ""},
        {"xn--99999999.example", ""},
        {"192.0.2.1", "IP address"},
        {"2001:db8::1", "IP address"},
        {"[2001:db8::1]", "brackets"},
        {"1.2.0.192.in-addr.arpa", "BR 4.2.2"},
        {"8.b.d.0.1.0.0.2.IP6.ARPA.", "BR 4.2.2"},
        {"2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion", "onion"},
        {"*.x.onion", "onion"},
        {"a\\u0000.example", ""},
    };
    for (const auto& [domain, words] : domains)
        expect_only_issue({caa(R"("domain":")" + domain + R"(")"), "$.domain", words});
    std::string long_name;
    for (int i = 0; i < 40; ++i)
        long_name += "abcdef.";
    expect_only_issue({caa(R"("domain":")" + long_name + R"(example")"), "$.domain", ""});
    expect_only_issue({caa(R"("domain":["a.example"])"), "$.domain", "must be a string"});
    expect_only_issue({caa(R"("request-id":"r")"), "$.domain", "required"});
    expect_only_issue(
        {caa(R"("domain":")" + std::string(2000, 'a') + R"(")"), "$.domain", "at most"});
}

TEST(BadRequest, WildcardsOverHttp_Br3_2_2_4_18_And_19) {
    expect_only_issue(
        {http(R"("domain":"*.a.example","path":"/","expected":"T")"), "$.domain", "BR 3.2.2.4.18"});
    expect_only_issue(
        {acme(R"("domain_or_ip":"*.a.example","token":"t","key_authorization":"t.p")"),
         "$.domain_or_ip", "BR 3.2.2.4.19"});
    expect_only_issue({http(R"("domain":"a.example","path":"/","expected":"T",)"
                            R"("caa-policy":{"issuer-domains":["ca.example"],"wildcard":true})"),
                       "$.caa-policy.wildcard", "BR 3.2.2.4.18"});
}

TEST(BadRequest, FieldsOfAnotherMethodAreNotIgnored) {
    // A CAA request must not swallow the parameters of a validation that is then never made.
    const auto issues =
        refused(caa(R"("domain":"a.example","path":"/x","expected":"T","record-type":"TXT")"));
    EXPECT_EQ(issues.size(), 3U);
    expect_only_issue({caa(R"("domain":"a.example","caa":true)"), "$.caa", "unknown field"});
    expect_only_issue({http(R"("domain":"a.example","path":"/","expected":"T","prefix":"_x")"),
                       "$.prefix", "unknown field"});
    expect_only_issue({acme(R"("domain_or_ip":"a.example","token":"t","key_authorization":"t.p",)"
                            R"("caa-check":false)"),
                       "$.caa-check", "did you mean caa_check?"});
}

// BR 3.2.2.9: how many corroborate, who is asked and how often is the operator's, within the floor
// of the policy. A request that could name a quorum would be a way around it; neither may it choose
// how a value is matched, where a check connects to, or what it sends.
TEST(BadRequest, NothingInARequestLoosensTheRules) {
    for (const std::string field :
         {"quorum", "quorum-count", "quorum_count", "perspective-count", "perspectives", "remotes",
          "cohort", "max-attempts", "orchestration_parameters", "allow-lookup-failure",
          "allow_lookup_failure", "match_regex", "require_exact_match", "http_headers",
          "url_scheme", "port", "resolver", "source", "timeout"})
        for (const std::string value : {"0", "1", "-1", "true", R"("^(a|a)*$")", "{}", "[]"}) {
            const std::string member = R"(,")" + field + R"(":)" + value;
            expect_only_issue({http(R"("domain":"a.example","path":"/","expected":"T")" + member),
                               "$." + field, "unknown field"});
            expect_only_issue(
                {caa(R"("domain":"a.example")" + member), "$." + field, "unknown field"});
        }
    expect_only_issue({policy(R"("issuer-domains":["ca.example"],"allow_lookup_failure":true)"),
                       "$.caa-policy.allow_lookup_failure", "unknown field"});
}

TEST(BadRequest, RequestIds) {
    for (const std::string id : {"", "a\\nb", "é", "\\u007f"})
        expect_only_issue({caa(R"("domain":"a.example","request-id":")" + id + R"(")"),
                           "$.request-id", "printable ASCII"});
    expect_only_issue(
        {caa(R"("domain":"a.example","request-id":")" + std::string(129, 'x') + R"(")"),
         "$.request-id", "at most 128"});
    expect_only_issue({caa(R"("domain":"a.example","request-id":7)"), "$.request-id", "a string"});
}

} // namespace
