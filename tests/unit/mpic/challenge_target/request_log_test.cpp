// SPDX-License-Identifier: Apache-2.0
#include "mpic/challenge_target/request_log.hpp"

#include "support/fake_clock.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

using mpic::challenge_target::DnsRequest;
using mpic::challenge_target::HttpRequest;
using mpic::challenge_target::RequestLog;
using Json = nlohmann::json;

const base::WallTime now = test::FakeClock().wall();
const base::net::IpAddress source = *base::net::IpAddress::parse("127.0.1.1");

TEST(RequestLog, ShowsWhatWasAsked) {
    RequestLog log;
    log.add({now, "iad", source, DnsRequest{"www.mpic.test", "TXT", true}});
    log.add({now, "", source,
             HttpRequest{"GET",
                         "www.mpic.test:80",
                         "/x",
                         "a=b",
                         {{"User-Agent", "mpicd"}, {"Via", "a"}, {"Via", "b"}}}});
    EXPECT_EQ(Json::parse(log.to_json()), Json::parse(R"({"dropped": 0, "requests": [
        {"time": "2026-11-22T13:55:23.041000Z", "perspective": "iad", "source": "127.0.1.1",
         "protocol": "dns", "transport": "tcp", "name": "www.mpic.test", "type": "TXT"},
        {"time": "2026-11-22T13:55:23.041000Z", "perspective": "", "source": "127.0.1.1",
         "protocol": "http", "method": "GET", "host": "www.mpic.test:80", "path": "/x",
         "query": "a=b", "headers": {"User-Agent": "mpicd", "Via": "a, b"}}]})"));
}

TEST(RequestLog, DropsTheOldestAndCountsThem) {
    RequestLog log;
    for (std::size_t i = 0; i < RequestLog::max_entries + 3; ++i)
        log.add({now, "iad", source, DnsRequest{std::to_string(i), "A", false}});
    const Json document = Json::parse(log.to_json());
    EXPECT_EQ(document["requests"].size(), RequestLog::max_entries);
    EXPECT_EQ(document["requests"][0]["name"], "3");
    EXPECT_EQ(document["dropped"], 3);
    log.clear();
    EXPECT_EQ(Json::parse(log.to_json()), Json::parse(R"({"requests": [], "dropped": 0})"));
}

TEST(RequestLog, StaysJsonWhateverAHeaderHolds) {
    RequestLog log;
    log.add({now, "", source, HttpRequest{"GET", "h\xff", "/\x80", "", {{"X", "\xc3"}}}});
    EXPECT_TRUE(Json::accept(log.to_json()));
}

} // namespace
