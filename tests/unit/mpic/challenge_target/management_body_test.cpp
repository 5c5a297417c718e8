// SPDX-License-Identifier: Apache-2.0
#include "mpic/challenge_target/management_body.hpp"

#include "mpic/challenge_target/http_answers.hpp"

#include <gtest/gtest.h>

namespace {

using namespace mpic::challenge_target;
using base::dns::Rcode;
using base::dns::RecordType;

const std::vector<std::string> known{"iad", "nrt"};

std::optional<DnsChange> dns(std::string_view body) {
    base::json::Issues issues;
    auto change = read_dns_change(body, known, issues);
    EXPECT_EQ(issues.to_string(), "");
    return change;
}

std::optional<HttpChange> http(std::string_view body) {
    base::json::Issues issues;
    auto change = read_http_change(body, known, issues);
    EXPECT_EQ(issues.to_string(), "");
    return change;
}

template <class Read>
std::vector<std::string> paths(Read read, std::string_view body) {
    base::json::Issues issues;
    EXPECT_FALSE(read(body, known, issues).has_value()) << body;
    std::vector<std::string> out;
    for (const auto& issue : issues.list())
        out.push_back(issue.path);
    std::ranges::sort(out);
    return out;
}

TEST(PutDns, SetsRecordsFromPresentationForm) {
    const auto caa = dns(R"({"name": "WWW.mpic.test.", "type": "CAA",
                             "values": ["0 issue \"ca.example\"", "128 tbs \"x\""]})");
    ASSERT_TRUE(caa);
    EXPECT_EQ(caa->name.text(), "www.mpic.test");
    EXPECT_TRUE(caa->perspectives.empty());
    const auto& records = std::get<RecordsChange>(caa->what);
    EXPECT_EQ(records.type, RecordType::caa);
    ASSERT_EQ(records.rdata.size(), 2U);
    EXPECT_EQ(base::dns::parse_caa(records.rdata[0])->value, "ca.example");
    EXPECT_TRUE(base::dns::parse_caa(records.rdata[1])->critical());

    const auto txt = dns(R"({"name": "_acme-challenge.mpic.test", "type": "TXT",
                             "values": ["a \"quoted\" text"], "perspectives": ["iad"]})");
    ASSERT_TRUE(txt);
    EXPECT_EQ(base::dns::parse_txt(std::get<RecordsChange>(txt->what).rdata.at(0)),
              "a \"quoted\" text");
    EXPECT_EQ(txt->perspectives, std::vector<std::string>{"iad"});
}

TEST(PutDns, NoValuesMeanNoRecords) {
    const auto none = dns(R"({"name": "www.mpic.test", "type": "A", "values": []})");
    ASSERT_TRUE(none);
    EXPECT_TRUE(std::get<RecordsChange>(none->what).rdata.empty());
}

TEST(PutDns, SetsRcodeSilenceAndDelay) {
    const auto rcode = dns(R"({"name": "www.mpic.test", "rcode": "SERVFAIL", "delay-ms": 20})");
    ASSERT_TRUE(rcode);
    EXPECT_EQ(std::get<Behaviour>(rcode->what),
              (Behaviour{.rcode = Rcode::servfail, .delay = base::Milliseconds(20)}));
    EXPECT_TRUE(std::get<Behaviour>(dns(R"({"name": "mpic.test", "drop": true})")->what).drop);
    EXPECT_EQ(std::get<Behaviour>(dns(R"({"name": "mpic.test", "delay-ms": 3})")->what),
              Behaviour{.delay = base::Milliseconds(3)});
}

