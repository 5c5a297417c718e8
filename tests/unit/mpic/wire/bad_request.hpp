// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bodies of each method around the members under test, and what must be said about them.

#include "mpic/wire/draft_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace test {

using base::json::Issue;
using testing::HasSubstr;

inline std::vector<Issue> refused(std::string_view body) {
    auto request = mpic::wire::decode_draft_request(body, "made-here");
    if (!request)
        return request.error();
    ADD_FAILURE() << "accepted: " << body.substr(0, 300);
    return {};
}

struct Bad {
    std::string body;
    std::string path;
    std::string words;
};

inline void expect_only_issue(const Bad& bad) {
    const auto issues = refused(bad.body);
    ASSERT_EQ(issues.size(), 1U) << bad.body;
    EXPECT_EQ(issues[0].path, bad.path) << bad.body;
    EXPECT_THAT(issues[0].message, HasSubstr(bad.words)) << bad.body;
}

inline std::string caa(const std::string& members) {
    return R"({"method":"caa",)" + members + "}";
}
inline std::string http(const std::string& members) {
    return R"({"method":"http",)" + members + "}";
}
inline std::string dns(const std::string& members) {
    return R"({"method":"dns",)" + members + "}";
}
inline std::string acme(const std::string& members) {
    return R"({"method":"http-acme",)" + members + "}";
}
inline std::string policy(const std::string& members) {
    return caa(R"("domain":"a.example","caa-policy":{)" + members + "}");
}

} // namespace test
