// SPDX-License-Identifier: Apache-2.0
#pragma once
// A World with www.example.com in it, one address of each family, and a token to find there.

#include "world.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace test {

struct HttpWorld : World {
    static constexpr auto host = "www.example.com";
    static constexpr auto path = "/.well-known/acme-challenge/t";
    static constexpr auto token = "token.thumbprint";
    static constexpr auto ipv6 = "2001:db8::1";
    static constexpr auto ipv4 = "192.0.2.1";

    HttpWorld() {
        dns.add(host, base::dns::RecordType::aaaa, ipv6);
        dns.add(host, base::dns::RecordType::a, ipv4);
    }

    mpic::DcvReport ask(base::Milliseconds budget = std::chrono::seconds(10)) {
        return dcv(mpic::HttpQuestion{name(host), path, token}, budget);
    }
    void serve(std::string body) { http.serve(host, path, std::move(body)); }
    void redirect(std::string location, unsigned status = 302) {
        http.redirect(host, path, status, std::move(location));
    }
    void answer(base::http::Response response) {
        http.on("*", host, path, {.response = std::move(response)});
    }
    /// "[2001:db8::1]:80", in the order of the exchanges made.
    [[nodiscard]] std::vector<std::string> connected_to() const {
        std::vector<std::string> out;
        for (const auto& asked : http.asked())
            out.push_back(asked.options.to.to_string());
        return out;
    }
};

inline void expect_finding(const mpic::DcvReport& report, mpic::Verdict verdict,
                           std::string_view code) {
    EXPECT_EQ(report.finding.verdict, verdict) << report.finding.detail;
    EXPECT_EQ(report.finding.code, code) << report.finding.detail;
}

} // namespace test
