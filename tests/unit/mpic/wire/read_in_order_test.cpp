// SPDX-License-Identifier: Apache-2.0
// The quick way of reading must find what the strict way finds, or nothing.
#include "mpic/wire/evidence_json.hpp"
#include "mpic/wire/evidence_read.hpp"

#include "random_values.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace {

using mpic::wire::JsonOut;
using mpic::wire::StrictFields;

template <class Report>
std::string written(const Report& report,
                    void (*put)(JsonOut&, const Report&, mpic::wire::Detail)) {
    JsonOut out(1000);
    out.open_object();
    put(out, report, mpic::wire::Detail::full);
    out.close_object();
    return out.take();
}

template <class Report>
std::optional<Report> strictly(const std::string& text, Report (*read)(StrictFields&)) {
    auto out = mpic::wire::read_strictly<Report>(text, {.max_bytes = 1 << 20, .max_depth = 16}, 20,
                                                 base::FailureKind::peer_malformed, read);
    return out ? std::optional<Report>(*std::move(out)) : std::nullopt;
}

/// What is written is read in order; damaged, only if it is also read strictly, and as the same.
template <class Report>
int expect_same_reading(const Report& report, const std::string& text,
                        Report (*read)(StrictFields&), std::mt19937& random) {
    EXPECT_EQ(mpic::wire::read_in_order<Report>(text, read), report) << text;
    const std::string octets = "{}[],:\"\\u019eE+-.trufalsn \n\x80\xc3\xa9";
    int read_damaged = 0;
    for (int round = 0; round < 60; ++round) {
        std::string damaged = text;
        for (std::size_t i = 0; i <= random() % 2; ++i)
            damaged[random() % damaged.size()] = octets[random() % octets.size()];
        if (random() % 4 == 0) { // a piece twice, or not at all
            const std::size_t at = random() % damaged.size();
            const std::string piece = damaged.substr(at, random() % 40);
            random() % 2 == 0 ? damaged.insert(at, piece) : damaged.erase(at, piece.size());
        }
        const auto quick = mpic::wire::read_in_order<Report>(damaged, read);
        if (!quick)
            continue;
        ++read_damaged;
        EXPECT_EQ(quick, strictly(damaged, read)) << damaged;
    }
    return read_damaged;
}

TEST(ReadInOrder, FindsWhatTheStrictWayFindsOrNothing) {
    test::RandomValues values(9495);
    std::mt19937 random(6844);
    int read_damaged = 0;
    for (int i = 0; i < 200; ++i) {
        const mpic::PerspectiveReport report = values.report();
        if (report.caa)
            read_damaged +=
                expect_same_reading(*report.caa, written(*report.caa, mpic::wire::put_caa),
                                    mpic::wire::read_caa_report, random);
        if (report.dcv)
            read_damaged +=
                expect_same_reading(*report.dcv, written(*report.dcv, mpic::wire::put_dcv),
                                    mpic::wire::read_dcv_report, random);
    }
    EXPECT_GT(read_damaged, 100); // a letter of a text, a digit of a number
}

TEST(ReadInOrder, ListsAndTextsAreBounded) {
    mpic::DcvReport report{
        .finding = {.verdict = mpic::Verdict::passed, .code = "ok", .detail = ""},
        .lookups = {},
        .hops = {},
        .seen = std::string(mpic::wire::max_text, 'x'),
        .dnssec = {},
        .selected = std::vector<std::string>(mpic::wire::max_list, "x")};
    const auto read = [&report] {
        return mpic::wire::read_in_order<mpic::DcvReport>(written(report, mpic::wire::put_dcv),
                                                          mpic::wire::read_dcv_report);
    };
    EXPECT_EQ(read(), report);
    report.seen += 'x';
    EXPECT_FALSE(read());
    report.seen.clear();
    report.selected.emplace_back("x");
    EXPECT_FALSE(read());
    report.selected.clear();
    EXPECT_EQ(read(), report);
    report.finding.code = "Not A Code";
    EXPECT_FALSE(read());
    report.finding.code = "ok";
    report.lookups.edit().resize(mpic::wire::max_list + 1);
    EXPECT_FALSE(read());
}

} // namespace
