// SPDX-License-Identifier: Apache-2.0
// Which members of a report may be absent, and which may not.
#include "mpic/wire/agent_protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace {

using mpic::wire::decode_report;
using mpic::wire::encode_report;
using nlohmann::json;
using testing::HasSubstr;

constexpr const char* meagre_report = R"({"attempt-id":"a1","perspective":"fra","build":"b",
    "started":"s","elapsed-ms":1,
    "dcv":{"verdict":"passed","code":"ok","detail":"","dnssec":"secure",
        "lookups":[{"name":"a.example","type":"A","record-count":0,"dnssec":"secure","elapsed-ms":2}],
        "hops":[{"url":"http://a.example/",
            "tried":[{"address":"192.0.2.1","outcome":"answered","elapsed-ms":1}]}]},
    "caa":{"verdict":"passed","code":"ok","detail":"","domain":"","records":[],"dnssec":"secure",
        "lookups":[{"name":"a.example","type":"CAA","record-count":0,"dnssec":"secure",
            "elapsed-ms":2,"links":[{"name":"b.example","dnssec":"secure"}],
            "failure":{"code":"dns-timeout"}}]}})";

/// Members that say nothing when they are empty, and what an empty one looks like.
struct MayBeAbsent {
    json::json_pointer object;
    const char* name;
    json empty;
};

std::vector<MayBeAbsent> may_be_absent() {
    std::vector<MayBeAbsent> out;
    const auto add = [&out](const char* object, const json& empty, auto... names) {
        (out.push_back({json::json_pointer(object), names, empty}), ...);
    };
    for (const char* lookup : {"/dcv/lookups/0", "/caa/lookups/0"}) {
        add(lookup, "", "rcode", "dnssec-proof", "resolver");
        add(lookup, json::array(), "records", "chain", "extended-errors");
        add(lookup, 0, "tries");
    }
    add("/dcv/lookups/0", json::array(), "links");
    add("/caa/lookups/0/links/0", "", "dnssec-proof");
    add("/caa/lookups/0/failure", "", "detail");
    add("/dcv/hops/0", "", "address", "family", "location", "server", "tls-version");
    add("/dcv/hops/0", json::array(), "resolved");
    add("/dcv/hops/0", 0, "status", "resolve-ms", "connect-ms", "tls-ms", "first-byte-ms",
        "total-ms");
    add("/dcv/hops/0/tried/0", "", "phase");
    add("/dcv", "", "seen");
    add("/dcv", json::array(), "selected");
    add("/caa", "", "deciding-record");
    return out;
}

TEST(AgentReport, AbsentIsEmptyWhereEmptySaysNothing) {
    const json meagre = json::parse(meagre_report);
    const auto absent = decode_report(meagre.dump(), "a1");
    ASSERT_TRUE(absent) << absent.error().detail;
    EXPECT_EQ(json::parse(encode_report(*absent, "a1")), meagre); // and is written so
    for (const MayBeAbsent& member : may_be_absent()) {
        json report = meagre;
        report[member.object][member.name] = member.empty;
        const auto empty = decode_report(report.dump(), "a1");
        ASSERT_TRUE(empty) << empty.error().detail;
        EXPECT_EQ(*empty, *absent) << member.name;
        for (const json& wrong : {json(), json(true), json::object(), json::array({1}), json(-1)}) {
            report[member.object][member.name] = wrong;
            const auto refused = decode_report(report.dump(), "a1");
            ASSERT_FALSE(refused) << member.name << " " << wrong;
            EXPECT_THAT(refused.error().detail, HasSubstr(std::string(member.name)));
        }
    }
    for (const char* list : {"/dcv/hops", "/dcv/hops/0/tried"}) {
        json report = meagre;
        report[json::json_pointer(list)] = json::array();
        const auto empty = decode_report(report.dump(), "a1");
        const json::json_pointer pointer(list);
        report[pointer.parent_pointer()].erase(pointer.back());
        EXPECT_EQ(empty.value(), decode_report(report.dump(), "a1").value());
    }
}

TEST(AgentReport, WithoutTheRestAReportMeansNothing) {
    const json meagre = json::parse(meagre_report);
    const auto refuse_without = [&](const char* object, auto... names) {
        for (const char* name : {names...}) {
            json report = meagre;
            report[json::json_pointer(object)].erase(name);
            const auto refused = decode_report(report.dump(), "a1");
            ASSERT_FALSE(refused) << object << " " << name;
            EXPECT_THAT(refused.error().detail, HasSubstr(std::string(name) + ": required"));
        }
    };
    refuse_without("", "attempt-id", "perspective", "build", "started", "elapsed-ms");
    refuse_without("/dcv", "verdict", "code", "detail", "dnssec", "lookups");
    refuse_without("/caa", "verdict", "code", "detail", "dnssec", "lookups", "domain", "records");
    refuse_without("/caa/lookups/0", "name", "type", "record-count", "dnssec", "elapsed-ms");
    refuse_without("/caa/lookups/0/links/0", "name", "dnssec");
    refuse_without("/caa/lookups/0/failure", "code");
    refuse_without("/dcv/hops/0", "url");
    refuse_without("/dcv/hops/0/tried/0", "address", "outcome", "elapsed-ms");
}

} // namespace