TEST(PutDns, NamesEveryProblemByItsPath) {
    using Paths = std::vector<std::string>;
    const struct {
        std::string_view body;
        Paths expected;
    } cases[] = {
        {"", {"$"}},
        {"[]", {"$"}},
        {"{}", {"$.name", "$.type", "$.values"}},
        {R"({"name": "www.example.com", "type": "TXT", "values": []})", {"$.name"}},
        {R"({"name": "a..mpic.test", "type": "TXT", "values": []})", {"$.name"}},
        {R"({"name": "mpic.test", "type": "NOPE", "values": []})", {"$.type"}},
        {R"({"name": "mpic.test", "type": "A", "values": ["127.0.0.1", "x", "::1"]})",
         {"$.values[1]", "$.values[2]"}},
        {R"({"name": "mpic.test", "type": "CNAME", "values": ["a.test", "b.test"]})", {"$.values"}},
        {R"({"name": "mpic.test", "type": "TXT", "values": "x"})", {"$.values"}},
        {R"({"name": "mpic.test", "type": "TXT", "values": [], "perspectives": []})",
         {"$.perspectives"}},
        {R"({"name": "mpic.test", "type": "TXT", "values": [], "perspectives": ["iad", "lis"]})",
         {"$.perspectives[1]"}},
        {R"({"name": "mpic.test", "rcode": "SRVFAIL"})", {"$.rcode"}},
        {R"({"name": "mpic.test", "rcode": "SERVFAIL", "drop": true})", {"$.rcode"}},
        {R"({"name": "mpic.test", "rcode": "SERVFAIL", "type": "A", "values": []})",
         {"$.type", "$.values"}},
        {R"({"name": "mpic.test", "delay-ms": -1})", {"$.delay-ms"}},
        {R"({"name": "mpic.test", "delay-ms": 60001})", {"$.delay-ms"}},
        {R"({"name": "mpic.test", "drop": "yes"})", {"$.drop"}},
        {R"({"name": "mpic.test", "type": "TXT", "value": ["x"]})", {"$.value", "$.values"}},
    };
    for (const auto& c : cases)
        EXPECT_EQ(paths(read_dns_change, c.body), c.expected) << c.body;
}

TEST(PutDns, RefusesAnRrsetThatNoMessageHolds) {
    std::string values;
    for (int i = 0; i < 10; ++i)
        values += (i ? ",\"" : "\"") + std::string(8000, 'x') + "\"";
    EXPECT_EQ(paths(read_dns_change,
                    R"({"name": "mpic.test", "type": "TXT", "values": [)" + values + "]}"),
              std::vector<std::string>{"$.values"});
}

TEST(PutHttp, SetsAnAnswer) {
    const auto change = http(R"({"host": "WWW.mpic.test.:8080", "path": "/x", "status": 302,
        "headers": {"Location": "http://mpic.test/y"}, "body": "b", "delay-ms": 7,
        "perspectives": ["nrt"]})");
    ASSERT_TRUE(change);
    EXPECT_EQ(change->place, HttpPlace("www.mpic.test", "/x"));
    EXPECT_EQ(change->answer.response.status, 302U);
    EXPECT_EQ(change->answer.response.headers.get("location"), "http://mpic.test/y");
    EXPECT_EQ(change->answer.response.body, "b");
    EXPECT_EQ(change->answer.delay, base::Milliseconds(7));
    EXPECT_EQ(change->perspectives, std::vector<std::string>{"nrt"});
}

TEST(PutHttp, HasDefaults) {
    const auto change = http(R"({"host": "mpic.test", "path": "/"})");
    ASSERT_TRUE(change);
    EXPECT_EQ(change->answer, HttpAnswer{});
    EXPECT_EQ(change->answer.response.status, 200U);
}

TEST(PutHttp, NamesEveryProblemByItsPath) {
    using Paths = std::vector<std::string>;
    const struct {
        std::string_view body;
        Paths expected;
    } cases[] = {
        {"{}", {"$.host", "$.path"}},
        {R"({"host": "", "path": "/"})", {"$.host"}},
        {R"({"host": "h", "path": "x"})", {"$.path"}},
        {R"({"host": "h", "path": "/x?y"})", {"$.path"}},
        {R"({"host": "h", "path": "/", "status": 99})", {"$.status"}},
        {R"({"host": "h", "path": "/", "status": "200"})", {"$.status"}},
        {R"({"host": "h", "path": "/", "headers": []})", {"$.headers"}},
        {R"({"host": "h", "path": "/", "headers": {"A": 1}})", {"$.headers.A"}},
        {R"({"host": "h", "path": "/", "headers": {"A B": "x"}})", {"$.headers.A B"}},
        {R"({"host": "h", "path": "/", "headers": {"A": "x\r\ny: z"}})", {"$.headers.A"}},
        {R"({"host": "h", "path": "/", "headers": {"Content-Length": "1"}})",
         {"$.headers.Content-Length"}},
        {R"({"host": "h", "path": "/", "bdoy": "x", "delay-ms": 1.5})", {"$.bdoy", "$.delay-ms"}},
    };
    for (const auto& c : cases)
        EXPECT_EQ(paths(read_http_change, c.body), c.expected) << c.body;
}

TEST(PlainHost, DropsWhatDoesNotTellHostsApart) {
    EXPECT_EQ(plain_host("WWW.Mpic.Test:8080"), "www.mpic.test");
    EXPECT_EQ(plain_host("mpic.test."), "mpic.test");
    EXPECT_EQ(plain_host("[::1]"), "[::1]");
    EXPECT_EQ(plain_host("[::1]:80"), "[::1]");
    EXPECT_EQ(plain_host(""), "");
}

} // namespace
