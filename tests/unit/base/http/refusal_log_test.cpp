// SPDX-License-Identifier: Apache-2.0
#include "base/http/refusal_log.hpp"

#include "support/fake_clock.hpp"
#include "support/recording_logger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using base::log::Level;
using testing::HasSubstr;

class RefusalLog : public testing::Test {
protected:
    void handshake(const std::string& reason) {
        log.debug("tls-handshake-failed", {{"peer", "192.0.2.1:5000"}, {"reason", reason}});
    }

    test::RecordingLogger inner;
    test::FakeClock clock;
    base::log::Metrics metrics;
    base::http::RefusalLog log{inner, clock, metrics.counter("refused", "x"), "agent"};
};

TEST_F(RefusalLog, AnIdentityThatIsRefusedIsALineWithItsReason) {
    for (const char* reason :
         {"certificate has expired (client certificate)",
          "peer did not return a certificate (SSL routines)",
          "tlsv1 alert unknown ca (SSL routines)", "sslv3 alert bad certificate (SSL routines)",
          "sslv3 alert certificate expired (SSL routines)"}) {
        handshake(reason);
        const auto line = inner.events().back();
        EXPECT_EQ(line.event, "peer-refused");
        EXPECT_EQ(line.level, Level::warn);
        EXPECT_EQ(line.field("listener"), "agent");
        EXPECT_EQ(line.field("peer"), "192.0.2.1:5000");
        EXPECT_EQ(line.field("reason"), reason);
    }
    EXPECT_THAT(metrics.expose(), HasSubstr("refused 5\n"));
}

TEST_F(RefusalLog, WhatScannersSendStaysAtDebug) {
    for (const char* reason : {"http request (SSL routines)", "timeout",
                               "unsupported protocol (SSL routines)", "End of file"}) {
        handshake(reason);
        EXPECT_EQ(inner.events().back().event, "tls-handshake-failed");
        EXPECT_EQ(inner.events().back().level, Level::debug);
        EXPECT_EQ(inner.events().back().field("reason"), reason);
    }
    EXPECT_THAT(metrics.expose(), HasSubstr("refused 0\n"));
}

TEST_F(RefusalLog, OtherEventsPass) {
    log.error("handler-fault", {{"reason", "x (client certificate)"}, {"n", 3}});
    EXPECT_EQ(inner.events().back().event, "handler-fault");
    EXPECT_EQ(inner.events().back().field("n"), "3");
}

TEST_F(RefusalLog, AFloodIsCountedAndNotWritten) {
    for (int i = 0; i < 10'000; ++i)
        handshake("self-signed certificate (client certificate)");
    EXPECT_LE(inner.events().size(), 30U);
    EXPECT_THAT(metrics.expose(), HasSubstr("refused 10000\n"));
    clock.advance(std::chrono::minutes(10));
    handshake("self-signed certificate (client certificate)");
    EXPECT_GT(std::stoi(inner.events().back().field("withheld")), 9'000);
}

} // namespace
