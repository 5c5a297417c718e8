// SPDX-License-Identifier: Apache-2.0
// The target's web server and its management API over real sockets.
#include "target_fixture.hpp"

namespace {

class TargetHttp : public test::TargetTest {
protected:
    static std::string body_of(const std::string& response) {
        const std::size_t end = response.find("\r\n\r\n");
        return end == std::string::npos ? "" : response.substr(end + 4);
    }
};

TEST_F(TargetHttp, UnsetPathsGet404) {
    start();
    const std::string response = get("www.mpic.test", "/x", test::iad);
    EXPECT_TRUE(response.starts_with("HTTP/1.1 404 ")) << response;
    EXPECT_EQ(body_of(response), "nothing is set for http://www.mpic.test/x\n");
}

TEST_F(TargetHttp, AnswersEachPerspectiveAsSet) {
    start();
    put("/http", R"({"host": "www.mpic.test", "path": "/x", "body": "real"})");
    put("/http", R"({"host": "www.mpic.test", "path": "/x", "status": 202, "body": "evil",
                     "headers": {"X-Mark": "hijack"}, "perspectives": ["nrt"]})");
    EXPECT_EQ(body_of(get("www.mpic.test", "/x", test::iad)), "real");
    EXPECT_EQ(body_of(get("WWW.mpic.test.:80", "/x?a=b", test::iad)), "real");
    const std::string evil = get("www.mpic.test", "/x", test::nrt);
    EXPECT_TRUE(evil.starts_with("HTTP/1.1 202 ")) << evil;
    EXPECT_NE(evil.find("X-Mark: hijack\r\n"), std::string::npos);
    EXPECT_EQ(body_of(evil), "evil");
    EXPECT_TRUE(get("other.mpic.test", "/x", test::iad).starts_with("HTTP/1.1 404 "));
    EXPECT_TRUE(get("www.mpic.test", "/X", test::iad).starts_with("HTTP/1.1 404 "));
}

TEST_F(TargetHttp, OverIpv6TheUserAgentNamesThePerspective) {
    auto& target = start();
    put("/http",
        R"({"host": "www.mpic.test", "path": "/x", "body": "evil", "perspectives": ["nrt"]})");
    const auto ask = [&](const std::string& agent) {
        return http({*base::net::IpAddress::parse("::1"), target.http_endpoint().port},
                    "GET /x HTTP/1.1\r\nHost: www.mpic.test\r\nUser-Agent: " + agent
                        + "\r\nConnection: close\r\n\r\n");
    };
    EXPECT_EQ(body_of(ask("mpicd/1.2.3 (perspective nrt)")), "evil");
    EXPECT_TRUE(ask("mpicd/1.2.3 (perspective iad)").starts_with("HTTP/1.1 404 "));
    EXPECT_TRUE(ask("curl/8").starts_with("HTTP/1.1 404 "));
}

TEST_F(TargetHttp, RedirectsAsSet) {
    start();
    put("/http", R"({"host": "www.mpic.test", "path": "/x", "status": 302,
                     "headers": {"Location": "http://mpic.test/y"}})");
    const std::string response = get("www.mpic.test", "/x", test::iad);
    EXPECT_TRUE(response.starts_with("HTTP/1.1 302 "));
    EXPECT_NE(response.find("Location: http://mpic.test/y\r\n"), std::string::npos);
}

TEST_F(TargetHttp, DelaysAsTold) {
    start();
    put("/http", R"({"host": "www.mpic.test", "path": "/slow", "delay-ms": 120, "body": "late"})");
    const auto before = clock.steady();
    EXPECT_EQ(body_of(get("www.mpic.test", "/slow", test::iad)), "late");
    EXPECT_GE(clock.steady() - before, base::Milliseconds(120));
}

