// SPDX-License-Identifier: Apache-2.0
#include "base/http/router.hpp"

#include "support/run.hpp"

#include <gtest/gtest.h>

namespace base::http {
namespace {

Awaitable<Response> say(std::string what) {
    co_return Response{.body = std::move(what)};
}

Router::Route route(std::string method, std::string path, std::string answer) {
    return {std::move(method), std::move(path),
            [answer](const Request&, const Peer&) { return say(answer); }};
}

class RouterTest : public testing::Test {
protected:
    Response ask(std::string method, std::string target) {
        asio::io_context loop;
        const Request request{.method = std::move(method), .target = std::move(target)};
        const Peer peer;
        return test::run(loop, router_.handle(request, peer));
    }

    Router router_{{route("GET", "/a", "get a"), route("POST", "/a", "post a"),
                    route("POST", "/only-post", "posted"), route("GET", "/tree/*", "tree"),
                    route("GET", "/tree/deep/*", "deep"), route("GET", "/tree/leaf", "leaf")},
                   [](const Request& request, const std::vector<std::string>& allow) {
                       return Response{.status = allow.empty() ? 404U : 405U,
                                       .body = request.method + " " + request.target};
                   }};
};

TEST_F(RouterTest, PicksByMethodAndPath) {
    EXPECT_EQ(ask("GET", "/a").body, "get a");
    EXPECT_EQ(ask("POST", "/a").body, "post a");
    EXPECT_EQ(ask("GET", "/a?q=/only-post").body, "get a") << "the query does not count";
}

TEST_F(RouterTest, PrefersTheExactPathThenTheLongestPrefix) {
    EXPECT_EQ(ask("GET", "/tree/x/y").body, "tree");
    EXPECT_EQ(ask("GET", "/tree/deep/x").body, "deep");
    EXPECT_EQ(ask("GET", "/tree/leaf").body, "leaf");
    EXPECT_EQ(ask("GET", "/tree/").body, "tree");
    EXPECT_EQ(ask("GET", "/tree").status, 404U);
    EXPECT_EQ(ask("GET", "/treehouse").status, 404U);
}

TEST_F(RouterTest, UnknownPathIs404WithoutAllow) {
    const Response response = ask("GET", "/b");
    EXPECT_EQ(response.status, 404U);
    EXPECT_EQ(response.body, "GET /b");
    EXPECT_EQ(response.headers.count("Allow"), 0U);
    EXPECT_EQ(ask("GET", "/A").status, 404U) << "paths are case-sensitive (RFC 3986 §6.2.2.1)";
}

TEST_F(RouterTest, UnknownMethodIs405WithAllow) { // RFC 9110 §15.5.6
    const Response response = ask("DELETE", "/a");
    EXPECT_EQ(response.status, 405U);
    EXPECT_EQ(response.headers.get("Allow"), "GET, HEAD, POST");
    EXPECT_EQ(ask("GET", "/only-post").headers.get("Allow"), "POST");
    EXPECT_EQ(ask("HEAD", "/only-post").status, 405U);
    EXPECT_EQ(ask("get", "/a").status, 405U) << "methods are case-sensitive (RFC 9110 §9.1)";
    EXPECT_EQ(ask("OPTIONS", "/a").status, 405U);
}

TEST_F(RouterTest, HeadIsGetWithoutTheBody) { // RFC 9110 §9.3.2
    const Response response = ask("HEAD", "/a");
    EXPECT_EQ(response.status, 200U);
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(response.headers.get("Content-Length"), "5");
}

} // namespace
} // namespace base::http
