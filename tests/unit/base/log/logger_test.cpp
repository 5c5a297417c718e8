// SPDX-License-Identifier: Apache-2.0
#include "base/log/logger.hpp"

#include "base/log/line.hpp"
#include "support/fake_clock.hpp"
#include "support/recording_logger.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

using base::log::Field;
using base::log::Format;
using base::log::Level;
using namespace std::string_literals;

const base::WallTime now = test::FakeClock().wall();

TEST(TextLine, HasTimeLevelEventAndFields) {
    EXPECT_EQ(base::log::text_line(now, Level::info, "listening", {}),
              "2026-11-22T13:55:23.041Z info  listening");
    EXPECT_EQ(
        base::log::text_line(now, Level::warn, "slow-agent",
                             {{"id", "nrt"}, {"elapsed-ms", 31.5}, {"tries", 2}, {"ok", false}}),
        "2026-11-22T13:55:23.041Z warn  slow-agent id=nrt elapsed-ms=31.5 tries=2 ok=false");
}

TEST(TextLine, NumbersAreTheShortestThatReadBack) {
    const std::size_t before = base::log::text_line(now, Level::info, "e", {{"n", ""}}).size() - 2;
    const auto expect_shortest = [before](double number) {
        const auto line = base::log::text_line(now, Level::info, "e", {{"n", number}});
        EXPECT_EQ(line.substr(before), fmt::format("{}", number));
    };
    for (const double number :
         {0.0, -0.0, 1e-7, 1e-4, 0.001, 0.1, 0.1 + 0.2, 1.0, 1.5, 100.0, 31.423157, -31.5,
          1e8 - 0.5, 99'999'999.999999, 1e8, 1e15, 1e16, 1e300, std::nextafter(31.5, 32.0)})
        expect_shortest(number);
    std::mt19937_64 random(1);
    for (int i = 0; i < 20'000; ++i) {
        const auto nanoseconds = static_cast<double>(random() >> (random() % 64U));
        expect_shortest(nanoseconds / 1e6);
        expect_shortest(nanoseconds / 7.0);
    }
}

TEST(TextLine, QuotesWhatWouldReadAsSomethingElse) {
    EXPECT_EQ(base::log::text_line(now, Level::error, "e",
                                   {{"a", "two words"},
                                    {"b", ""},
                                    {"c", "k=v"},
                                    {"d", "say \"x\"\\"},
                                    {"e", "1\n2\r\t\x1b[31m\x7f"},
                                    {"f", "é"}}),
              "2026-11-22T13:55:23.041Z error e a=\"two words\" b=\"\" c=\"k=v\" "
              "d=\"say \\\"x\\\"\\\\\" e=\"1\\n2\\r\\t\\u001b[31m\\u007f\" f=\"é\"");
}

TEST(JsonLine, IsOneObjectThatReadsBack) {
    const std::string nasty =
        "quote \" slash \\ newline \n nul \0 escape \x1b del \x7f c1 \xc2\x9b é"s;
    const auto line =
        base::log::json_line(now, Level::debug, "event",
                             {{"s", nasty}, {"i", -3}, {"d", 0.25}, {"b", true}, {"big", 1e300}});
    EXPECT_EQ(line.find_first_of("\n\r\x1b\x7f"s + '\0'), std::string::npos);
    EXPECT_EQ(line.find('\x9b'), std::string::npos);
    const auto value = nlohmann::json::parse(line);
    EXPECT_EQ(value["time"], "2026-11-22T13:55:23.041Z");
    EXPECT_EQ(value["level"], "debug");
    EXPECT_EQ(value["event"], "event");
    EXPECT_EQ(value["s"], nasty);
    EXPECT_EQ(value["i"], -3);
    EXPECT_EQ(value["d"], 0.25);
    EXPECT_EQ(value["b"], true);
    EXPECT_EQ(value["big"], 1e300);
}

TEST(JsonLine, SurvivesWhatJsonCannotHold) {
    const auto line = base::log::json_line(
        now, Level::info, "e\xff",
        {{"bytes", "a\xff\xc3(\xe2\x82"}, {"inf", std::numeric_limits<double>::infinity()}});
    const auto value = nlohmann::json::parse(line);
    EXPECT_EQ(value["event"], "e\xef\xbf\xbd");
    EXPECT_EQ(value["bytes"], "a\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd");
    EXPECT_TRUE(value["inf"].is_null());
}

TEST(StderrLogger, WritesFromTheThresholdUp) {
    testing::internal::CaptureStderr();
    const auto log = base::log::make_stderr_logger(Format::text, Level::warn);
    log->debug("quiet");
    log->info("quiet");
    log->warn("loud", {{"n", 1}});
    log->error("louder");
    ASSERT_TRUE(log->flush(std::chrono::seconds(20)));
    const std::string out = testing::internal::GetCapturedStderr();
    EXPECT_EQ(out.find("quiet"), std::string::npos);
    EXPECT_NE(out.find("Z warn  loud n=1\n"), std::string::npos) << out;
    EXPECT_TRUE(out.ends_with("Z error louder\n")) << out;
}

TEST(StderrLogger, LinesOfManyThreadsStayWhole) {
    testing::internal::CaptureStderr();
    const auto log = base::log::make_stderr_logger(Format::json, Level::debug);
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&log, t] {
                for (int i = 0; i < 100; ++i)
                    log->info("line", {{"thread", t}, {"text", std::string(200, 'x')}});
            });
    }
    ASSERT_TRUE(log->flush(std::chrono::seconds(20)));
    std::istringstream out(testing::internal::GetCapturedStderr());
    int lines = 0;
    for (std::string line; std::getline(out, line); ++lines)
        ASSERT_EQ(nlohmann::json::parse(line)["text"], std::string(200, 'x'));
    EXPECT_EQ(lines, 400);
}

TEST(NullLogger, SaysNothing) {
    testing::internal::CaptureStderr();
    base::log::make_null_logger()->error("event", {{"key", "value"}});
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(RecordingLogger, RemembersEventsAndFields) {
    test::RecordingLogger log;
    log.info("started", {{"port", 8443}, {"dev", true}});
    log.warn("odd");
    EXPECT_EQ(log.count("started"), 1U);
    EXPECT_EQ(log.count("stopped"), 0U);
    EXPECT_EQ(log.find("started")->field("port"), "8443");
    EXPECT_EQ(log.find("started")->field("absent"), "");
    EXPECT_FALSE(log.find("stopped").has_value());
    EXPECT_EQ(log.events().back().level, Level::warn);
}

} // namespace