TEST_F(TargetHttp, HeadHasNoBody_Rfc9110_9_3_2) {
    auto& target = start();
    put("/http", R"({"host": "www.mpic.test", "path": "/x", "body": "four"})");
    const std::string response =
        http(target.http_endpoint(),
             "HEAD /x HTTP/1.1\r\nHost: www.mpic.test\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(response.starts_with("HTTP/1.1 200 ")) << response;
    EXPECT_NE(response.find("Content-Length: 4\r\n"), std::string::npos) << response;
    EXPECT_EQ(body_of(response), "");
}

TEST_F(TargetHttp, WritesDownWhoAskedWhat) {
    start();
    get("www.mpic.test:8080", "/x?token=1", test::nrt);
    get("www.mpic.test", "/y", test::nobody);
    const test::Json seen = manage("GET", "/requests").body["requests"];
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_EQ(seen[0]["perspective"], "nrt");
    EXPECT_EQ(seen[0]["protocol"], "http");
    EXPECT_EQ(seen[0]["method"], "GET");
    EXPECT_EQ(seen[0]["host"], "www.mpic.test:8080");
    EXPECT_EQ(seen[0]["path"], "/x");
    EXPECT_EQ(seen[0]["query"], "token=1");
    EXPECT_EQ(seen[0]["headers"]["User-Agent"], "probe");
    EXPECT_EQ(seen[1]["perspective"], "");
}

TEST_F(TargetHttp, DeleteGoesBackToTheStart) {
    start();
    put("/http", R"({"host": "www.mpic.test", "path": "/x", "body": "b"})");
    put("/dns", R"({"name": "www.mpic.test", "type": "TXT", "values": ["t"]})");
    get("www.mpic.test", "/x", test::iad);
    EXPECT_EQ(manage("DELETE", "/").status, 200);
    EXPECT_TRUE(manage("GET", "/requests").body["requests"].empty());
    EXPECT_TRUE(get("www.mpic.test", "/x", test::iad).starts_with("HTTP/1.1 404 "));
    EXPECT_TRUE(ask("www.mpic.test", base::dns::RecordType::txt, test::iad).answers.empty());
}

TEST_F(TargetHttp, ManagementIntroducesItself) {
    start();
    const Managed hello = manage("GET", "/");
    EXPECT_EQ(hello.status, 200);
    EXPECT_EQ(hello.body["calls"].size(), 6U);
    EXPECT_EQ(hello.body["perspectives"], test::Json({"iad", "nrt"}));
}

TEST_F(TargetHttp, ManagementSaysWhatIsWrong) {
    start();
    const Managed bad =
        manage("PUT", "/dns", R"({"name": "mpic.test", "typ": "TXT", "values": ["x"]})");
    EXPECT_EQ(bad.status, 400);
    EXPECT_NE(bad.head.find("application/json"), std::string::npos);
    EXPECT_EQ(bad.body["ok"], false);
    EXPECT_TRUE(bad.body["error"].is_string());
    ASSERT_EQ(bad.body["issues"].size(), 2U);
    EXPECT_TRUE(bad.body["issues"][0].contains("message"));
    EXPECT_EQ(manage("PUT", "/http", "{").status, 400);
    EXPECT_EQ(manage("GET", "/nowhere").status, 404);
    const Managed verb = manage("POST", "/dns", "{}");
    EXPECT_EQ(verb.status, 405);
    EXPECT_NE(verb.head.find("Allow: PUT"), std::string::npos) << verb.head;
    EXPECT_EQ(verb.body["ok"], false);
    EXPECT_EQ(manage("PUT", "/dns", std::string(600'000, ' ')).status, 413);
}

TEST_F(TargetHttp, DrainsWhileAnAnswerIsDelayed) {
    auto& target = start();
    put("/http", R"({"host": "h.mpic.test", "path": "/", "delay-ms": 60000})");
    put("/dns", R"({"name": "slow.mpic.test", "delay-ms": 60000})");
    udp(encode(query("slow.mpic.test", base::dns::RecordType::a)), test::iad,
        base::Milliseconds(20));
    const auto before = clock.steady();
    test::run(loop, target.drain());
    EXPECT_LT(clock.steady() - before, base::Milliseconds(5000));
}

} // namespace
