// SPDX-License-Identifier: Apache-2.0
#pragma once
// The worked examples of CAA, one Row each, numbered. "Our" CA is ca.example; the method is http-01
// and the account https://ca.example/acct/1 unless a row says otherwise. They are in
// caa_rows_*_test.cpp:
//
//   climb 1-15, 77-79, 86-87 · properties 16-32, 52-54 · grammar 33-51 · parameters 55-69
//   failures 70-76, 80-82 · perspectives 83-85, 99, 100 · names 88-98

#include "world.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace test {

struct Property {
    std::string owner;
    std::uint8_t flags = 0;
    std::string tag;
    std::string value;
};

struct Row {
    int number = 0;
    std::string request; ///< "*." in front makes it a wildcard
    std::vector<Property> zone;
    std::string node; ///< where the relevant RRset is found; empty: nowhere
    bool permitted = false;
    std::string code = permitted ? "ok" : "caa-forbids";
    std::function<void(World&)> more = [](World&) {}; ///< aliases, failures, settings
    std::string method = "http-01";
    std::optional<std::string> account = "https://ca.example/acct/1";
};

inline void PrintTo(const Row& row, std::ostream* out) {
    *out << "row " << row.number << ": " << row.request;
}

inline mpic::CaaQuestion question_of(const Row& row) {
    const bool wildcard = row.request.starts_with("*.");
    return {.domain = name(std::string_view(row.request).substr(wildcard ? 2 : 0)),
            .wildcard = wildcard,
            .policy = mpic::CaaPolicy{.issuer_domains = {"ca.example"},
                                      .account_uri = row.account,
                                      .validation_method = row.method}};
}

inline void set_up(World& world, const Row& row) {
    for (const Property& property : row.zone)
        world.add_caa(property.owner, property.flags, property.tag, property.value);
    row.more(world);
}

/// For rows that come to a determination.
inline void expect_determined(const Row& row) {
    World world;
    set_up(world, row);
    const auto report = world.caa(question_of(row));
    EXPECT_EQ(report.finding.code, row.code) << report.finding.detail;
    EXPECT_EQ(report.finding.verdict,
              row.permitted ? mpic::Verdict::passed : mpic::Verdict::rejected);
    EXPECT_EQ(report.permits, row.permitted) << report.finding.detail;
    EXPECT_EQ(report.node, row.node);
    EXPECT_EQ(report.rdata.empty(), row.node.empty());
}

inline std::string row_name(const testing::TestParamInfo<Row>& info) {
    return "row_" + std::to_string(info.param.number);
}

} // namespace test
