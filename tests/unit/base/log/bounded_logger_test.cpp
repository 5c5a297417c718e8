// SPDX-License-Identifier: Apache-2.0
// A logger before a reader that does not read.

#include "base/log/logger.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <memory>
#include <sstream>
#include <string>
#include <unistd.h>
#include <utility>

namespace {

using namespace std::chrono_literals;
using base::log::Format;
using base::log::Level;

constexpr std::size_t bound = 64 * 1024;

class BoundedLogger : public testing::Test {
protected:
    BoundedLogger() {
        EXPECT_EQ(::pipe2(ends_, O_CLOEXEC), 0);
        log = base::log::make_descriptor_logger(ends_[1], bound, Format::text, Level::info);
    }
    ~BoundedLogger() override {
        log.reset();
        close_reader();
        ::close(ends_[1]);
    }
    void close_reader() {
        if (ends_[0] >= 0)
            ::close(std::exchange(ends_[0], -1));
    }

    /// Everything that the logger had to say until now.
    std::string read_all() {
        ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
        std::string text;
        const auto until = std::chrono::steady_clock::now() + 20s;
        while (std::chrono::steady_clock::now() < until) {
            const bool written = log->flush(1ms); // asked first: then the pipe has all of it
            char buffer[4096];
            const auto n = ::read(ends_[0], buffer, sizeof buffer);
            if (n > 0)
                text.append(buffer, static_cast<std::size_t>(n));
            else if (written)
                return text;
        }
        ADD_FAILURE() << "the logger never came to an end";
        return text;
    }

    std::unique_ptr<base::log::BoundedLogger> log;

private:
    int ends_[2] = {-1, -1};
};

TEST_F(BoundedLogger, ABlockedReaderStopsNobodyAndIsToldWhatItMissed) {
    const std::string text(100, 'x');
    unsigned lines = 0;
    const auto burst = [&](unsigned count) {
        for (const unsigned end = lines + count; lines < end; ++lines)
            log->info("line", {{"n", lines}, {"text", text}});
    };
    do // the pipe takes some
        burst(100);
    while (log->flush(50ms) && lines < 10'000);
    const auto begin = std::chrono::steady_clock::now();
    burst(5000); // 700 kB: more than the queue holds
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s) << "whoever logs does not wait";
    const auto dropped = log->dropped();
    EXPECT_GT(dropped, 1000U);
    EXPECT_FALSE(log->flush(50ms));

    const std::string read = read_all();
    EXPECT_NE(read.find("line n=0 "), std::string::npos);
    std::uint64_t whole = 0;
    std::uint64_t told = 0;
    std::istringstream shown(read);
    for (std::string line; std::getline(shown, line);) {
        if (const auto at = line.find("log-dropped lines="); at != std::string::npos)
            told += std::stoull(line.substr(at + 18));
        else if (line.ends_with("text=" + text))
            ++whole;
    }
    EXPECT_EQ(told, dropped) << "where they are missing, at once or in parts";
    EXPECT_EQ(whole, lines - dropped) << "every line that was not dropped came, and whole";

    log->info("after");
    EXPECT_NE(read_all().find(" after\n"), std::string::npos);
    EXPECT_EQ(log->dropped(), dropped);
}

TEST_F(BoundedLogger, TheEndDoesNotWaitForABlockedReader) {
    for (int i = 0; i < 5000; ++i)
        log->info("line", {{"text", std::string(100, 'x')}});
    const auto begin = std::chrono::steady_clock::now();
    log.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST_F(BoundedLogger, AReaderThatIsGoneIsNoFault) {
    close_reader();
    const auto old = std::signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < 100; ++i)
        log->info("line");
    EXPECT_TRUE(log->flush(20s));
    EXPECT_EQ(log->dropped(), 100U);
    std::signal(SIGPIPE, old);
}

} // namespace
